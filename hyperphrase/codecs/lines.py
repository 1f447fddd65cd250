"""What the text formats share: one line a phrase, made of an opening, perhaps the seed, and the texts of the ids."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.blocks import PhraseBlock
from hyperphrase.codecs.base import Buffer, Encoder, check_block
from hyperphrase.codecs.intrinsics import SLACK, i64, load_u64, store_u32, store_u64
from hyperphrase.codecs.wordings import Wording
from hyperphrase.kernels import inline_kernel, kernel

MAX_DIGITS = 19  # of a seed


@dataclass(frozen=True, eq=False)
class LineShape:
    """What stands around the texts of a phrase; each uint8.

    opening: before the seed; middle: after the seed, empty if the line holds none; closing: after the texts. The
    first byte of ``closing`` is in no text.
    """

    opening: NDArray[np.uint8]
    middle: NDArray[np.uint8]
    closing: NDArray[np.uint8]

    @property
    def longest(self) -> int:
        """Return how many bytes of a line are not texts, at most."""
        return len(self.opening) + MAX_DIGITS + len(self.middle) + len(self.closing)


def line_shape(opening: bytes, middle: bytes, closing: bytes) -> LineShape:
    """Return the shape of lines that begin, go on after the seed, and end so."""
    return LineShape(*(np.frombuffer(part, np.uint8) for part in (opening, middle, closing)))


@kernel
def _put_bytes(out: NDArray[np.uint8], at: int, piece: NDArray[np.uint8]) -> int:
    """Copy ``piece`` to ``out[at]``; return the place behind it."""
    for k in range(len(piece)):
        out[at + k] = piece[k]
    return at + len(piece)


@kernel
def _put_decimal(out: NDArray[np.uint8], at: int, value: np.uint64) -> int:
    """Write ``value`` in decimal digits; return the place behind them."""
    digits = 1
    rest = np.uint64(value) // np.uint64(10)
    while rest > np.uint64(0):
        rest //= np.uint64(10)
        digits += 1
    rest = np.uint64(value)
    for k in range(digits - 1, -1, -1):
        out[at + k] = np.uint8(np.uint64(48) + rest % np.uint64(10))
        rest //= np.uint64(10)
    return at + digits


@kernel
def _open_line(
    out: NDArray[np.uint8], at: int, seed: np.uint64, opening: NDArray[np.uint8], middle: NDArray[np.uint8]
) -> int:
    """Write what stands before the texts; return the place behind it."""
    at = _put_bytes(out, at, opening)
    if len(middle) == 0:
        return at
    return _put_bytes(out, _put_decimal(out, at, seed), middle)


@inline_kernel
def _put_long_text(out: NDArray[np.uint8], at: int, data: NDArray[np.uint8], start: int, stop: int) -> int:
    """Copy ``data[start:stop]`` to ``out[at]`` in steps of eight bytes; return the place behind it."""
    size = stop - start
    for k in range(0, size, 8):
        store_u64(out, at + k, load_u64(data, start + k))
    return at + size


@kernel
def _write_packed_lines(
    out: NDArray[np.uint8],
    ids: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    seeds: NDArray[np.uint64],
    packed: NDArray[np.uint64],
    tail: int,
    opening: NDArray[np.uint8],
    middle: NDArray[np.uint8],
    closing: NDArray[np.uint8],
) -> int:
    """Write a line for each phrase, texts of at most four bytes; return the place behind."""
    at = 0
    for k in range(len(seeds)):
        at = _open_line(out, at, seeds[k], opening, middle)
        for value in ids[offsets[k] : offsets[k + 1]]:
            text = packed[value]
            store_u32(out, at, np.uint32(text))
            at += i64(text >> np.uint64(32))
        at = _put_bytes(out, at - tail, closing)
    return at


@kernel
def _write_long_lines(
    out: NDArray[np.uint8],
    ids: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    seeds: NDArray[np.uint64],
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    tail: int,
    opening: NDArray[np.uint8],
    middle: NDArray[np.uint8],
    closing: NDArray[np.uint8],
) -> int:
    """Write a line for each phrase, texts of any size; return the place behind."""
    at = 0
    for k in range(len(seeds)):
        at = _open_line(out, at, seeds[k], opening, middle)
        for value in ids[offsets[k] : offsets[k + 1]]:
            at = _put_long_text(out, at, data, starts[value], starts[value + np.uint32(1)])
        at = _put_bytes(out, at - tail, closing)
    return at


@kernel
def _bytes_of(ids: NDArray[np.uint32], starts: NDArray[np.int64]) -> int:
    """Return the bytes that the texts of ``ids`` take."""
    total = 0
    for value in ids:
        total += starts[value + np.uint32(1)] - starts[value]
    return total


class LineEncoder(Encoder):
    """Writes lines; the file has neither header nor trailer."""

    def __init__(self, words: Wording, shape: LineShape) -> None:
        self._words = words
        self._shape = shape
        self._tail = int(words.separator >= 0)  # bytes of the separator, which does not stand behind the last text
        self._buffer = Buffer()

    def begin(self) -> bytes:
        """Return nothing: the file has no header."""
        return b""

    def encode(self, block: PhraseBlock) -> memoryview:
        """Return the lines of ``block``."""
        words, shape, buffer, tail = self._words, self._shape, self._buffer, self._tail
        check_block(block, len(words))
        around = (shape.opening, shape.middle, shape.closing)
        columns = (block.ids, block.offsets, block.seeds)
        room = shape.longest * len(block) + SLACK
        buffer.size = 0
        if len(words.packed):
            buffer.reserve(room + 4 * len(block.ids))
            buffer.size = _write_packed_lines(buffer.data, *columns, words.packed, tail, *around)
        else:
            buffer.reserve(room + _bytes_of(block.ids, words.starts))
            buffer.size = _write_long_lines(buffer.data, *columns, words.data, words.starts, tail, *around)
        return buffer.view()

    def end(self) -> bytes:
        """Return nothing: the file has no trailer."""
        return b""
