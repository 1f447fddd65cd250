"""Back from lines to phrases: only lines that an encoder would have written pass, byte for byte."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.blocks import PhraseBlock
from hyperphrase.codecs.base import Encoder, Format, Texts, needed
from hyperphrase.codecs.compression import compressed, read_pieces
from hyperphrase.codecs.intrinsics import i64, load_u32
from hyperphrase.codecs.lines import MAX_DIGITS, LineEncoder, LineShape
from hyperphrase.codecs.reading import FIRST_DEFECT, FULL, MORE, Scanner
from hyperphrase.codecs.wordings import Unwording, Wording, find, unwording, wording
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.limits import MAX_LENGTH, SEED_STOP

_BAD_LINE, _BAD_SEED, _BAD_TEXT, _BAD_LENGTH = range(FIRST_DEFECT, FIRST_DEFECT + 4)
_DEFECTS = (
    "line that does not have the form of a phrase's line",
    "seed that is not a number below 2^63",
    "text that is not in the lexicon",
    f"phrase that does not have 1 to {MAX_LENGTH} texts",
)
_BACKSLASH = ord("\\")


@kernel
def _skip(data: NDArray[np.uint8], at: int, end: int, piece: NDArray[np.uint8]) -> tuple[int, int]:
    """Go over ``piece`` in ``data[at:end]``; return the place behind it, and a status."""
    for k in range(len(piece)):
        if at + k >= end:
            return at, MORE
        if data[at + k] != piece[k]:
            return at, _BAD_LINE
    return at + len(piece), FULL


@kernel
def _get_decimal(data: NDArray[np.uint8], at: int, end: int) -> tuple[np.uint64, int, int]:
    """Read a seed from ``data[at:end]``; return it, the place behind it, and a status."""
    value = np.uint64(0)
    stop = at
    while stop < end and stop - at <= MAX_DIGITS and 48 <= data[stop] <= 57:
        value = value * np.uint64(10) + np.uint64(data[stop] - 48)
        stop += 1
    digits = stop - at
    if stop >= end and digits <= MAX_DIGITS:
        return value, at, MORE
    padded = digits > 1 and data[at] == 48
    if digits == 0 or digits > MAX_DIGITS or padded or value >= np.uint64(SEED_STOP):
        return value, at, _BAD_SEED
    return value, stop, FULL


@kernel
def _open_line(
    data: NDArray[np.uint8], at: int, end: int, opening: NDArray[np.uint8], middle: NDArray[np.uint8]
) -> tuple[np.uint64, int, int]:
    """Read what stands before the texts; return the seed, the place behind, and a status."""
    seed = np.uint64(0)
    at, status = _skip(data, at, end, opening)
    if status != FULL or len(middle) == 0:
        return seed, at, status
    seed, at, status = _get_decimal(data, at, end)
    if status != FULL:
        return seed, at, status
    at, status = _skip(data, at, end, middle)
    return seed, at, status


@inline_kernel
def _get_symbol(
    data: NDArray[np.uint8], at: int, by_code_point: NDArray[np.uint32], packed: NDArray[np.uint64]
) -> tuple[np.uint32, int, np.uint64]:
    """Read one symbol; touches four bytes. Returns its id, its size, and 0 if its bytes are those of the id."""
    word = np.uint64(load_u32(data, at))
    lead = word & np.uint64(0xFF)
    two = np.uint64(lead >= np.uint64(0xC0))
    size = np.uint64(1) + two + np.uint64(lead >= np.uint64(0xE0)) + np.uint64(lead >= np.uint64(0xF0))
    bits = (np.uint64(0x7F) >> size) | ((np.uint64(1) - two) << np.uint64(6))
    point = ((lead & bits) << np.uint64(18)) | ((word & np.uint64(0x3F00)) << np.uint64(4))
    point |= ((word >> np.uint64(10)) & np.uint64(0xFC0)) | ((word >> np.uint64(24)) & np.uint64(0x3F))
    point >>= np.uint64(6) * (np.uint64(4) - size)
    value = by_code_point[point]
    spelled = (word & ((np.uint64(1) << (np.uint64(8) * size)) - np.uint64(1))) | (size << np.uint64(32))
    return value, i64(size), packed[value] ^ spelled


@kernel
def _get_symbols(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    terminator: int,
    ids: NDArray[np.uint32],
    first: int,
    by_code_point: NDArray[np.uint32],
    packed: NDArray[np.uint64],
) -> tuple[int, int, int]:
    """Read the symbols up to ``terminator``; return its place, that behind the ids, and a status."""
    wrong = np.uint64(0)
    place = first
    last = first + MAX_LENGTH
    while at < end and data[at] != terminator and place < last:
        ids[place], size, bad = _get_symbol(data, at, by_code_point, packed)
        wrong |= bad
        at += size
        place += 1
    if at > end or (at == end and wrong == np.uint64(0)):
        return at, place, MORE
    if wrong != np.uint64(0):
        return at, place, _BAD_TEXT
    return at, place, FULL if data[at] == terminator and place > first else _BAD_LENGTH


@kernel
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


@kernel
def _get_texts(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    terminator: int,
    ids: NDArray[np.uint32],
    first: int,
    slots: NDArray[np.uint32],
    texts: NDArray[np.uint8],
    starts: NDArray[np.int64],
    separator: int,
) -> tuple[int, int, int]:
    """Like :func:`_get_symbols`, for texts of any size."""
    place = first
    tail = i64(separator >= 0)
    while place < first + MAX_LENGTH:
        stop = _text_end(data, at, end, separator, terminator)
        if stop >= end:
            return at, place, MORE
        row = find(slots, texts, starts, tail, data, at, stop)
        if row < 0:
            return at, place, _BAD_LENGTH if place == first and data[at] == terminator else _BAD_TEXT
        ids[place] = row
        place += 1
        at = stop
        if data[at] == terminator:
            return at, place, FULL
        at += tail
    return at, place, _BAD_LENGTH


@kernel
def _scan_lines(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    ids: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    seeds: NDArray[np.uint64],
    tables: tuple[
        NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64], int
    ],
    opening: NDArray[np.uint8],
    middle: NDArray[np.uint8],
    closing: NDArray[np.uint8],
) -> tuple[int, int, int]:
    """Parse whole lines, see :class:`hyperphrase.codecs.reading.Scan`."""
    by_code_point, packed, slots, texts, starts, separator = tables
    for k in range(len(seeds)):
        first = offsets[k]
        if at == end:
            return at, k, MORE
        if first > len(ids) - MAX_LENGTH:
            return at, k, FULL
        seeds[k], start, status = _open_line(data, at, end, opening, middle)
        if status != FULL:
            return at, k, status
        if len(by_code_point) > 0:
            stop, place, status = _get_symbols(data, start, end, closing[0], ids, first, by_code_point, packed)
        else:
            stop, place, status = _get_texts(data, start, end, closing[0], ids, first, slots, texts, starts, separator)
        if status != FULL:
            return at, k, status
        stop, status = _skip(data, stop, end, closing)
        if status != FULL:
            return at, k, status
        offsets[k + 1] = place
        at = stop
    return at, len(seeds), FULL


class _LineScan:
    """The scan of lines with its tables."""

    def __init__(self, words: Wording, back: Unwording, shape: LineShape) -> None:
        self._tables = (back.by_code_point, words.packed, back.slots, words.data, words.starts, words.separator)
        self._shape = (shape.opening, shape.middle, shape.closing)

    def __call__(
        self,
        data: NDArray[np.uint8],
        at: int,
        end: int,
        ids: NDArray[np.uint32],
        offsets: NDArray[np.int64],
        seeds: NDArray[np.uint64],
    ) -> tuple[int, int, int]:
        return _scan_lines(data, at, end, ids, offsets, seeds, self._tables, *self._shape)


class LineFormat(Format):
    """A format of one line a phrase.

    shape: what stands around the texts.
    escapes: whether texts are escaped as in JSON strings.
    """

    compressions = ("none", "gzip")
    text = True
    shape: LineShape
    escapes: bool

    def encoder(self, compression: str, texts: Texts | None) -> Encoder:
        """Return the encoder of one new shard."""
        self.check_compression(compression)
        return compressed(LineEncoder(wording(needed(texts), self.escapes), self.shape), compression)

    def decode(self, stream: BinaryIO, compression: str, texts: Texts | None, where: str) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard; ValueError if ``texts`` cannot be told apart when read back."""
        self.check_compression(compression)
        words, back = wording(needed(texts), self.escapes), unwording(needed(texts), self.escapes)
        bound = words.longest * MAX_LENGTH + self.shape.longest
        scanner = Scanner(_LineScan(words, back, self.shape), bound, _DEFECTS)
        return scanner.blocks(read_pieces(stream, compression, where), where)
