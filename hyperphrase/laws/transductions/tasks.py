"""``copy``, ``reverse``, ``sort``, ``set``, ``union``, ``delete``: tokens, a separator, and a function of the tokens.

Wu, Li and Liang 2022 ("Insights into pre-training via simpler synthetic tasks", arXiv 2206.10139); as here in Jiang et
al. 2026 (arXiv 2601.21725), with 64 tokens out of 99. The separator is id V-1 and tokens are uniform on 0..V-2. A
phrase has the drawn length, or less where the function shortens.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.transductions.base import COPY, DELETE, REVERSE, SET, SORT, UNION, Task, draw, measure
from hyperphrase.numbers.batch import Batch

_USUAL_LENGTH = 100  # symbols of the phrases whose entropies are stated while no lengths are known
_SHORTENING = (SET, UNION, DELETE)


@dataclass(frozen=True, kw_only=True)
class Transduction(SymbolLaw):
    """What the laws of transductions share.

    function: the number of the function. shortest: the least length, which has the parity of all.
    """

    source = "Wu et al. 2022, arXiv 2206.10139; Jiang et al. 2026, arXiv 2601.21725"
    function: ClassVar[int]
    shortest: ClassVar[int]

    def check(self, vocabulary: int) -> None:
        if vocabulary < 3:
            problem = "hyperwords are too few for a separator and two tokens; give `vocabulary=3` or more"
            raise InputError(f"{vocabulary} {problem}")

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        return np.asarray((lengths >= self.shortest) & (lengths % 2 == self.shortest % 2))

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundTransduction(self, vocabulary, np.array([_USUAL_LENGTH + self.shortest % 2]))


@dataclass(frozen=True, kw_only=True)
class Copy(Transduction):
    """x, separator, x."""

    name = "copy"
    summary = "tokens, a separator, the same tokens"
    function = COPY
    shortest = 3


@dataclass(frozen=True, kw_only=True)
class Reverse(Transduction):
    """x, separator, x from its end to its beginning."""

    name = "reverse"
    summary = "tokens, a separator, the tokens in reverse"
    function = REVERSE
    shortest = 3


@dataclass(frozen=True, kw_only=True)
class Sort(Transduction):
    """x, separator, x in ascending order of ids: the most frequent hyperwords first."""

    name = "sort"
    summary = "tokens, a separator, the tokens sorted by id"
    function = SORT
    shortest = 3


@dataclass(frozen=True, kw_only=True)
class Set(Transduction):
    """x, separator, the distinct tokens of x in order of their first occurrence."""

    name = "set"
    summary = "tokens, a separator, the distinct ones among them"
    function = SET
    shortest = 3


@dataclass(frozen=True, kw_only=True)
class Union(Transduction):
    """x, separator, y, separator, the distinct tokens of x and then y in order of their first occurrence.

    x and y are of equal length, or x has one token more.
    """

    name = "union"
    summary = "tokens, a separator, more tokens, a separator, the distinct ones among all"
    function = UNION
    shortest = 6


@dataclass(frozen=True, kw_only=True)
class Delete(Transduction):
    """x, separator, a token, separator, x without that token.

    The token is the one at a uniform place of x, and all its occurrences go: Wu et al. delete all occurrences too;
    Jiang et al. draw any token, which is rarely in x where there are many, and delete the first occurrence.
    """

    name = "delete"
    summary = "tokens, a separator, one of them, a separator, the tokens without it"
    function = DELETE
    shortest = 4


class BoundTransduction(BoundLaw):
    """A law for known lengths.

    entropy: for the middle one of the lengths; exact, but for ``delete`` a lower bound, by less than a bit a phrase.
    collision_entropy: exact for the shortest length, which has the least.
    """

    def __init__(self, law: Transduction, vocabulary: int, lengths: NDArray[np.int64]) -> None:
        """Bind ``law`` to ids below ``vocabulary`` and to phrases of ``lengths``: int64, ascending."""
        self._law = law
        self._tokens = vocabulary - 1
        self._task = Task(law.function, self._tokens)
        middle, shortest = int(lengths[len(lengths) // 2]), int(lengths[0])
        self.entropy = self._entropy((middle - 1) // 2)
        self.collision_entropy = self._collision_bits((shortest - 1) // 2) / shortest

    def for_lengths(self, lengths: NDArray[np.int64]) -> BoundLaw:
        return BoundTransduction(self._law, self._tokens + 1, lengths)

    def lengths(self, key: np.uint64, seeds: NDArray[np.uint64], drawn: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._law.function not in _SHORTENING:
            return drawn
        lengths = np.empty(len(drawn), np.int64)
        measure(key, seeds, drawn, self._task, lengths)
        return lengths

    def draw(self, batch: Batch) -> None:
        draw(batch, self._task)

    def _entropy(self, drawn: int) -> float:
        """Return the bits a symbol of phrases with ``drawn`` tokens before the function, by their mean length."""
        bits, others = drawn * math.log2(self._tokens), (drawn - 1) / self._tokens
        if self._law.function == DELETE:
            return (bits + math.log2(drawn / (1.0 + others))) / (drawn + 3 + drawn - 1.0 - others)
        if self._law.function in (SET, UNION):
            made = self._tokens * -math.expm1(drawn * math.log1p(-1.0 / self._tokens))
        else:
            made = float(drawn)
        return bits / (drawn + (2 if self._law.function == UNION else 1) + made)

    def _collision_bits(self, drawn: int) -> float:
        """Return -log2 of the probability that two phrases with ``drawn`` tokens before the function are equal."""
        bits = drawn * math.log2(self._tokens)
        if self._law.function == DELETE:
            bits -= math.log2(1.0 / drawn + (1.0 - 1.0 / drawn) / self._tokens)
        return bits
