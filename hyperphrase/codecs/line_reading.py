"""Back from lines to phrases: only lines that an encoder would have written pass, byte for byte."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Columns, Encoder, ReadableFormat, Texts, needed
from hyperphrase.codecs.compression import compressed, read_pieces
from hyperphrase.codecs.line_writing import MAX_DIGITS, LineEncoder, LineShape
from hyperphrase.codecs.record_reading import COMPLETE, FIRST_DEFECT, INCOMPLETE, MIN_FREE_IDS, Scanner
from hyperphrase.codecs.symbols import find_byte, get_symbols
from hyperphrase.codecs.text_encoding import TextDecoding, find, text_decoding, text_encoding
from hyperphrase.codecs.vector_packing import uses_avx512
from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.kernels.intrinsics import WORD_PADDING, load_u64
from hyperphrase.limits import MAX_LENGTH, SEED_STOP
from hyperphrase.phrases.blocks import PhraseBlock

_BAD_LINE, _BAD_SEED, _BAD_TEXT, _BAD_LENGTH = range(FIRST_DEFECT, FIRST_DEFECT + 4)
_DEFECTS = (
    "line that does not have the form of a phrase's line",
    "seed that is not a number below 2^63",
    "text that is not in the lexicon",
    f"phrase that does not have 1 to {MAX_LENGTH} texts",
)
_BACKSLASH = ord("\\")


@inline_kernel
def _skip(data: NDArray[np.uint8], at: int, end: int, piece: NDArray[np.uint8]) -> tuple[int, int]:
    """Go over a part of the line's shape in ``data[at:end]``; return the place behind it, and a status."""
    size = len(piece) - WORD_PADDING
    there = min(size, end - at)
    different = np.uint64(0)
    for k in range(0, there, 8):
        beyond = np.uint64(8 * max(k + 8 - there, 0))
        different |= (load_u64(data, at + k) ^ load_u64(piece, k)) << beyond
    if different != np.uint64(0):
        return at, _BAD_LINE
    return (at + size, COMPLETE) if there == size else (at, INCOMPLETE)


@bare_kernel
def _get_decimal(data: NDArray[np.uint8], at: int, end: int) -> tuple[np.uint64, int, int]:
    """Read a seed from ``data[at:end]``; return it, the place behind it, and a status."""
    value = np.uint64(0)
    stop = at
    while stop < end and stop - at <= MAX_DIGITS and 48 <= data[stop] <= 57:
        value = value * np.uint64(10) + np.uint64(data[stop] - 48)
        stop += 1
    digits = stop - at
    if stop >= end and digits <= MAX_DIGITS:
        return value, at, INCOMPLETE
    padded = digits > 1 and data[at] == 48
    if digits == 0 or digits > MAX_DIGITS or padded or value >= np.uint64(SEED_STOP):
        return value, at, _BAD_SEED
    return value, stop, COMPLETE


@inline_kernel
def _open_line(data: NDArray[np.uint8], at: int, end: int, shape: LineShape) -> tuple[np.uint64, int, int]:
    """Read what stands before the texts; return the seed, the place behind, and a status."""
    seed = np.uint64(0)
    at, status = _skip(data, at, end, shape.opening)
    if status != COMPLETE or len(shape.middle) == WORD_PADDING:
        return seed, at, status
    seed, at, status = _get_decimal(data, at, end)
    if status != COMPLETE:
        return seed, at, status
    at, status = _skip(data, at, end, shape.middle)
    return seed, at, status


@bare_kernel
def _get_symbols(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    terminator: int,
    ids: NDArray[np.uint32],
    first: int,
    by_code_point: NDArray[np.uint32],
    avx512: bool,
) -> tuple[int, int, int]:
    """Read the symbols up to ``terminator``; return its place, that behind the ids, and a status."""
    stop = find_byte(data, at, end, terminator)
    if stop == end:
        return at, first, INCOMPLETE
    behind, place, wrong = get_symbols(data, at, stop, ids, first, first + MAX_LENGTH, by_code_point, avx512)
    if wrong != 0:
        return at, first, _BAD_TEXT
    return behind, place, COMPLETE if behind == stop and 0 < place - first <= MAX_LENGTH else _BAD_LENGTH


