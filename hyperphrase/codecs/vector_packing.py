"""Sixteen items of one to four bytes at a time: how all formats write ids, and read them back.

An item (a varint, a symbol) lies in a lane of 32 bits, lowest byte first: as many bytes as its number takes, at least
one, and none but the first is zero. *Packing* writes the items of sixteen lanes one behind the other, *unpacking* puts
such items into lanes again. The code has no branches: the sizes of items are as good as random, so a processor could
not predict a branch on them.

There are two implementations, chosen by the argument ``avx512`` of each step; they give the same bytes. AVX-512 moves
64 bytes at once (VPCOMPRESSB, VPEXPANDB). Other processors merge two lanes into one store of eight bytes, and go from
the end of one item to that of the next. All else is vector code of LLVM, which fits every processor. The functions
here generate LLVM code; varints.py and symbols.py make of it the steps that kernels call. None of them checks bounds:
callers leave :data:`VECTOR_PADDING` bytes behind the last one in use.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir

from hyperphrase.kernels import inline_kernel
from hyperphrase.kernels.availability import cgutils, intrinsic, types
from hyperphrase.kernels.intrinsics import WORD_PADDING, compiles_for

LANES = 16
VECTOR_BYTES = 64  # bytes: the most that sixteen items take
VECTOR_PADDING = VECTOR_BYTES + WORD_PADDING  # bytes that may be touched behind the last one in use
_AVX512_FEATURES = ("avx512bw", "avx512vbmi2", "bmi2")  # what a processor needs for it

I1, I8, I32, I64 = (ir.IntType(bits) for bits in (1, 8, 32, 64))
WORDS = ir.VectorType(I32, LANES)
_PAIRS = ir.VectorType(I64, LANES // 2)
BYTES = ir.VectorType(I8, VECTOR_BYTES)
_BITS = ir.VectorType(I1, VECTOR_BYTES)
_NUMBERS = ir.Constant(WORDS, list(range(LANES)))
_PDEP = "llvm.x86.bmi.pdep.64"
_NIBBLES = 0x1111_1111_1111_1111  # the lowest of the four bits of each lane


@cache
def uses_avx512() -> bool:
    """Tell whether this process moves the bytes of items by AVX-512."""
    return compiles_for(*_AVX512_FEATURES)


def splat(value: int, shape: Any = WORDS) -> Any:
    """Return the vector that holds ``value`` in each lane."""
    return ir.Constant(shape, [value] * shape.count)


def call(builder: Any, name: str, result: Any, *arguments: Any) -> Any:
    """Call the LLVM intrinsic ``name``."""
    shape = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, shape, name), arguments)


def broadcast(builder: Any, value: Any, shape: Any = WORDS) -> Any:
    """Return the vector that holds the number ``value`` in each lane."""
    single = builder.insert_element(ir.Constant(shape, ir.Undefined), value, I32(0))
    return builder.shuffle_vector(single, single, splat(0, ir.VectorType(I32, shape.count)))


def first_lanes(builder: Any, count: Any) -> Any:
    """Return the flags of the first ``count`` (64 bits, at most 16) lanes."""
    return builder.icmp_unsigned("<", _NUMBERS, broadcast(builder, builder.trunc(count, I32)))


def low_bits(builder: Any, count: Any) -> Any:
    """Return 64 bits, the lowest ``count`` (0 to 64) of them set."""
    some = builder.lshr(I64(-1), builder.and_(builder.neg(count), I64(63)))
    return builder.select(builder.icmp_unsigned("==", count, I64(0)), I64(0), some)


def load(builder: Any, place: Any, flags: Any) -> Any:
    """Load the lanes that ``flags`` marks from ``place`` on, and zeros for the others, whose memory is not touched."""
    return call(builder, "llvm.masked.load.v16i32.p0", WORDS, place, flags, splat(0))


def look_up(builder: Any, table: Any, indices: Any, flags: Any) -> Any:
    """Return ``table[index]`` in each lane that ``flags`` marks, zeros in the others, which read ``table[0]``."""
    indices, found = builder.select(flags, indices, splat(0)), splat(0)
    for k in range(LANES):  # one by one, as the gather instruction of many processors is slower
        index = builder.zext(builder.extract_element(indices, I32(k)), I64)
        found = builder.insert_element(found, builder.load(builder.gep(table, [index])), I32(k))
    return builder.select(flags, found, splat(0))


def move(builder: Any, place: Any, value: Any = None, shape: Any = None) -> Any:
    """Store ``value`` at ``place``, or else load a value of ``shape`` from there; unaligned."""
    if value is None:
        return builder.load(builder.bitcast(place, shape.as_pointer()), align=1)
    return builder.store(value, builder.bitcast(place, value.type.as_pointer()), align=1)


def any_flag(builder: Any, flags: Any) -> Any:
    """Return 64 bits, not all of them zero if a lane is flagged."""
    return builder.zext(builder.bitcast(flags, ir.IntType(LANES)), I64)


def _either(builder: Any, avx512: Any, by_bytes: Any, otherwise: Any) -> list[Any]:
    """Return what one of two generators of code yields; the flag ``avx512`` chooses when the code runs."""
    if not compiles_for(*_AVX512_FEATURES):
        return list(otherwise())
    with builder.if_else(avx512) as (if_avx512, if_not):
        with if_avx512:
            left, left_end = by_bytes(), builder.block
        with if_not:
            right, right_end = otherwise(), builder.block
    results = []
    for one, other in zip(left, right, strict=True):
        result = builder.phi(one.type)
        result.add_incoming(one, left_end)
        result.add_incoming(other, right_end)
        results.append(result)
    return results


def pack(builder: Any, lanes: Any, count: Any, out: Any, avx512: Any) -> Any:
    """Write the items of the first ``count`` lanes at ``out``, touching VECTOR_BYTES bytes; return their bytes."""
    [size] = _either(
        builder,
        avx512,
        lambda: [_pack_by_avx512(builder, lanes, count, out)],
        lambda: [_pack_in_pairs(builder, lanes, count, out)],
    )
    return size


def _pack_by_avx512(builder: Any, lanes: Any, count: Any, out: Any) -> Any:
    present = builder.bitcast(builder.or_(lanes, splat(1)), BYTES)
    keep = builder.and_(
        builder.bitcast(builder.icmp_unsigned("!=", present, splat(0, BYTES)), I64),
        low_bits(builder, builder.shl(count, I64(2))),
    )
    name = "llvm.x86.avx512.mask.compress.v64i8"
    content, flags = builder.bitcast(lanes, BYTES), builder.bitcast(keep, _BITS)
    move(builder, out, call(builder, name, BYTES, content, splat(0, BYTES), flags))
    return builder.ctpop(keep)


def _pack_in_pairs(builder: Any, lanes: Any, count: Any, out: Any) -> Any:
    sizes = splat(1)
    for bits in (8, 16, 24):
        more = builder.icmp_unsigned("!=", builder.lshr(lanes, splat(bits)), splat(0))
        sizes = builder.add(sizes, builder.zext(more, WORDS))
    sizes = builder.bitcast(builder.select(first_lanes(builder, count), sizes, splat(0)), _PAIRS)
    pairs, low, half = builder.bitcast(lanes, _PAIRS), splat(0xFFFFFFFF, _PAIRS), splat(32, _PAIRS)
    low_sizes = builder.and_(sizes, low)
    moved = builder.shl(builder.lshr(pairs, half), builder.shl(low_sizes, splat(3, _PAIRS)))
    merged = builder.or_(builder.and_(pairs, low), moved)
    merged_sizes = builder.add(low_sizes, builder.lshr(sizes, half))
    size = I64(0)
    for k in range(LANES // 2):
        move(builder, builder.gep(out, [size]), builder.extract_element(merged, I32(k)))
        size = builder.add(size, builder.extract_element(merged_sizes, I32(k)))
    return size


def unpack(builder: Any, place: Any, ends: Any, avx512: Any) -> tuple[Any, Any, Any, Any]:
    """Put the first sixteen items at ``place``, or as many as there are, into lanes; touches VECTOR_PADDING bytes.

    ends: 64 bits, those of the bytes that are the last of an item.
    Returns the lanes, zero behind the last item; how many items and how many bytes these are; and not 0 if one of
    them has more than four bytes, of which its lane holds some.
    """
    lanes, ends = _either(
        builder,
        avx512,
        lambda: _unpack_by_avx512(builder, place, ends),
        lambda: _unpack_one_by_one(builder, place, ends),
    )
    used = _used(builder, ends)
    inner = _inner(builder, ends, used)
    long = inner
    for k in (1, 2, 3):
        long = builder.and_(long, builder.lshr(inner, I64(k)))
    return lanes, builder.ctpop(ends), used, long


def _used(builder: Any, ends: Any) -> Any:
    """Return how many bytes the items with these ends take."""
    return builder.sub(I64(64), builder.ctlz(ends, I1(0)))


def _inner(builder: Any, ends: Any, used: Any) -> Any:
    """Return the bits of the bytes behind which their items go on."""
    return builder.and_(builder.not_(ends), low_bits(builder, used))


def _unpack_by_avx512(builder: Any, place: Any, ends: Any) -> list[Any]:
    ends = call(builder, _PDEP, I64, I64((1 << LANES) - 1), ends)
    used = _used(builder, ends)
    inner = _inner(builder, ends, used)
    starts = builder.and_(builder.or_(builder.shl(ends, I64(1)), I64(1)), low_bits(builder, used))
    keep = builder.and_(I64(_NIBBLES), low_bits(builder, builder.shl(builder.ctpop(ends), I64(2))))
    longer = inner
    for k in (1, 2, 3):  # the items that have more than k bytes: theirs is bit k of a lane's four
        items = call(builder, "llvm.x86.bmi.pext.64", I64, longer, starts)
        keep = builder.or_(keep, call(builder, _PDEP, I64, items, I64(_NIBBLES << k)))
        longer = builder.and_(longer, builder.lshr(inner, I64(k)))
    content, flags = move(builder, place, shape=BYTES), builder.bitcast(keep, _BITS)
    dense = call(builder, "llvm.x86.avx512.mask.expand.v64i8", BYTES, content, splat(0, BYTES), flags)
    return [builder.bitcast(dense, WORDS), ends]


def _unpack_one_by_one(builder: Any, place: Any, ends: Any) -> list[Any]:
    lanes, rest, start = splat(0), ends, I64(0)
    for k in range(LANES):
        stop = builder.add(builder.cttz(rest, I1(0)), I64(1))
        rest = builder.and_(rest, builder.sub(rest, I64(1)))
        word = builder.zext(move(builder, builder.gep(place, [start]), shape=I32), I64)
        size = builder.sub(stop, start)
        size = builder.select(builder.icmp_unsigned("<", size, I64(4)), size, I64(4))
        item = builder.and_(word, builder.sub(builder.shl(I64(1), builder.shl(size, I64(3))), I64(1)))
        lanes = builder.insert_element(lanes, builder.trunc(item, I32), I32(k))
        start = stop
    ends = builder.xor(ends, rest)
    return [builder.select(first_lanes(builder, builder.ctpop(ends)), lanes, splat(0)), ends]


def _scatter(typing_context: Any, bits: Any, places: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if not compiles_for(*_AVX512_FEATURES):
            return I64(0)
        return call(builder, _PDEP, I64, *arguments)

    return types.uint64(types.uint64, types.uint64), generate


_scatter_bits: Callable[[np.uint64, np.uint64], np.uint64] = intrinsic(_scatter)


@inline_kernel
def first_ends(ends: np.uint64, count: int, avx512: bool) -> np.uint64:
    """Return the lowest ``count`` (up to 63) of the bits that are set."""
    if avx512:
        return _scatter_bits((np.uint64(1) << np.uint64(count)) - np.uint64(1), ends)
    rest = ends
    for _ in range(count):
        rest &= rest - np.uint64(1)
    return ends ^ rest
