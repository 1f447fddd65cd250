"""The alphabet: the fixed injection from hyperword ids to code points.

The table is a file of the package, because a symbol that another Unicode version assigned to another id, removed in a
normalisation or merged with its neighbour would turn one phrase into another. ``alphabet.csv`` holds ranges of code
points in order of ids, those with short UTF-8 first, so that frequent hyperwords get short symbols;
``tools/make_alphabet.py`` generates it. The result does not depend on the interpreter's Unicode version.

Two alphabets share one order, so an id has the same symbol in both. ``stable`` has assigned code points (NFC and NFKC
change none of them, whatever their neighbours; each is one grapheme) and private-use code points, whose properties
Unicode will never change. ``extended`` continues with code points of planes 4 to 13 that Unicode has not assigned yet;
a later version may give them other properties.
"""

import csv
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError

ALPHABETS = ("stable", "extended")


def alphabet_size(name: str) -> int:
    """Return the number of symbols of the alphabet ``name``. Raises InputError if there is no such alphabet."""
    return len(_all_code_points(_checked(name)))


def code_points(name: str, vocabulary: int) -> NDArray[np.uint32]:
    """Return the code points of ids ``0..vocabulary-1``: uint32, shape (vocabulary,), read-only.

    Raises InputError if there is no such alphabet, or if it has fewer than ``vocabulary`` symbols.
    """
    size = alphabet_size(name)
    if not 0 <= vocabulary <= size:
        problem = f"the {name} alphabet has {size:,} symbols; {_advice(vocabulary)}"
        raise InputError(problem, field="vocabulary", value=vocabulary)
    return _all_code_points(name)[:vocabulary]


def _advice(vocabulary: int) -> str:
    """Return the advice for a vocabulary larger than its alphabet."""
    extended = alphabet_size("extended")
    if alphabet_size("stable") < vocabulary <= extended:
        return (
            f"take `alphabet=extended`, which adds code points that Unicode has not assigned yet ({extended:,} "
            "symbols; a later Unicode may give them other properties), or a smaller vocabulary"
        )
    return f"take at most {extended:,}, with `alphabet=extended`"


def _checked(name: str) -> str:
    """Return ``name`` if there is such an alphabet. Raises InputError otherwise."""
    if name not in ALPHABETS:
        raise InputError(f"allowed are {' and '.join(ALPHABETS)}", field="alphabet", value=name)
    return name


@cache
def _all_code_points(name: str) -> NDArray[np.uint32]:
    """Return all code points of the alphabet ``name`` in order of ids: uint32, shape (symbols,), read-only."""
    kinds = ("assigned", "private") if name == "stable" else ("assigned", "private", "unassigned")
    text = (resources.files("hyperphrase.lexicon") / "alphabet.csv").read_text(encoding="ascii")
    runs = [
        np.arange(int(row["first"], 16), int(row["last"], 16) + 1, dtype=np.uint32)
        for row in csv.DictReader(text.splitlines())
        if row["kind"] in kinds
    ]
    points = np.concatenate(runs)
    points.flags.writeable = False
    return points
