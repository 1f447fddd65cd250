"""Texts of one to four bytes, which all symbols are: written and read back sixteen at a time.

An id's text lies in a table of lanes (:mod:`hyperphrase.codecs.vector_packing`): to write ids, their lanes are looked
up and packed. To read them, the characters of UTF-8 are unpacked into lanes, and the id of each code point is looked
up. Source: RFC 3629.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs import vector_packing as packing
from hyperphrase.codecs.vector_packing import LANES, VECTOR_BYTES, splat
from hyperphrase.kernels import inline_kernel
from hyperphrase.kernels.availability import intrinsic, types
from hyperphrase.kernels.intrinsics import element, trailing_zeros

NO_ID = 0xFFFF_FFFF  # stands for no id


@dataclass(frozen=True)
class _Form:
    """UTF-8 of one size. least: its first code point. Of a lane, lowest byte first: which bits are given, and how.

    first: the least first byte. bits: those of the first byte that belong to the code point. move: by how much a code
    point of four bytes is longer, in bits.
    """

    least: int
    given: int
    marks: int
    first: int
    bits: int
    move: int


_FORMS = (
    _Form(0, 0xFFFF_FF80, 0, 0, 0x7F, 18),
    _Form(0x80, 0xFFFF_C0E0, 0x0000_80C0, 0xC0, 0x1F, 12),
    _Form(0x800, 0xFFC0_C0F0, 0x0080_80E0, 0xE0, 0x0F, 6),
    _Form(0x10000, 0xC0C0_C0F8, 0x8080_80F0, 0xF0, 0x07, 0),
)


def _put_lanes(
    typing_context: Any, out: Any, at: Any, ids: Any, first: Any, count: Any, table: Any, avx512: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, ids, first, count, table, avx512 = arguments
        flags = packing.first_lanes(builder, count)
        values = packing.load(builder, element(context, builder, signature.args[2], ids, first), flags)
        source = element(context, builder, signature.args[5], table, packing.I64(0))
        items = packing.look_up(builder, source, values, flags)
        target = element(context, builder, signature.args[0], out, at)
        return builder.add(at, packing.pack(builder, items, count, target, avx512))

    number = types.int64
    return number(out, number, ids, number, number, table, types.boolean), generate


def _code_points(builder: Any, items: Any) -> tuple[Any, Any]:
    """Return the code points of the characters in the lanes, and the flags of the lanes that hold no UTF-8."""
    lead = builder.and_(items, splat(0xFF))
    longer = [builder.icmp_unsigned(">=", lead, splat(form.first)) for form in _FORMS[1:]]

    def of_form(name: str) -> Any:
        value = splat(getattr(_FORMS[0], name))
        for form, is_longer in zip(_FORMS[1:], longer, strict=True):
            value = builder.select(is_longer, splat(getattr(form, name)), value)
        return value

    points = builder.shl(builder.and_(items, of_form("bits")), splat(18))
    points = builder.or_(points, builder.and_(builder.shl(items, splat(4)), splat(0x3F000)))
    points = builder.or_(points, builder.and_(builder.lshr(items, splat(10)), splat(0xFC0)))
    points = builder.or_(points, builder.and_(builder.lshr(items, splat(24)), splat(0x3F)))
    points = builder.lshr(points, of_form("move"))
    unmarked = builder.icmp_unsigned("!=", builder.and_(items, of_form("given")), of_form("marks"))
    return points, builder.or_(unmarked, builder.icmp_unsigned("<", points, of_form("least")))


def _get_lanes(
    typing_context: Any, data: Any, at: Any, ends: Any, ids: Any, first: Any, by_code_point: Any, avx512: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, at, ends, ids, first, by_code_point, avx512 = arguments
        source = element(context, builder, signature.args[0], data, at)
        items, count, used, wrong = packing.unpack(builder, source, ends, avx512)
        flags = packing.first_lanes(builder, count)
        points, misspelt = _code_points(builder, items)
        table = element(context, builder, signature.args[5], by_code_point, packing.I64(0))
        values = packing.look_up(builder, table, points, flags)
        packing.move(builder, element(context, builder, signature.args[3], ids, first), values)
        defects = builder.or_(misspelt, builder.icmp_unsigned("==", values, splat(NO_ID)))
        wrong = builder.or_(wrong, packing.any_flag(builder, builder.and_(defects, flags)))
        return context.make_tuple(builder, signature.return_type, [count, used, wrong])

    number = types.int64
    arguments = (data, number, types.uint64, ids, number, by_code_point, types.boolean)
    return types.UniTuple(number, 3)(*arguments), generate


def _find_bytes(typing_context: Any, data: Any, at: Any, low: Any, high: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, at, low, high = arguments
        window = packing.move(builder, element(context, builder, signature.args[0], data, at), shape=packing.BYTES)
        above = builder.icmp_unsigned(">=", window, packing.broadcast(builder, low, packing.BYTES))
        below = builder.icmp_unsigned("<=", window, packing.broadcast(builder, high, packing.BYTES))
        return builder.bitcast(builder.and_(above, below), packing.I64)

    return types.uint64(data, types.int64, types.uint8, types.uint8), generate


_put_symbols: Callable[..., int] = intrinsic(_put_lanes)
_get_symbols: Callable[..., tuple[int, int, int]] = intrinsic(_get_lanes)
_bytes_between: Callable[..., np.uint64] = intrinsic(_find_bytes)


@inline_kernel
def put_symbols(
    out: NDArray[np.uint8],
    at: int,
    ids: NDArray[np.uint32],
    first: int,
    stop: int,
    table: NDArray[np.uint32],
    avx512: bool,
) -> int:
    """Write the texts of ``ids[first:stop]``; return the place behind. Touches VECTOR_BYTES bytes from there on."""
    while first + LANES <= stop:
        at = _put_symbols(out, at, ids, first, LANES, table, avx512)
        first += LANES
    if first < stop:
        at = _put_symbols(out, at, ids, first, stop - first, table, avx512)
    return at


@inline_kernel
def get_symbols(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    ids: NDArray[np.uint32],
    first: int,
    stop: int,
    by_code_point: NDArray[np.uint32],
    avx512: bool,
) -> tuple[int, int, int]:
    """Read the characters of ``data[at:end]`` into ``ids[first:]`` until ``ids[stop]`` is reached or gone past.

    by_code_point: uint32, shape (2^21,), the id of each code point, or NO_ID.
    Returns the places behind the bytes and the ids that were read, and 0 if all of them are symbols. Touches
    VECTOR_PADDING bytes behind ``end``, and up to LANES ids behind ``stop``.
    """
    wrong = 0
    while at < end and first < stop:
        size = min(end - at, VECTOR_BYTES)
        last = np.uint64(1) << np.uint64(size - 1)
        inner = _bytes_between(data, at, np.uint8(0x80), np.uint8(0xBF))  # the bytes that do not begin a character
        ends = ((~inner >> np.uint64(1)) | last) & (last | (last - np.uint64(1)))
        count, used, bad = _get_symbols(data, at, ends, ids, first, by_code_point, avx512)
        wrong |= bad
        at += used
        first += count
    return at, first, wrong


@inline_kernel
def find_byte(data: NDArray[np.uint8], at: int, end: int, byte: int) -> int:
    """Return the place of the first ``byte`` in ``data[at:end]``, else ``end``; touches VECTOR_PADDING bytes behind."""
    wanted = np.uint8(byte)
    while at < end:
        found = _bytes_between(data, at, wanted, wanted)
        if found != np.uint64(0):
            return min(at + trailing_zeros(found), end)
        at += VECTOR_BYTES
    return end
