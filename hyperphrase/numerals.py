"""Numbers as people write them: one grammar for every option, parameter of a law, and table of the user's.

A number is ASCII digits with an optional sign, point and exponent: ``5``, ``+5``, ``.5``, ``1e-3``. Python's own
``int`` and ``float`` also take ``1_0``, other scripts' digits, spaces around the number, ``nan`` and ``infinity``.
"""

import re

_whole = re.compile(r"[+-]?[0-9]{1,39}").fullmatch  # 2^64 has 20 digits
_number = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?").fullmatch  # in linear time


def parse_whole(text: str) -> int | None:
    """Return ``text`` as a whole number of at most 39 digits, None if it is not one."""
    return int(text) if _whole(text) else None


def parse_number(text: str) -> float | None:
    """Return ``text`` as a number, None if it is not one. A number too large for a float is infinity."""
    return float(text) if _number(text) else None
