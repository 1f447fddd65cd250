"""``shuffle_dyck``: brackets of k types; each type alone is balanced, and types cross each other.

Hu, Petty, Shi, Merrill and Linzen 2025 ("Between circuits and Chomsky: pre-pretraining on formal languages imparts
linguistic biases", arXiv 2502.19249): k = 64, p = 0.51, 2,048 symbols, and 8 open brackets at most in the published
script. Jiang et al. 2026 (arXiv 2601.21725) have p = 0.5 and 16.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.dependencies.dyck import LONGEST_EXACT, USUAL_LENGTH, bracket_bits
from hyperphrase.laws.grammar import parameter
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import SYMBOL_STREAM, fill_words
from hyperphrase.numbers.single_draws import STEPS, WORDS, Position, bernoulli, threshold, uniform_below

_PILOT = 20_000  # symbols drawn to estimate how many types are open where a bracket is closed


@dataclass(frozen=True, kw_only=True)
class ShuffleDyck(SymbolLaw):
    """With nothing open, open; with ``max_depth`` brackets open, close; else open with probability p.

    An opened bracket has a uniform type; a closed one has a type uniform over those with an open bracket, however many
    are open of each. The opening bracket of type i has id i, its closing bracket id k + i. A phrase is cut at its
    length, as in the published script: brackets may stay open.
    """

    name = "shuffle_dyck"
    summary = "brackets of k types that cross each other"
    source = "Hu et al. 2025, arXiv 2502.19249"
    k: int = parameter(1, MAX_VOCABULARY // 2, "types of brackets", 64)
    p: float = parameter(0.0, 1.0, "probability to open", 0.51)
    max_depth: int = parameter(1, MAX_LENGTH, "brackets open at once, at most", 8)

    def vocabulary(self) -> int:
        return 2 * self.k

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundShuffleDyck(self, np.array([USUAL_LENGTH]))


class BoundShuffleDyck(BoundLaw):
    """The law for known lengths.

    entropy: for the middle one of the lengths; exact but for the types of closed brackets, which a pilot sample
    estimates to 0.03 bits a symbol. collision_entropy: a lower bound for all lengths, as if closing types were known.
    """

    def __init__(self, law: ShuffleDyck, lengths: NDArray[np.int64]) -> None:
        """Bind ``law`` to phrases of ``lengths``: int64, ascending."""
        self._law = law
        shortest, middle, longest = np.minimum(lengths[[0, len(lengths) // 2, -1]], LONGEST_EXACT).tolist()
        self.entropy = self._bits(middle)[0] / middle + self._closing_bits(middle)
        # it rises or falls or both, among even and among odd ones
        ends = shortest, shortest + 1, longest - 1, longest
        self.collision_entropy = min(self._bits(length)[1] / length for length in ends if length >= shortest)

    def for_lengths(self, lengths: NDArray[np.int64]) -> BoundLaw:
        return BoundShuffleDyck(self._law, lengths)

    def draw(self, batch: Batch) -> None:
        _draw(batch, self._law.k, threshold(self._law.p), self._law.max_depth)

    def _bits(self, length: int) -> tuple[float, float]:
        """Return both entropies of a phrase of ``length`` symbols, in bits, without the types of closed brackets."""
        depths = np.arange(min(length, self._law.max_depth) + 2)
        opens = np.where(depths == 0, 1.0, np.where(depths < self._law.max_depth, self._law.p, 0.0))
        return bracket_bits(length, self._law.k, lambda rest: opens)

    def _closing_bits(self, length: int) -> float:
        """Return the mean, over the symbols of pilot phrases, of log2 of the types that a closed bracket may have."""
        phrases = 1 + _PILOT // length
        offsets = np.arange(0, (phrases + 1) * length, length)
        ids = np.empty(offsets[-1], np.uint32)
        self.draw(Batch(np.uint64(0), np.arange(phrases, dtype=np.uint64), np.diff(offsets), offsets, ids))
        bits = 0.0
        for phrase in ids.reshape(phrases, length).tolist():
            open_types: dict[int, int] = {}
            for bracket in phrase:
                if bracket < self._law.k:
                    open_types[bracket] = open_types.get(bracket, 0) + 1
                    continue
                bits += math.log2(len(open_types))
                kind = bracket - self._law.k
                open_types[kind] -= 1
                if not open_types[kind]:
                    del open_types[kind]
        return bits / len(ids)


@kernel
def _draw(batch: Batch, k: int, limit: Any, max_depth: int) -> None:
    """Draw phrases: of the words of a step, the first decides whether it opens, the second gives the type.

    counts: open brackets of each type. types: in its first ``kinds`` places the types with an open bracket, in the
    order of a list where the last one fills the place of one that is removed.
    """
    key, seeds, offsets, ids = batch.key, batch.seeds, batch.offsets, batch.ids
    words = np.empty(WORDS, np.uint32)
    counts = np.zeros(k, np.int64)
    types = np.zeros(min(k, max_depth) + 1, np.int64)
    for phrase in range(len(seeds)):
        seed, begin, depth, kinds = seeds[phrase], offsets[phrase], 0, 0
        asked = offsets[phrase + 1] - begin
        for first in range(0, asked, STEPS):
            fill_words(words, first // 2, SYMBOL_STREAM, seed, key)
            for step in range(first, min(first + STEPS, asked)):
                at = 2 * (step - first)
                if depth == 0 or (depth < max_depth and bernoulli(words[at], limit)):
                    kind = np.int64(uniform_below(words[at + 1], np.uint64(k), Position(step, 1, seed, key)))
                    ids[begin + step] = kind
                    types[kinds] = kind
                    kinds += counts[kind] == 0
                    counts[kind] += 1
                    depth += 1
                else:
                    place = np.int64(uniform_below(words[at + 1], np.uint64(kinds), Position(step, 1, seed, key)))
                    kind = types[place]
                    ids[begin + step] = kind + k
                    counts[kind] -= 1
                    kinds -= counts[kind] == 0
                    types[place] = types[kinds] if counts[kind] == 0 else kind
                    depth -= 1
        for i in range(kinds):
            counts[types[i]] = 0
