"""CRC32C (Castagnoli), the checksum of TFRecord and of Google Cloud Storage, by instruction or by table.

The processor's own instruction is several times as fast as the table, yet only x86-64 has it in the form used here.
Both ways stand side by side as kernels of their own, so that numba's cache never holds one under the other's name.
Source: RFC 3720, appendix B.4; the table way is Kounavis and Berry, "slicing-by-8" (2005).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.kernels.intrinsics import crc32c_u8, crc32c_u64, has_crc32c_instruction, load_u32, load_u64

_POLYNOMIAL = 0x82F63B78  # reflected
_ONES = np.uint32(0xFFFFFFFF)
_MASK_DELTA = 0xA282EAD8  # of TFRecord's masked CRCs
_STREAM = 4096  # bytes of each of the three streams in which long data are taken
_PAST_STREAM = np.uint32(0x35D73A62)  # x^(8 * _STREAM) modulo the polynomial, reflected


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


@inline_kernel
def _times(left: np.uint32, right: np.uint32) -> np.uint32:
    """Return the product of two reflected polynomials modulo the CRC's own."""
    product = np.uint32(0)
    for _ in range(32):
        product ^= np.uint32(right * (left >> np.uint32(31)))
        left = np.uint32(left << np.uint32(1))
        right = np.uint32((right >> np.uint32(1)) ^ (np.uint32(_POLYNOMIAL) * (right & np.uint32(1))))
    return product


@bare_kernel
def _three_streams(data: NDArray[np.uint8], at: int, value: np.uint32) -> np.uint32:
    """Take three streams that lie one behind the other into a CRC (not inverted).

    The instruction begins each cycle but takes three: so the streams are taken at once, and then each is moved past
    those behind it. Source: Gopal et al., "Fast CRC computation for iSCSI polynomial using CRC32 instruction" (2011).
    """
    first, second, third = np.uint32(value), np.uint32(0), np.uint32(0)
    for k in range(at, at + _STREAM, 8):
        first = crc32c_u64(first, load_u64(data, k))
        second = crc32c_u64(second, load_u64(data, k + _STREAM))
        third = crc32c_u64(third, load_u64(data, k + 2 * _STREAM))
    return np.uint32(_times(np.uint32(_times(first, _PAST_STREAM) ^ second), _PAST_STREAM) ^ third)


@bare_kernel
def crc32c_by_instruction(data: NDArray[np.uint8], start: int, stop: int, crc: int) -> np.uint32:
    """Return the CRC32C of ``data[start:stop]``, going on from ``crc`` (0 at the beginning), by SSE 4.2."""
    value = np.uint32(np.uint32(crc) ^ _ONES)
    at = start
    while at + 3 * _STREAM <= stop:
        value = _three_streams(data, at, value)
        at += 3 * _STREAM
    while at + 8 <= stop:
        value = crc32c_u64(value, load_u64(data, at))
        at += 8
    while at < stop:
        value = crc32c_u8(value, data[at])
        at += 1
    return np.uint32(value ^ _ONES)


@bare_kernel
def crc32c_by_table(data: NDArray[np.uint8], start: int, stop: int, crc: int) -> np.uint32:
    """Return the CRC32C of ``data[start:stop]``, going on from ``crc`` (0 at the beginning), by tables."""
    value = np.uint32(np.uint32(crc) ^ _ONES)
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


def crc32c(data: bytes | bytearray | memoryview | NDArray[np.uint8], crc: int = 0) -> int:
    """Return the CRC32C of ``data``, going on from the ``crc`` of what stands before it, as :func:`zlib.crc32` does."""
    array = data if isinstance(data, np.ndarray) else np.frombuffer(data, np.uint8)
    compute = crc32c_by_instruction if by_instruction() else crc32c_by_table
    return int(compute(array, 0, len(array), crc))
