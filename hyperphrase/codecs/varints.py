"""Variable-length integers (seven bits a byte, lowest first): ids in lanes, sixteen at a time, and single numbers.

Source: Protocol Buffers, "Encoding"; Apache Avro 1.12, "Binary Encoding" (the same bytes after zigzag).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs import vector_packing as packing
from hyperphrase.codecs.vector_packing import LANES, VECTOR_BYTES, first_ends, splat
from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.kernels.availability import intrinsic, types
from hyperphrase.kernels.intrinsics import element, i64, load_u32, store_u32
from hyperphrase.limits import MAX_VOCABULARY

MAX_SMALL = 3  # bytes of a small varint
SMALL_LIMIT = 1 << 21  # small varints are below this


@inline_kernel
def small_size(value: np.uint32) -> int:
    """Return the bytes that ``value`` (below 2^21) takes, 1 to 3."""
    return i64(1) + i64(value >= np.uint32(1 << 7)) + i64(value >= np.uint32(1 << 14))


@inline_kernel
def small_varint(value: np.uint32) -> np.uint32:
    """Return the bytes of ``value`` (below 2^21), lowest first."""
    # adding what stands above a bit moves it up by one place: a gap for the mark of each byte but the last
    spaced = np.uint32(value + (value & np.uint32(0xFFFFFF80)))
    spaced = np.uint32(spaced + (spaced & np.uint32(0xFFFF8000)))
    two = np.uint32(np.uint32(value >= np.uint32(1 << 7)) << np.uint32(7))
    three = np.uint32(np.uint32(value >= np.uint32(1 << 14)) << np.uint32(15))
    return np.uint32(spaced | two | three)


@inline_kernel
def put_small(out: NDArray[np.uint8], at: int, value: np.uint32) -> int:
    """Write ``value`` (uint32, below 2^21) at ``out[at]``; return the place behind it. Touches four bytes."""
    store_u32(out, at, small_varint(value))
    return at + small_size(value)


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
    too_long = (two ^ np.uint32(value >= np.uint32(1 << 7))) | (three ^ np.uint32(value >= np.uint32(1 << 14)))
    return value, size, np.uint32(too_long | four)


@bare_kernel
def long_size(value: np.uint64) -> int:
    """Return the bytes that ``value`` (uint64) takes, 1 to 10."""
    size = 1
    rest = np.uint64(value) >> np.uint64(7)
    while rest > np.uint64(0):
        rest >>= np.uint64(7)
        size += 1
    return size


@bare_kernel
def put_long(out: NDArray[np.uint8], at: int, value: np.uint64) -> int:
    """Write ``value`` (uint64) at ``out[at]``; return the place behind it."""
    rest = np.uint64(value)
    while rest >= np.uint64(0x80):
        out[at] = np.uint8((rest & np.uint64(0x7F)) | np.uint64(0x80))
        rest >>= np.uint64(7)
        at += 1
    out[at] = np.uint8(rest)
    return at + 1


@bare_kernel
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


def _varints_of(builder: Any, values: Any) -> Any:
    """Return the lanes that hold the small varints of ``values``, as :func:`small_varint` makes one."""
    once = builder.add(values, builder.and_(values, splat(0xFFFFFF80)))
    twice = builder.add(once, builder.and_(once, splat(0xFFFF8000)))
    two = builder.select(builder.icmp_unsigned(">=", values, splat(1 << 7)), splat(1 << 7), splat(0))
    three = builder.select(builder.icmp_unsigned(">=", values, splat(1 << 14)), splat(1 << 15), splat(0))
    return builder.or_(twice, builder.or_(two, three))


def _values_of(builder: Any, items: Any) -> Any:
    """Return the numbers whose varints the lanes hold; right where their varints are equal to the lanes."""
    low = builder.and_(items, splat(0x7F))
    middle = builder.and_(builder.lshr(items, splat(1)), splat(0x3F80))
    high = builder.and_(builder.lshr(items, splat(2)), splat(0x1FC000))
    return builder.or_(low, builder.or_(middle, high))


def _put_lanes(
    typing_context: Any, out: Any, at: Any, ids: Any, first: Any, count: Any, shift: Any, avx512: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, ids, first, count, shift, avx512 = arguments
        source = element(context, builder, signature.args[2], ids, first)
        values = packing.load(builder, source, packing.first_lanes(builder, count))
        values = builder.shl(values, packing.broadcast(builder, shift))
        target = element(context, builder, signature.args[0], out, at)
        return builder.add(at, packing.pack(builder, _varints_of(builder, values), count, target, avx512))

    number = types.int64
    return number(out, number, ids, number, number, types.uint32, types.boolean), generate


def _get_lanes(
    typing_context: Any, data: Any, at: Any, ends: Any, ids: Any, first: Any, shift: Any, avx512: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, at, ends, ids, first, shift, avx512 = arguments
        source = element(context, builder, signature.args[0], data, at)
        items, count, used, wrong = packing.unpack(builder, source, ends, avx512)
        shifts = packing.broadcast(builder, shift)
        values = builder.lshr(_values_of(builder, items), shifts)
        packing.move(builder, element(context, builder, signature.args[3], ids, first), values)
        due = _varints_of(builder, builder.shl(values, shifts))
        beyond = builder.and_(values, splat(-MAX_VOCABULARY & 0xFFFFFFFF))
        defects = builder.or_(builder.xor(items, due), beyond)
        wrong = builder.or_(wrong, packing.any_flag(builder, builder.icmp_unsigned("!=", defects, splat(0))))
        return context.make_tuple(builder, signature.return_type, [count, used, wrong])

    number = types.int64
    arguments = (data, number, types.uint64, ids, number, types.uint32, types.boolean)
    return types.UniTuple(number, 3)(*arguments), generate


def _find_ends(typing_context: Any, data: Any, at: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = element(context, builder, signature.args[0], *arguments)
        marked = builder.icmp_signed("<", packing.move(builder, place, shape=packing.BYTES), splat(0, packing.BYTES))
        return builder.not_(builder.bitcast(marked, packing.I64))

    return types.uint64(data, types.int64), generate


_put_varints: Callable[..., int] = intrinsic(_put_lanes)
_get_varints: Callable[..., tuple[int, int, int]] = intrinsic(_get_lanes)
_varint_ends: Callable[..., np.uint64] = intrinsic(_find_ends)


@inline_kernel
def put_varints(
    out: NDArray[np.uint8], at: int, ids: NDArray[np.uint32], first: int, stop: int, shift: int, avx512: bool
) -> int:
    """Write ``ids[first:stop]``, each times two to the ``shift`` (below 2^21 then); return the place behind.

    Touches VECTOR_BYTES bytes from there on. avx512: see :mod:`hyperphrase.codecs.vector_packing`.
    """
    while first + LANES <= stop:
        at = _put_varints(out, at, ids, first, LANES, np.uint32(shift), avx512)
        first += LANES
    if first < stop:
        at = _put_varints(out, at, ids, first, stop - first, np.uint32(shift), avx512)
    return at


@inline_kernel
def get_varints(
    data: NDArray[np.uint8], at: int, end: int, ids: NDArray[np.uint32], first: int, stop: int, shift: int, avx512: bool
) -> tuple[int, int, int]:
    """Read small varints from ``data[at:end]`` into ``ids[first:stop]``, divided by two to the ``shift``.

    Returns the places behind the bytes and the ids that were read, and 0 if all of them are what :func:`put_varints`
    writes for ids. Touches VECTOR_PADDING bytes behind ``end``, and up to LANES ids behind ``stop``.
    """
    wrong = 0
    while at < end and first < stop:
        size = min(end - at, VECTOR_BYTES)
        ends = _varint_ends(data, at) & (~np.uint64(0) >> np.uint64(VECTOR_BYTES - size))
        if stop - first < LANES:
            ends = first_ends(ends, stop - first, avx512)
        count, used, bad = _get_varints(data, at, ends, ids, first, np.uint32(shift), avx512)
        if count == 0:
            wrong |= i64(size == VECTOR_BYTES)
            break
        wrong |= bad
        at += used
        first += count
    return at, first, wrong
