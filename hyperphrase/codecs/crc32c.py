"""CRC32C (Castagnoli) of TFRecord's records, as kernels: a call of a library for each record would take too long.

The processor's own instruction is several times as fast as the table, yet only x86-64 has it in the form used here.
Both ways stand side by side as kernels of their own, so that numba's cache never holds one under the other's name.
Checksums of whole files are google_crc32c's.
Source: RFC 3720, appendix B.4; the table way is Kounavis and Berry, "slicing-by-8" (2005).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import crc32c_u8, crc32c_u64, has_crc32c_instruction, load_u32, load_u64

_POLYNOMIAL = 0x82F63B78  # reflected
_ONES = np.uint32(0xFFFFFFFF)
_MASK_DELTA = 0xA282EAD8  # of TFRecord's masked CRCs


def _tables() -> NDArray[np.uint32]:
    """Return the tables of slicing-by-8: uint32, shape (8, 256)."""
    tables = np.zeros((8, 256), np.uint32)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        tables[0, byte] = value
    for k in range(1, 8):
        tables[k] = tables[0, tables[k - 1] & 0xFF] ^ (tables[k - 1] >> np.uint32(8))
    return tables


_TABLES = _tables()


@bare_kernel
def crc32c_by_instruction(data: NDArray[np.uint8], start: int, stop: int) -> np.uint32:
    """Return the CRC32C of ``data[start:stop]``, by SSE 4.2."""
    value = _ONES
    at = start
    while at + 8 <= stop:
        value = crc32c_u64(value, load_u64(data, at))
        at += 8
    while at < stop:
        value = crc32c_u8(value, data[at])
        at += 1
    return np.uint32(value ^ _ONES)


@bare_kernel
def crc32c_by_table(data: NDArray[np.uint8], start: int, stop: int) -> np.uint32:
    """Return the CRC32C of ``data[start:stop]``, by tables."""
    value = _ONES
    at = start
    while at + 8 <= stop:
        low = value ^ load_u32(data, at)
        high = load_u32(data, at + 4)
        value = _TABLES[7, low & 0xFF] ^ _TABLES[6, (low >> 8) & 0xFF]
        value ^= _TABLES[5, (low >> 16) & 0xFF] ^ _TABLES[4, low >> 24]
        value ^= _TABLES[3, high & 0xFF] ^ _TABLES[2, (high >> 8) & 0xFF]
        value ^= _TABLES[1, (high >> 16) & 0xFF] ^ _TABLES[0, high >> 24]
        at += 8
    while at < stop:
        value = np.uint32(_TABLES[0, (value ^ data[at]) & 0xFF] ^ (value >> 8))
        at += 1
    return np.uint32(value ^ _ONES)


@bare_kernel
def masked(crc: np.uint32) -> np.uint32:
    """Return the masked form in which TFRecord stores a CRC (so that a CRC over CRCs stays a good one)."""
    value = np.uint32(crc)
    return np.uint32(((value >> np.uint32(15)) | (value << np.uint32(17))) + np.uint32(_MASK_DELTA))


@cache
def by_instruction() -> bool:
    """Tell whether this process computes CRCs by the processor's instruction."""
    return has_crc32c_instruction()
