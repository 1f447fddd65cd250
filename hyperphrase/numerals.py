"""Numbers as people write them: one grammar for every option, parameter of a law, and table of the user's.

A number is ASCII digits with an optional sign, point and exponent: ``5``, ``+5``, ``.5``, ``1e-3``. Python's own
``int`` and ``float`` also take ``1_0``, other scripts' digits, spaces around the number, ``nan`` and ``infinity``.
"""

import re

#: A regular expression of a number without a sign, for grammars that contain numbers. It divides no digits in two ways:
#: that would take quadratic time.
UNSIGNED = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"

#: What errors say that a text is not.
WHOLE, NUMBER = "a whole number, as in 5", "a number, as in 0.5 or 1e-3"

_whole = re.compile(r"[+-]?[0-9]{1,600}").fullmatch  # Python converts 640 in any setting
_number = re.compile(rf"[+-]?{UNSIGNED}").fullmatch


def parse_whole(text: str) -> int | None:
    """Return ``text`` as a whole number of at most 600 digits, None if it is not one."""
    return int(text) if _whole(text) else None


def parse_number(text: str) -> float | None:
    """Return ``text`` as a number, None if it is not one. A number too large for a float is infinity."""
    return float(text) if _number(text) else None
