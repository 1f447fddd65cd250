"""From an encoded text back to the text; what no encoder can have written is a defect."""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel
from hyperphrase.kernels.intrinsics import i64, load_u64, store_u64
from hyperphrase.texts.characters import CASED
from hyperphrase.texts.code_tables import (
    AHEAD,
    CASE_MARK,
    ESCAPE,
    PLAIN,
    RESERVED,
    CodeTables,
    char_at,
    copy_char,
    put_char,
)

FINE, _BAD_SYMBOL, _BAD_ESCAPE, _BAD_MARK = range(4)
DEFECTS = (
    "",
    "is a symbol, but that of no hyperword of this lexicon",
    "is an escape \\, but no character follows that needs one",
    "is a case mark ^, but no symbol follows",
)

_BLANK, _ESCAPE, _CASE_MARK = ord(" "), ord(ESCAPE), ord(CASE_MARK)


@bare_kernel
def _put_word(row: int, marks: int, out: NDArray[np.uint8], place: int, tables: CodeTables) -> int:
    """Write a word in the case of its marks; return the place behind it. Touches WORD_PADDING bytes behind."""
    first = i64(tables.words.starts[row])
    size = i64(tables.words.starts[row + 1]) - first
    for k in range(0, size, 8):
        store_u64(out, place + k, load_u64(tables.words.data, first + k))
    k = 0
    while marks and k < size:
        point, length = char_at(out, place + k)
        if point < CASED and tables.upper[point] != 0:
            put_char(out, place + k, i64(tables.upper[point]), length)
        k = size if marks == 1 else k + length
    return place + size


@inline_kernel
def _case_marks(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Return the number of case marks at ``data[at]``: 0, 1 or 2."""
    if data[at] != _CASE_MARK:
        return 0
    return 2 if at + 1 < end and data[at + 1] == _CASE_MARK else 1


@inline_kernel
def _defect(row: int, marks: int, escapes: int) -> int:
    """Return what is wrong with a character behind case marks or an escape: ``row`` is its id, RESERVED or PLAIN."""
    if marks:
        return FINE if row < RESERVED else _BAD_MARK
    if escapes:
        return _BAD_ESCAPE if row == PLAIN else FINE
    return _BAD_SYMBOL if row == RESERVED else FINE


@bare_kernel
def decode_text(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    last: bool,
    out: NDArray[np.uint8],
    state: NDArray[np.int64],
    tables: CodeTables,
) -> tuple[int, int, int]:
    """Decode ``data[at:end]``, which has to be UTF-8, until ``out`` is full or something may go on behind ``end``.

    last: whether the text ends there. state: int64, shape (1,), whether a symbol is behind. Returns the places up to
    which the data are read and ``out`` is written, and FINE or the number of a defect, which is at the first place.
    """
    place = 0
    stop, full = end if last else end - AHEAD, len(out) - tables.longest - AHEAD
    while at < stop and place <= full:
        marks = _case_marks(data, at, end)
        escapes = 1 if data[at] == _ESCAPE else 0
        if at + marks + escapes >= end:
            return at, place, _BAD_MARK if marks else _BAD_ESCAPE
        point, size = char_at(data, at + marks + escapes)
        row = i64(tables.ids[point])
        defect = _defect(row, marks, escapes)
        if defect != FINE:
            return at, place, defect
        if escapes or row == PLAIN:
            place = copy_char(data, at + escapes, size, out, place)
            state[0] = 0
        else:
            out[place] = _BLANK  # overwritten if there is none
            place = _put_word(row, marks, out, place + state[0], tables)
            state[0] = 1
        at += marks + escapes + size
    return at, place, FINE
