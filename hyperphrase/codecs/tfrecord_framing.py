"""The framing of TFRecord files: length, masked CRC32C of the length, data, masked CRC32C of the data.

The CRCs are a pass of their own over bytes that are still in the cache, once by the processor's instruction and once
by table: two kernels each, because numba's cache must not hold the one under the other's name.
Source: tensorflow/core/lib/io/record_writer.h.
"""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.crc32c import by_instruction, crc32c_by_instruction, crc32c_by_table, masked
from hyperphrase.codecs.record_reading import COMPLETE, FIRST_DEFECT, INCOMPLETE
from hyperphrase.codecs.varints import MAX_SMALL
from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import i64, load_u32, load_u64, store_u32
from hyperphrase.limits import MAX_LENGTH

HEADER_BYTES = 12  # length of the record, its CRC
FOOTER_BYTES = 4  # the CRC of the record
MAX_EXTRA = 96  # bytes, at most, of a framed record that are not ids
MAX_RECORD = MAX_SMALL * MAX_LENGTH + MAX_EXTRA

BAD_CRC = FIRST_DEFECT
BAD_SIZE = FIRST_DEFECT + 1
_MAX_DATA = MAX_RECORD - HEADER_BYTES - FOOTER_BYTES
FRAMING_DEFECTS = ("wrong CRC32C", f"more than {_MAX_DATA} bytes")


@bare_kernel
def _write_checksums_by_instruction(out: NDArray[np.uint8], end: int) -> None:
    """Put the two masked CRCs into each framed record of ``out[:end]``."""
    at = 0
    while at < end:
        data = at + HEADER_BYTES
        stop = data + i64(load_u64(out, at))
        store_u32(out, at + 8, masked(crc32c_by_instruction(out, at, at + 8)))
        store_u32(out, stop, masked(crc32c_by_instruction(out, data, stop)))
        at = stop + FOOTER_BYTES


@bare_kernel
def _write_checksums_by_table(out: NDArray[np.uint8], end: int) -> None:
    """Put the two masked CRCs into each framed record of ``out[:end]``."""
    at = 0
    while at < end:
        data = at + HEADER_BYTES
        stop = data + i64(load_u64(out, at))
        store_u32(out, at + 8, masked(crc32c_by_table(out, at, at + 8)))
        store_u32(out, stop, masked(crc32c_by_table(out, data, stop)))
        at = stop + FOOTER_BYTES


@bare_kernel
def _next_record(data: NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    """Return the place behind the record framed at ``data[at]``, and COMPLETE if all of it is there."""
    if at + HEADER_BYTES > end:
        return at, INCOMPLETE
    size = load_u64(data, at)
    if size > np.uint64(_MAX_DATA):
        return at, BAD_SIZE
    stop = at + HEADER_BYTES + i64(size) + FOOTER_BYTES
    return (stop, COMPLETE) if stop <= end else (at, INCOMPLETE)


@bare_kernel
def _verify_checksums_by_instruction(
    data: NDArray[np.uint8], at: int, end: int, limit: int, count: int
) -> tuple[int, int]:
    """Check the CRCs of at most ``count`` records that begin before ``limit``; return the place behind, a status."""
    status = COMPLETE
    while status == COMPLETE and at < limit and count > 0:
        stop, status = _next_record(data, at, end)
        if status == INCOMPLETE and at + HEADER_BYTES > end:
            break
        if load_u32(data, at + 8) != masked(crc32c_by_instruction(data, at, at + 8)):
            return at, BAD_CRC
        if status == COMPLETE:
            footer = stop - FOOTER_BYTES
            if load_u32(data, footer) != masked(crc32c_by_instruction(data, at + HEADER_BYTES, footer)):
                return at, BAD_CRC
            at, count = stop, count - 1
    return at, status


@bare_kernel
def _verify_checksums_by_table(data: NDArray[np.uint8], at: int, end: int, limit: int, count: int) -> tuple[int, int]:
    """Check the CRCs of at most ``count`` records that begin before ``limit``; return the place behind, a status."""
    status = COMPLETE
    while status == COMPLETE and at < limit and count > 0:
        stop, status = _next_record(data, at, end)
        if status == INCOMPLETE and at + HEADER_BYTES > end:
            break
        if load_u32(data, at + 8) != masked(crc32c_by_table(data, at, at + 8)):
            return at, BAD_CRC
        if status == COMPLETE:
            footer = stop - FOOTER_BYTES
            if load_u32(data, footer) != masked(crc32c_by_table(data, at + HEADER_BYTES, footer)):
                return at, BAD_CRC
            at, count = stop, count - 1
    return at, status


def write_checksums(out: NDArray[np.uint8], end: int) -> None:
    """Put the two masked CRCs into each framed record of ``out[:end]``."""
    (_write_checksums_by_instruction if by_instruction() else _write_checksums_by_table)(out, end)


def verify_checksums(data: NDArray[np.uint8], at: int, end: int, limit: int, count: int) -> tuple[int, int]:
    """Check the CRCs of at most ``count`` whole records of ``data[at:end]`` that begin before ``limit``.

    Returns the place behind the last one that is right, and why it is the last: COMPLETE, INCOMPLETE, BAD_CRC or
    BAD_SIZE.
    """
    verify = _verify_checksums_by_instruction if by_instruction() else _verify_checksums_by_table
    return verify(data, at, end, limit, count)
