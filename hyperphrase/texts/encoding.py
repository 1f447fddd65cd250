"""From a text to an encoded one.

A *run* is a longest sequence of letters, with a connector (apostrophe, hyphen, joiner) between two of them here and
there; its *pieces* stand between the connectors. A run that is a word of the lexicon becomes its symbol, otherwise each
piece that is one does. All else is copied. A single space between two symbols is left out.

The kernel stops before the end of its data where a word could go on, and continues with the next data: the result does
not depend on how a text is cut. It is in one of four modes, and never looks further ahead than the longest word, so
that a run of any length passes.
"""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.text_encoding import find
from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.kernels.intrinsics import i64, load_u64, store_u32, trailing_zeros
from hyperphrase.texts.characters import CASED, CONNECTOR, ESCAPED, LETTER
from hyperphrase.texts.code_tables import AHEAD, CASE_MARK, ESCAPE, CodeTables, char_at, copy_char, put_char

#: The places of the state, int64, shape (4,): the mode, what the last character was, and the counts of words (pieces
#: are counted one by one, unless the run is found) and of those that became symbols.
MODE, BEHIND, WORDS, FOUND = range(4)
#: Modes: outside of runs or before one; in a run that is no word: before a piece, inside one that is none, behind one.
_OUTSIDE, _PIECE, _INSIDE, _BETWEEN = range(4)
#: What is behind: a character that was copied, a symbol, a symbol and one space that is not written yet.
_COPIED, _SYMBOL, _SPACE = range(3)
GROWTH = 5  # bytes at most that an encoded text has for each byte of the text: A may become ^ and a symbol

_BLANK, _ESCAPE, _CASE_MARK = ord(" "), ord(ESCAPE), ord(CASE_MARK)


@inline_kernel
def _write_space(out: NDArray[np.uint8], place: int, state: NDArray[np.int64]) -> int:
    """Write the space that waits, if one does; return the place behind it."""
    if state[BEHIND] == _SPACE:
        out[place] = _BLANK
        place += 1
    state[BEHIND] = _COPIED
    return place


@inline_kernel
def _copy(
    data: NDArray[np.uint8], at: int, size: int, kind: int, out: NDArray[np.uint8], place: int, state: NDArray[np.int64]
) -> int:
    """Write a character that stands for itself; return the place behind it."""
    place = _write_space(out, place, state)
    if kind & ESCAPED:
        out[place] = _ESCAPE
        place += 1
    return copy_char(data, at, size, out, place)


@inline_kernel
def _letter_at(data: NDArray[np.uint8], at: int, end: int, kinds: NDArray[np.uint8]) -> bool:
    return at < end and kinds[char_at(data, at)[0]] & LETTER != 0


@inline_kernel
def _letters_in(word: np.uint64) -> int:
    """Return the number of ASCII letters and digits before the first other byte, 0 to 8, counted from the lowest."""
    each = np.uint64(0x0101010101010101)
    top = each * np.uint64(0x80)
    low = word & ~top
    small = low | each * np.uint64(0x20)  # letters in lower case
    letters = (small + each * np.uint64(0x80 - ord("a"))) & ~(small + each * np.uint64(0x7F - ord("z")))
    digits = (low + each * np.uint64(0x80 - ord("0"))) & ~(low + each * np.uint64(0x7F - ord("9")))
    return trailing_zeros(((letters | digits) & ~word & top) ^ top) >> 3


@inline_kernel
def _run_end(data: NDArray[np.uint8], at: int, end: int, most: int, connected: bool, kinds: NDArray[np.uint8]) -> int:
    """Return where the run (or the piece, unless ``connected``) at ``data[at]`` ends.

    Returns any place beyond ``at + most`` if it has more than ``most`` bytes.
    """
    stop = at
    while stop < end and stop - at <= most:
        if data[stop] < 0x80:
            count = _letters_in(load_u64(data, stop))
            stop = min(stop + count, end)
            if count == 8 or stop == end:
                continue
        point, size = char_at(data, stop)
        kind = kinds[point]
        joins = connected and kind & CONNECTOR and _letter_at(data, stop + size, end, kinds)
        if not (kind & LETTER or joins):
            break
        stop += size
    return stop


