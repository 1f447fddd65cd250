"""The framing of TFRecord files: length, masked CRC32C of the length, data, masked CRC32C of the data.

The CRCs are a pass of their own over bytes that are still in the cache, once by the processor's instruction and once
by table: two kernels each, because numba's cache must not hold the one under the other's name.
Source: tensorflow/core/lib/io/record_writer.h.
"""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.crc32c import by_instruction, crc32c_by_instruction, crc32c_by_table, masked
from hyperphrase.codecs.record_reading import FIRST_DEFECT, FULL, MORE
from hyperphrase.codecs.varints import MAX_SMALL
from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import i64, load_u32, load_u64, store_u32
from hyperphrase.limits import MAX_LENGTH

HEAD = 12  # bytes: length of the record, its CRC
TAIL = 4  # bytes: the CRC of the record
MAX_EXTRA = 96  # bytes, at most, of a framed record that are not ids
MAX_RECORD = MAX_SMALL * MAX_LENGTH + MAX_EXTRA

BAD_CRC = FIRST_DEFECT
BAD_SIZE = FIRST_DEFECT + 1
_MAX_DATA = MAX_RECORD - HEAD - TAIL
FRAMING_DEFECTS = ("wrong CRC32C", f"more than {_MAX_DATA} bytes")


@bare_kernel
def _seal_by_instruction(out: NDArray[np.uint8], end: int) -> None:
    """Put the two masked CRCs into each framed record of ``out[:end]``."""
    at = 0
    while at < end:
        data = at + HEAD
        stop = data + i64(load_u64(out, at))
        store_u32(out, at + 8, masked(crc32c_by_instruction(out, at, at + 8)))
        store_u32(out, stop, masked(crc32c_by_instruction(out, data, stop)))
        at = stop + TAIL


@bare_kernel
def _seal_by_table(out: NDArray[np.uint8], end: int) -> None:
    """Put the two masked CRCs into each framed record of ``out[:end]``."""
    at = 0
    while at < end:
        data = at + HEAD
        stop = data + i64(load_u64(out, at))
        store_u32(out, at + 8, masked(crc32c_by_table(out, at, at + 8)))
        store_u32(out, stop, masked(crc32c_by_table(out, data, stop)))
        at = stop + TAIL


@bare_kernel
def _next_record(data: NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    """Return the place behind the record framed at ``data[at]``, and a status other than FULL if it is not there."""
    if at + HEAD > end:
        return at, MORE
    size = load_u64(data, at)
    if size > np.uint64(_MAX_DATA):
        return at, BAD_SIZE
    stop = at + HEAD + i64(size) + TAIL
    return (stop, FULL) if stop <= end else (at, MORE)


@bare_kernel
def _check_by_instruction(data: NDArray[np.uint8], at: int, end: int, limit: int, count: int) -> tuple[int, int]:
    """Check the CRCs of at most ``count`` records that begin before ``limit``; return the place behind, a status."""
    status = FULL
    while status == FULL and at < limit and count > 0:
        stop, status = _next_record(data, at, end)
        if status == MORE and at + HEAD > end:
            break
        if load_u32(data, at + 8) != masked(crc32c_by_instruction(data, at, at + 8)):
            return at, BAD_CRC
        if status == FULL:
            if load_u32(data, stop - TAIL) != masked(crc32c_by_instruction(data, at + HEAD, stop - TAIL)):
                return at, BAD_CRC
            at, count = stop, count - 1
    return at, status


@bare_kernel
def _check_by_table(data: NDArray[np.uint8], at: int, end: int, limit: int, count: int) -> tuple[int, int]:
    """Check the CRCs of at most ``count`` records that begin before ``limit``; return the place behind, a status."""
    status = FULL
    while status == FULL and at < limit and count > 0:
        stop, status = _next_record(data, at, end)
        if status == MORE and at + HEAD > end:
            break
        if load_u32(data, at + 8) != masked(crc32c_by_table(data, at, at + 8)):
            return at, BAD_CRC
        if status == FULL:
            if load_u32(data, stop - TAIL) != masked(crc32c_by_table(data, at + HEAD, stop - TAIL)):
                return at, BAD_CRC
            at, count = stop, count - 1
    return at, status


def seal(out: NDArray[np.uint8], end: int) -> None:
    """Put the two masked CRCs into each framed record of ``out[:end]``."""
    (_seal_by_instruction if by_instruction() else _seal_by_table)(out, end)


def check(data: NDArray[np.uint8], at: int, end: int, limit: int, count: int) -> tuple[int, int]:
    """Check the CRCs of at most ``count`` whole records of ``data[at:end]`` that begin before ``limit``.

    Returns the place behind the last one that is right, and why it is the last: FULL, MORE, BAD_CRC or BAD_SIZE.
    """
    return (_check_by_instruction if by_instruction() else _check_by_table)(data, at, end, limit, count)
