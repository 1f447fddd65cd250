"""``dyck``: balanced brackets of k types; each closes the one that was opened last.

Jiang, Shinnick, van den Hengel, Saratchandran and Teney 2026 ("Procedural pretraining: warming up language models with
abstract data", arXiv 2601.21725): k = 64, p = 0.49, 2,048 symbols.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.grammar import parameter
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.philox import SYMBOL_STREAM, fill_words
from hyperphrase.numbers.single_draws import STEPS, WORDS, Position, bernoulli, threshold, uniform_below

USUAL_LENGTH = 100  #: symbols of the phrases whose entropies bracket laws give before lengths are known
LONGEST_EXACT = 512  #: symbols; longer phrases are given the entropies, a symbol, of phrases of this length


@dataclass(frozen=True, kw_only=True)
class Dyck(SymbolLaw):
    """With nothing open, open; if no more symbols are left than brackets are open, close; else open with probability p.

    An opened bracket has a uniform type. So every phrase is a balanced word, of even length. The opening bracket of
    type i has id i, its closing bracket id k + i.
    """

    name = "dyck"
    summary = "balanced brackets of k types"
    source = "Jiang et al. 2026, arXiv 2601.21725"
    k: int = parameter(1, MAX_VOCABULARY // 2, "types of brackets", 64)
    p: float = parameter(0.0, 1.0, "probability to open", 0.49)

    def vocabulary(self) -> int:
        return 2 * self.k

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        return np.asarray(lengths % 2 == 0)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundDyck(self, np.array([USUAL_LENGTH]))


class BoundDyck(BoundLaw):
    """The law for known lengths.

    entropy: exact for the middle one of the lengths. collision_entropy: exact for the shortest, which has the least.
    """

    def __init__(self, law: Dyck, lengths: NDArray[np.int64]) -> None:
        """Bind ``law`` to phrases of ``lengths``: int64, ascending, even."""
        self._law = law
        shortest, middle = np.minimum(lengths[[0, len(lengths) // 2]], LONGEST_EXACT).tolist()
        self.entropy = self._bits(middle)[0] / middle
        self.collision_entropy = self._bits(shortest)[1] / shortest

    def for_lengths(self, lengths: NDArray[np.int64]) -> BoundLaw:
        return BoundDyck(self._law, lengths)

    def draw(self, batch: Batch) -> None:
        _draw(batch, self._law.k, threshold(self._law.p))

    def _bits(self, length: int) -> tuple[float, float]:
        """Return the entropy and the collision entropy of a phrase of ``length`` symbols, in bits."""
        depths = np.arange(length // 2 + 2)
        undecided = np.where(depths == 0, 1.0, self._law.p)
        return bracket_bits(length, self._law.k, lambda rest: np.where(depths < rest, undecided, 0.0))


def bracket_bits(length: int, k: int, opens: Callable[[int], NDArray[np.float64]]) -> tuple[float, float]:
    """Return the entropy and the collision entropy, in bits, of ``length`` brackets whose closing types are known.

    k: types, of which an opened bracket has a uniform one. opens(rest): the probability to open with ``rest`` symbols
    left, for the depths 0, 1, ... (one more than can be reached): float64.
    """
    mass = np.zeros(len(opens(length)))
    mass[0] = 1.0
    squares = mass.copy()
    entropy = collision = 0.0
    for rest in range(length, 0, -1):
        up = opens(rest)
        down = 1.0 - up
        entropy += float(mass @ (up * math.log2(k) - _times_log2(up) - _times_log2(down)))
        mass = _stepped(mass * up, mass * down)
        squares = _stepped(squares * up**2 / k, squares * down**2)
        agree = float(squares.sum())
        collision -= math.log2(agree)
        squares /= agree
    return entropy + 0.0, collision + 0.0


def _times_log2(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p log2 p, 0 for p = 0."""
    return p * np.log2(np.where(p > 0.0, p, 1.0))


def _stepped(opened: NDArray[np.float64], closed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mass at each depth after a step, given the mass that opens and that closes at each."""
    stepped = np.zeros(len(opened))
    stepped[1:] = opened[:-1]
    stepped[:-1] += closed[1:]
    return stepped


@kernel
def _draw(batch: Batch, k: int, limit: Any) -> None:
    """Draw phrases: of the words of a step, the first decides whether it opens, the second gives the type.

    No branch depends on what is drawn, since a processor would mispredict every other one.
    """
    key, seeds, lengths, offsets, ids = batch
    words, stack = np.empty(WORDS, np.uint32), np.empty(longest_of(lengths) // 2 + 2, np.uint32)
    for phrase in range(len(seeds)):
        seed, begin, depth = seeds[phrase], offsets[phrase], 0
        asked = offsets[phrase + 1] - begin
        for first in range(0, asked, STEPS):
            fill_words(words, first // 2, SYMBOL_STREAM, seed, key)
            for step in range(first, min(first + STEPS, asked)):
                at = 2 * (step - first)
                opens = (depth == 0) | ((depth < lengths[phrase] - step) & bernoulli(words[at], limit))
                kind = np.uint32(uniform_below(words[at + 1], np.uint64(k), Position(step, 1, seed, key)))
                closing = stack[depth] + np.uint32(k)
                ids[begin + step] = kind if opens else closing
                stack[depth + 1] = kind  # unused if the step closes
                depth += 1 if opens else -1