@bare_kernel
def _lower_case(
    data: NDArray[np.uint8],
    at: int,
    stop: int,
    low: NDArray[np.uint8],
    lower: NDArray[np.uint32],
    upper: NDArray[np.uint32],
) -> int:
    """Write ``data[at:stop]`` in lower case to ``low``; return the number of case marks that undo it, 0 if none do."""
    uppers, lowers, first = 0, 0, False
    place = at
    while place < stop:
        point, size = char_at(data, place)
        small = i64(lower[point]) if point < CASED else 0
        if small:
            uppers += 1
            first = first or place == at
            put_char(low, place - at, small, size)
        else:
            lowers += point < CASED and upper[point] != 0
            copy_char(data, place, size, low, place - at)
        place += size
    if first and uppers == 1:
        return 1
    return 2 if uppers > 1 and lowers == 0 else 0


@inline_kernel
def _word_at(
    data: NDArray[np.uint8], at: int, stop: int, low: NDArray[np.uint8], tables: CodeTables
) -> tuple[int, int]:
    """Return the id of the word ``data[at:stop]`` and its case marks; the id is -1 if it is not in the lexicon."""
    if stop - at > tables.longest:
        return -1, 0
    row = find(tables.slots, tables.words, data, at, stop)
    if row >= 0:
        return row, 0
    marks = _lower_case(data, at, stop, low, tables.lower, tables.upper)
    if marks == 0:
        return -1, 0
    return find(tables.slots, tables.words, low, 0, stop - at), marks


@inline_kernel
def _put_word(
    row: int, marks: int, out: NDArray[np.uint8], place: int, state: NDArray[np.int64], tables: CodeTables
) -> int:
    """Write case marks and symbol, and no space that waits before them; return the place behind."""
    for _ in range(marks):
        out[place] = _CASE_MARK
        place += 1
    lane = tables.symbols[row]
    store_u32(out, place, lane)
    lead = i64(lane) & 0xFF
    state[BEHIND] = _SYMBOL
    state[FOUND] += 1
    return place + 1 + (lead >= 0xC0) + (lead >= 0xE0) + (lead >= 0xF0)


@inline_kernel
def _encode_run(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    low: NDArray[np.uint8],
    out: NDArray[np.uint8],
    place: int,
    state: NDArray[np.int64],
    tables: CodeTables,
) -> tuple[int, int]:
    """Encode the run, or in mode PIECE the piece, at ``data[at]`` if it is a word; return the places behind it."""
    whole = state[MODE] == _OUTSIDE
    stop = _run_end(data, at, end, tables.longest, whole, tables.kinds)
    row, marks = _word_at(data, at, stop, low, tables)
    if row >= 0:
        state[WORDS] += 1
        state[MODE] = _OUTSIDE if whole else _BETWEEN
        place = _put_word(row, marks, out, place, state, tables)
        if whole and stop < end and data[stop] == _BLANK:
            state[BEHIND] = _SPACE
            stop += 1
        return stop, place
    if whole and _run_end(data, at, end, tables.longest, False, tables.kinds) != stop:
        state[MODE] = _PIECE
    else:
        state[WORDS] += 1
        state[MODE] = _INSIDE
    return at, place


@bare_kernel
def encode_text(
    data: NDArray[np.uint8],
    end: int,
    last: bool,
    low: NDArray[np.uint8],
    out: NDArray[np.uint8],
    state: NDArray[np.int64],
    tables: CodeTables,
) -> tuple[int, int]:
    """Encode ``data[:end]``, which has to be UTF-8; return the places up to which it is read and ``out`` is written.

    data: has WORD_PADDING bytes behind ``end``. last: whether the text ends there. low: uint8, a buffer for a word and
    WORD_PADDING more. out: has room for ``GROWTH * end`` bytes and AHEAD more. state: carries over to the next call.
    """
    at = place = 0
    stop = end if last else end - tables.longest - AHEAD
    while at < stop:
        mode = state[MODE]
        point, size = char_at(data, at)
        kind = tables.kinds[point]
        if kind & LETTER and mode <= _PIECE:
            at, place = _encode_run(data, at, end, low, out, place, state, tables)
        elif kind & LETTER:
            place = _copy(data, at, size, kind, out, place, state)
            at += size
        elif mode == _INSIDE:
            state[MODE] = _BETWEEN
        elif mode == _BETWEEN and not (kind & CONNECTOR and _letter_at(data, at + size, end, tables.kinds)):
            state[MODE] = _OUTSIDE
        elif mode == _OUTSIDE and point == _BLANK and state[BEHIND] == _SYMBOL:
            state[BEHIND] = _SPACE
            at += 1
        else:
            place = _copy(data, at, size, kind, out, place, state)
            at += size
            state[MODE] = _PIECE if mode == _BETWEEN else _OUTSIDE
    if last and at == end:
        place = _write_space(out, place, state)
    return at, place
