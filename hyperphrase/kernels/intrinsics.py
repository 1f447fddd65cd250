"""Processor instructions that numba does not provide: unaligned loads and stores, prefetching, the CRC32C instruction.

An encoder that stores a whole word and advances by the number of bytes in use is three times as fast as a loop
over bytes. Nothing here checks bounds: callers leave :data:`WORD_PADDING` bytes after the last byte in use.
"""

import sys
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels.availability import (
    cgutils,
    config,
    get_host_cpu_features,
    intrinsic,
    ir,
    make_array,
    populate_array,
    types,
)

if sys.byteorder != "little":
    raise ImportError("hyperphrase.codecs needs a little-endian machine: its kernels store whole words")

WORD_PADDING = 8  # bytes after its first one that a load or a store may touch

i64 = cast("Callable[[object], int]", np.int64)
"""numba's cast to a signed 64-bit integer, typed as returning ``int`` for the type checker."""


def element(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Return the pointer to the element ``index`` of an array."""
    return builder.gep(make_array(array_type)(context, builder, array).data, [index])


def _element(context: Any, builder: Any, array_type: Any, array: Any, index: Any, bits: int) -> Any:
    """Return the pointer to the ``bits``-wide integer that begins at byte ``index`` of a uint8 array."""
    return builder.bitcast(element(context, builder, array_type, array, index), ir.IntType(bits).as_pointer())


def _loader(bits: int, result: Any) -> Callable[..., Any]:
    """Return the typing function of an unaligned load of ``bits`` bits."""

    def typed(typing_context: Any, data: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _element(context, builder, signature.args[0], arguments[0], arguments[1], bits)
            return builder.load(place, align=1)

        return result(data, types.int64), generate

    return typed


def _storer(bits: int, value_type: Any) -> Callable[..., Any]:
    """Return the typing function of an unaligned store of ``bits`` bits."""

    def typed(typing_context: Any, data: Any, index: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _element(context, builder, signature.args[0], arguments[0], arguments[1], bits)
            builder.store(arguments[2], place, align=1)
            return context.get_dummy_value()

        return types.void(data, types.int64, value_type), generate

    return typed


def _crc_step(bits: int, value_type: Any) -> Callable[..., Any]:
    """Return the typing function of the SSE 4.2 instruction that updates a CRC32C with ``bits`` bits."""
    register = 64 if bits == 64 else 32

    def typed(typing_context: Any, crc: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(register)
            shape = ir.FunctionType(word, [word, ir.IntType(bits)])
            name = f"llvm.x86.sse42.crc32.{register}.{bits}"
            step = cgutils.get_or_insert_function(builder.module, shape, name)
            before = builder.zext(arguments[0], word) if register > 32 else arguments[0]
            after = builder.call(step, [before, arguments[1]])
            return builder.trunc(after, ir.IntType(32)) if register > 32 else after

        return types.uint32(types.uint32, value_type), generate

    return typed


def _bytes_at(typing_context: Any, address: Any, size: Any) -> Any:
    result = types.Array(types.uint8, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = make_array(result)(context, builder)
        data = builder.inttoptr(arguments[0], array.data.type)
        one = context.get_constant(types.intp, 1)
        populate_array(array, data, [arguments[1]], [one], one, meminfo=None)
        return array._getvalue()

    return result(types.int64, types.int64), generate


def _trailing_zeros(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        load = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
        place = builder.bitcast(element(context, builder, signature.args[0], arguments[0], arguments[1]), pointer)
        builder.call(load, [place, *(ir.Constant(number, hint) for hint in (0, 3, 1))])  # to read, into all caches
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


Bytes = NDArray[np.uint8]

load_u32: Callable[[Bytes, int], np.uint32] = intrinsic(_loader(32, types.uint32))
"""``load_u32(data, at)``: the little-endian uint32 in ``data[at:at + 4]``; unaligned, unchecked."""
load_u64: Callable[[Bytes, int], np.uint64] = intrinsic(_loader(64, types.uint64))
"""``load_u64(data, at)``: the little-endian uint64 in ``data[at:at + 8]``; unaligned, unchecked."""
store_u32: Callable[[Bytes, int, np.uint32], None] = intrinsic(_storer(32, types.uint32))
"""``store_u32(data, at, value)``: write a little-endian uint32 to ``data[at:at + 4]``; unaligned, unchecked."""
store_u64: Callable[[Bytes, int, np.uint64], None] = intrinsic(_storer(64, types.uint64))
"""``store_u64(data, at, value)``: write a little-endian uint64 to ``data[at:at + 8]``; unaligned, unchecked."""
trailing_zeros: Callable[[np.uint64], int] = intrinsic(_trailing_zeros)
"""``trailing_zeros(value)``: the number of zero bits below the lowest set bit of a uint64."""
prefetch: Callable[[NDArray[Any], np.uint64], None] = intrinsic(_prefetch)
"""``prefetch(array, index)``: begin to load what element ``index`` of the array's memory is on, and go on."""
crc32c_u64: Callable[[np.uint32, np.uint64], np.uint32] = intrinsic(_crc_step(64, types.uint64))
"""``crc32c_u64(crc, value)``: update a CRC with eight bytes; only if :func:`has_crc32c_instruction`."""
crc32c_u8: Callable[[np.uint32, np.uint8], np.uint32] = intrinsic(_crc_step(8, types.uint8))
"""``crc32c_u8(crc, value)``: update a CRC with one byte; only if :func:`has_crc32c_instruction`."""


bytes_at: Callable[[int, int], Bytes] = intrinsic(_bytes_at)
"""``bytes_at(address, size)``: these bytes of the process's memory as a uint8 array, which owns nothing; unchecked."""


def compiles_for(*features: str) -> bool:
    """Tell whether numba compiles for a processor with these features (it can be configured to use fewer)."""
    text = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
    return {f"+{feature}" for feature in features} <= set(text.split(","))


def has_crc32c_instruction() -> bool:
    """Tell whether numba compiles for a processor with SSE 4.2 (it can be configured to use fewer features)."""
    return compiles_for("sse4.2")
