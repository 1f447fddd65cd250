"""What the text formats share: one line a phrase, made of an opening, perhaps the seed, and the texts of the ids."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Buffer, Columns, Encoder, check_block, columns_of
from hyperphrase.codecs.symbols import put_symbols
from hyperphrase.codecs.text_encoding import TextBytes, TextEncoding
from hyperphrase.codecs.vector_packing import uses_avx512
from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.kernels.intrinsics import WORD_PADDING, load_u64, store_u64, trailing_zeros
from hyperphrase.phrases.blocks import PhraseBlock

MAX_DIGITS = 19  # of a seed


class LineShape(NamedTuple):
    """What stands around the texts of a phrase; each uint8, with WORD_PADDING bytes more behind it.

    opening: before the seed; middle: after the seed, empty if the line holds none; closing: after the texts. The
    first byte of ``closing`` is in no text.
    """

    opening: NDArray[np.uint8]
    middle: NDArray[np.uint8]
    closing: NDArray[np.uint8]

    @property
    def longest(self) -> int:
        """Return how many bytes of a line are not texts, at most."""
        return len(self.opening) + MAX_DIGITS + len(self.middle) + len(self.closing) - 3 * WORD_PADDING


def line_shape(opening: bytes, middle: bytes, closing: bytes) -> LineShape:
    """Return the shape of lines that begin, go on after the seed, and end so."""
    return LineShape(*(np.frombuffer(part + bytes(WORD_PADDING), np.uint8) for part in (opening, middle, closing)))


@inline_kernel
def _put_bytes(out: NDArray[np.uint8], at: int, data: NDArray[np.uint8], start: int, stop: int) -> int:
    """Copy ``data[start:stop]`` to ``out[at]`` in steps of eight bytes; return the place behind it."""
    for k in range(start, stop, 8):
        store_u64(out, at + k - start, load_u64(data, k))
    return at + stop - start


@inline_kernel
def _put_piece(out: NDArray[np.uint8], at: int, piece: NDArray[np.uint8]) -> int:
    """Copy a part of the line's shape to ``out[at]``; return the place behind it."""
    return _put_bytes(out, at, piece, 0, len(piece) - WORD_PADDING)


@inline_kernel
def _digits(value: np.uint64) -> np.uint64:
    """Return the eight decimal digits of ``value`` (below 10^8), a byte each, the first digit lowest.

    Numbers of four digits, then of two, then of one are split at once, their quotients being products with a rounded
    inverse. Source: Lemire, "Converting integers to fix-digit representations quickly" (2021).
    """
    high = value // np.uint64(10_000)
    fours = high | ((value - high * np.uint64(10_000)) << np.uint64(32))
    high = ((fours * np.uint64(10_486)) >> np.uint64(20)) & np.uint64(0x7F_0000_007F)
    twos = high | ((fours - high * np.uint64(100)) << np.uint64(16))
    high = ((twos * np.uint64(103)) >> np.uint64(10)) & np.uint64(0x000F_000F_000F_000F)
    return high | ((twos - high * np.uint64(10)) << np.uint64(8))


@inline_kernel
def _put_digits(out: NDArray[np.uint8], at: int, value: np.uint64, padded: bool) -> int:
    """Write ``value`` (below 10^8) in eight digits, or in as many as it has; return the place behind them."""
    digits = _digits(value)
    zeros = 0 if padded else min(trailing_zeros(digits) >> 3, 7)
    store_u64(out, at, (digits | np.uint64(0x3030_3030_3030_3030)) >> np.uint64(8 * zeros))
    return at + 8 - zeros


@inline_kernel
def _put_decimal(out: NDArray[np.uint8], at: int, value: np.uint64) -> int:
    """Write ``value`` in decimal digits; return the place behind them."""
    part = np.uint64(10**8)
    high = value // part
    if high > np.uint64(0):
        top = high // part
        if top > np.uint64(0):
            at = _put_digits(out, at, top, False)
        at = _put_digits(out, at, high - top * part, bool(top > np.uint64(0)))
    return _put_digits(out, at, value - high * part, bool(high > np.uint64(0)))


@inline_kernel
def _open_line(out: NDArray[np.uint8], at: int, seed: np.uint64, shape: LineShape) -> int:
    """Write what stands before the texts; return the place behind it."""
    at = _put_piece(out, at, shape.opening)
    if len(shape.middle) == WORD_PADDING:
        return at
    return _put_piece(out, _put_decimal(out, at, seed), shape.middle)


@bare_kernel
def _write_packed_lines(
    out: NDArray[np.uint8], block: Columns, packed: NDArray[np.uint32], tail: int, shape: LineShape, avx512: bool
) -> int:
    """Write a line for each phrase, texts of at most four bytes; return the place behind."""
    at = 0
    for k in range(len(block.seeds)):
        at = _open_line(out, at, block.seeds[k], shape)
        at = put_symbols(out, at, block.ids, block.offsets[k], block.offsets[k + 1], packed, avx512)
        at = _put_piece(out, at - tail, shape.closing)
    return at


@bare_kernel
def _write_long_lines(out: NDArray[np.uint8], block: Columns, texts: TextBytes, shape: LineShape) -> int:
    """Write a line for each phrase, texts of any size; return the place behind."""
    at = 0
    for k in range(len(block.seeds)):
        at = _open_line(out, at, block.seeds[k], shape)
        for value in block.ids[block.offsets[k] : block.offsets[k + 1]]:
            at = _put_bytes(out, at, texts.data, texts.starts[value], texts.starts[value + np.uint32(1)])
        at = _put_piece(out, at - texts.tail, shape.closing)
    return at


@bare_kernel
def _bytes_of(ids: NDArray[np.uint32], starts: NDArray[np.int64]) -> int:
    """Return the bytes that the texts of ``ids`` take."""
    total = 0
    for value in ids:
        total += starts[value + np.uint32(1)] - starts[value]
    return total


class LineEncoder(Encoder):
    """Writes lines; the file has neither header nor trailer."""

    def __init__(self, words: TextEncoding, shape: LineShape) -> None:
        self._words = words
        self._shape = shape
        self._buffer = Buffer()

    def begin(self) -> bytes:
        """Return nothing: the file has no header."""
        return b""

    def encode(self, block: PhraseBlock) -> memoryview:
        """Return the lines of ``block``."""
        words, shape, buffer = self._words, self._shape, self._buffer
        check_block(block, len(words))
        columns = columns_of(block)
        room = shape.longest * len(block) + WORD_PADDING
        buffer.size = 0
        if len(words.packed):
            buffer.reserve(room + 4 * len(block.ids))
            buffer.size = _write_packed_lines(
                buffer.data, columns, words.packed, words.texts.tail, shape, uses_avx512()
            )
        else:
            buffer.reserve(room + _bytes_of(block.ids, words.texts.starts))
            buffer.size = _write_long_lines(buffer.data, columns, words.texts, shape)
        return buffer.view()

    def end(self) -> bytes:
        """Return nothing: the file has no trailer."""
        return b""
