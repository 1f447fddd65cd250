"""Variable-length integers (seven bits a byte, lowest first), written and read without branches on their size.

The sizes of the ids of natural text are as good as random, so a branch on each would be mispredicted time and again.
Source: Protocol Buffers, "Encoding"; Apache Avro 1.12, "Binary Encoding" (the same bytes after zigzag).
"""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.intrinsics import i64, load_u32, store_u32
from hyperphrase.kernels import inline_kernel, kernel

MAX_SMALL = 3  # bytes of a small varint
SMALL_LIMIT = 1 << 21  # small varints are below this


@inline_kernel
def small_size(value: np.uint32) -> int:
    """Return the bytes that ``value`` (below 2^21) takes, 1 to 3."""
    return i64(1) + i64(value >= np.uint32(1 << 7)) + i64(value >= np.uint32(1 << 14))


@inline_kernel
def put_small(out: NDArray[np.uint8], at: int, value: np.uint32) -> int:
    """Write ``value`` (uint32, below 2^21) at ``out[at]``; return the place behind it. Touches four bytes."""
    two = np.uint32(value >= np.uint32(1 << 7))
    three = np.uint32(value >= np.uint32(1 << 14))
    # adding what stands above a bit moves it up by one place: a gap for the mark of each byte but the last
    spread = np.uint32(value + (value & np.uint32(0xFFFFFF80)))
    spread = np.uint32(spread + (spread & np.uint32(0xFFFF8000)))
    store_u32(out, at, np.uint32(spread | (two << np.uint32(7)) | (three << np.uint32(15))))
    return at + i64(1) + i64(two) + i64(three)


@inline_kernel
def get_small(data: NDArray[np.uint8], at: int) -> tuple[np.uint32, int, np.uint32]:
    """Read a small varint at ``data[at]``; touches four bytes.

    Returns its value, its size, and 0 if it has at most three bytes and none too many (anything else is wrong).
    """
    word = load_u32(data, at)
    two = np.uint32((word >> np.uint32(7)) & np.uint32(1))
    three = np.uint32((word >> np.uint32(15)) & two)
    four = np.uint32((word >> np.uint32(23)) & three)
    low = np.uint32(word & np.uint32(0x7F))
    middle = np.uint32(((word >> np.uint32(1)) & np.uint32(0x3F80)) * two)
    high = np.uint32(((word >> np.uint32(2)) & np.uint32(0x1FC000)) * three)
    value = np.uint32(low | middle | high)
    size = i64(1) + i64(two) + i64(three)
    wide = (two ^ np.uint32(value >= np.uint32(1 << 7))) | (three ^ np.uint32(value >= np.uint32(1 << 14)))
    return value, size, np.uint32(wide | four)


@kernel
def long_size(value: np.uint64) -> int:
    """Return the bytes that ``value`` (uint64) takes, 1 to 10."""
    size = 1
    rest = np.uint64(value) >> np.uint64(7)
    while rest > np.uint64(0):
        rest >>= np.uint64(7)
        size += 1
    return size


@kernel
def put_long(out: NDArray[np.uint8], at: int, value: np.uint64) -> int:
    """Write ``value`` (uint64) at ``out[at]``; return the place behind it."""
    rest = np.uint64(value)
    while rest >= np.uint64(0x80):
        out[at] = np.uint8((rest & np.uint64(0x7F)) | np.uint64(0x80))
        rest >>= np.uint64(7)
        at += 1
    out[at] = np.uint8(rest)
    return at + 1


@kernel
def get_long(data: NDArray[np.uint8], at: int, end: int) -> tuple[np.uint64, int]:
    """Read a varint of at most 64 bits from ``data[at:end]``.

    Returns its value and the place behind it: 0 if it goes on behind ``end``, -1 if it is longer than it has to be.
    """
    value = np.uint64(0)
    for k in range(10):
        if at + k >= end:
            return value, 0
        byte = np.uint64(data[at + k])
        if k == 9 and byte > np.uint64(1):
            break
        value |= (byte & np.uint64(0x7F)) << np.uint64(7 * k)
        if byte < np.uint64(0x80):
            return value, at + k + 1 if byte > np.uint64(0) or k == 0 else -1
    return value, -1