@bare_kernel
def _text_end(data: NDArray[np.uint8], at: int, end: int, separator: int, terminator: int) -> int:
    """Return where the text at ``data[at]`` ends, ``end`` or more if it may go on; JSON escapes count as one character.

    Without a separator (-1) a text is one character.
    """
    while at < end and data[at] != terminator and data[at] != separator:
        lead = data[at]
        if lead == _BACKSLASH and terminator != ord("\n"):
            at += 6 if at + 1 < end and data[at + 1] == ord("u") else 2
        else:
            at += 1 + (lead >= 0xC0) + (lead >= 0xE0) + (lead >= 0xF0) if separator < 0 else 1
        if separator < 0:
            break
    return at


@bare_kernel
def _get_texts(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    terminator: int,
    ids: NDArray[np.uint32],
    first: int,
    back: TextDecoding,
) -> tuple[int, int, int]:
    """Like :func:`_get_symbols`, for texts of any size."""
    place = first
    while place < first + MAX_LENGTH:
        stop = _text_end(data, at, end, back.separator, terminator)
        if stop >= end:
            return at, place, INCOMPLETE
        row = find(back.slots, back.texts, data, at, stop)
        if row < 0:
            return at, place, _BAD_LENGTH if place == first and data[at] == terminator else _BAD_TEXT
        ids[place] = row
        place += 1
        at = stop
        if data[at] == terminator:
            return at, place, COMPLETE
        at += back.texts.tail
    return at, place, _BAD_LENGTH


@bare_kernel
def _scan_lines(
    data: NDArray[np.uint8], at: int, end: int, block: Columns, back: TextDecoding, shape: LineShape, avx512: bool
) -> tuple[int, int, int]:
    """Parse whole lines, see :class:`hyperphrase.codecs.record_reading.Scan`."""
    ids, terminator = block.ids, shape.closing[0]
    for k in range(len(block.seeds)):
        first = block.offsets[k]
        if at == end:
            return at, k, INCOMPLETE
        if first > len(ids) - MIN_FREE_IDS:
            return at, k, COMPLETE
        block.seeds[k], start, status = _open_line(data, at, end, shape)
        if status != COMPLETE:
            return at, k, status
        if len(back.by_code_point) > 0:
            stop, place, status = _get_symbols(data, start, end, terminator, ids, first, back.by_code_point, avx512)
        else:
            stop, place, status = _get_texts(data, start, end, terminator, ids, first, back)
        if status != COMPLETE:
            return at, k, status
        stop, status = _skip(data, stop, end, shape.closing)
        if status != COMPLETE:
            return at, k, status
        block.offsets[k + 1] = place
        at = stop
    return at, len(block.seeds), COMPLETE


class _LineScan:
    """The scan of lines with its tables."""

    def __init__(self, back: TextDecoding, shape: LineShape) -> None:
        self._back, self._shape = back, shape

    def __call__(self, data: NDArray[np.uint8], at: int, end: int, block: Columns) -> tuple[int, int, int]:
        return _scan_lines(data, at, end, block, self._back, self._shape, uses_avx512())


class LineFormat(ReadableFormat):
    """A format of one line a phrase.

    shape: what stands around the texts.
    escapes: whether texts are escaped as in JSON strings.
    """

    compressions = ("none", "gzip")
    text = True
    shape: LineShape
    escapes: bool

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard."""
        self.check_compression(compression)
        return compressed(LineEncoder(text_encoding(needed(texts), self.escapes), self.shape), compression)

    def decode(
        self, stream: BinaryIO, compression: str, texts: Texts | None, vocabulary: int, where: str
    ) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard; ValueError if ``texts`` cannot be told apart when read back."""
        self.check_compression(compression)
        words, back = text_encoding(needed(texts), self.escapes), text_decoding(needed(texts), self.escapes)
        bound = words.longest * MAX_LENGTH + self.shape.longest
        scanner = Scanner(_LineScan(back, self.shape), bound, _DEFECTS)
        return scanner.blocks(read_pieces(stream, compression, where), where)
