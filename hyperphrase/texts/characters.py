"""Characters of texts: which ones make a word, and which upper-case letter belongs to which lower-case one.

An encoded text has to be the same under every Python, and every Python has to decode it. So both tables are those of
Unicode 3.2, which each Python holds unchanged beside its own version (``unicodedata.ucd_3_2_0``). Letters that came
later make no words, and stand for themselves. Case pairs of characters that are assigned never change (Unicode's
stability policy, https://www.unicode.org/policies/stability_policy.html).
"""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

CODE_POINTS = 0x110000
LETTER, CONNECTOR, ESCAPED = 1, 2, 4  # flags of a kind
CONNECTORS = "'-\u2019\u200c\u200d"  # part of a word between two of its letters
CASED = 0x10450  # no case pair has a code point from here on
_LAST_LETTER = 0x30000  # Unicode 3.2 has no letters from here on

_category = unicodedata.ucd_3_2_0.category


@cache
def word_kinds() -> NDArray[np.uint8]:
    """Return the flags LETTER (letters, marks and digits: categories L, M, N) and CONNECTOR of all code points.

    uint8, shape (0x110000,), read-only.
    """
    kinds = np.zeros(CODE_POINTS, np.uint8)
    kinds[:_LAST_LETTER] = [LETTER * (_category(chr(point))[0] in "LMN") for point in range(_LAST_LETTER)]
    kinds[[ord(char) for char in CONNECTORS]] = CONNECTOR
    kinds.flags.writeable = False
    return kinds


@cache
def case_tables() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return (the lower case of each upper-case letter, the upper case of each lower-case one): uint32, shape (CASED,).

    0 stands for none. Each table undoes the other: letters for which that is not so, such as the sharp s or the final
    sigma, have no pair. The two letters of a pair take equally many bytes of UTF-8. Read-only.
    """
    lower, upper = np.zeros(CASED, np.uint32), np.zeros(CASED, np.uint32)
    for point in range(CASED):
        if _category(chr(point)) == "Lu":
            char = chr(point)
            small = char.lower()
            paired = len(small) == 1 and small.upper() == char and _category(small) == "Ll"
            if paired and len(small.encode()) == len(char.encode()):
                lower[point], upper[ord(small)] = ord(small), point
    for table in (lower, upper):
        table.flags.writeable = False
    return lower, upper
