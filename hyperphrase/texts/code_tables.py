r"""The tables that the kernels of texts read, made from a lexicon; and how kernels read and write UTF-8.

An encoded text is built of these parts:

* a symbol: the word of a hyperword. A space belongs between two symbols, with their case marks, that touch.
* ``^`` and a symbol: the word with its first letter in upper case; ``^^`` and a symbol: all letters in upper case.
* ``\`` and a reserved character: that character. Reserved are the symbols of the lexicon and of the whole extended
  alphabet (so that a symbol that another, larger lexicon wrote is noticed), ``^`` and ``\``.
* any other character: itself.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Texts
from hyperphrase.codecs.text_encoding import TextBytes, fill_slots, text_encoding
from hyperphrase.errors import InputError
from hyperphrase.kernels import inline_kernel
from hyperphrase.kernels.intrinsics import i64
from hyperphrase.lexicon.alphabet import alphabet_size, code_points
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.text_table import unfit
from hyperphrase.texts.characters import CODE_POINTS, ESCAPED, case_tables, word_kinds

ESCAPE, CASE_MARK = "\\", "^"
RESERVED, PLAIN = 0xFFFF_FFFE, 0xFFFF_FFFF  # in place of an id: a character that has none, with and without an escape
AHEAD = 16  # bytes beyond the longest word that kernels look at: a connector, two characters and marks


class CodeTables(NamedTuple):
    """What the kernels know of a lexicon.

    kinds: uint8, shape (0x110000,), flags of each code point: LETTER, CONNECTOR, ESCAPED.
    lower, upper: uint32, shape (CASED,), the other letter of a case pair, 0 if there is none.
    slots: uint32, a hash table of id + 1 over the words (:func:`hyperphrase.codecs.text_encoding.find`).
    words: the UTF-8 of the words.
    symbols: uint32, shape (V,), the UTF-8 of each symbol, its first byte lowest.
    ids: uint32, shape (0x110000,), the id of each code point, or RESERVED or PLAIN.
    longest: bytes of the longest word.
    """

    kinds: NDArray[np.uint8]
    lower: NDArray[np.uint32]
    upper: NDArray[np.uint32]
    slots: NDArray[np.uint32]
    words: TextBytes
    symbols: NDArray[np.uint32]
    ids: NDArray[np.uint32]
    longest: int


@lru_cache(maxsize=4)
def code_tables(lexicon: Lexicon) -> CodeTables:
    """Return the tables of a lexicon. Raises InputError if a symbol of it means something else in texts."""
    _check_symbols(lexicon)
    words = text_encoding(Texts(lexicon.word_table(), b""), escapes=False)
    slots = np.zeros(1 << (2 * len(words)).bit_length(), np.uint32)
    if not fill_slots(slots, words.texts):
        raise InputError("has a word twice; give each once", field="lexicon", value=lexicon.name)
    symbols = text_encoding(Texts(lexicon.symbol_table(), b""), escapes=False)
    ids = np.full(CODE_POINTS, PLAIN, np.uint32)
    ids[code_points("extended", alphabet_size("extended"))] = RESERVED
    ids[[ord(ESCAPE), ord(CASE_MARK)]] = RESERVED
    ids[lexicon.code_points] = np.arange(len(lexicon), dtype=np.uint32)
    kinds = word_kinds() | np.where(ids == PLAIN, 0, ESCAPED).astype(np.uint8)
    return CodeTables(kinds, *case_tables(), slots, words.texts, symbols.packed, ids, words.longest)


def _check_symbols(lexicon: Lexicon) -> None:
    taken = unfit(lexicon.symbols) or next((char for char in (ESCAPE, CASE_MARK) if char in lexicon.symbols), None)
    if taken is not None:
        problem = (
            f"a symbol of it is {taken[0]!a}, which means something else in an encoded text; choose another lexicon"
        )
        raise InputError(problem, field="lexicon", value=lexicon.name)


@inline_kernel
def char_at(data: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """Return the code point of the character at ``data[at]``, and its bytes. The data have to be UTF-8."""
    first = i64(data[at])
    if first < 0x80:
        return first, 1
    second = i64(data[at + 1]) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second, 2
    third = i64(data[at + 2]) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third, 3
    return (first & 0x07) << 18 | second << 12 | third << 6 | (i64(data[at + 3]) & 0x3F), 4


@inline_kernel
def put_char(out: NDArray[np.uint8], at: int, point: int, size: int) -> None:
    """Write the UTF-8 of a code point, whose size is known, to ``out[at:at + size]``."""
    for k in range(size - 1, 0, -1):
        out[at + k] = 0x80 | (point & 0x3F)
        point >>= 6
    lead = 0 if size == 1 else 0xC0 if size == 2 else 0xE0 if size == 3 else 0xF0
    out[at] = lead | point


@inline_kernel
def copy_char(data: NDArray[np.uint8], at: int, size: int, out: NDArray[np.uint8], place: int) -> int:
    """Copy a character; return the place behind it."""
    for k in range(size):
        out[place + k] = data[at + k]
    return place + size
