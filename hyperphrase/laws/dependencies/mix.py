"""``mix``: nesting pairs with some crossing ones among them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource
from hyperphrase.laws.dependencies.cross import FREE, MARGIN, BoundCross, CrossLaw, clear, partner_cell
from hyperphrase.laws.dependencies.word_pairs import CHUNK, chosen, fill_steps, longest_of, weighted_steps
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.single_draws import happens, more_bits, threshold, weighted

_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, kw_only=True)
class Mix(CrossLaw):
    """At each free cell ``cross`` with probability eps, else ``nest``; eps = 0.01 and 0.1 are published.

    Word 2t of the symbol stream decides between crossing, opening and closing at cell t, word 2t + 1 is its word; a
    distance is drawn by words 0 and 1 of block t of the tie stream.
    """

    name = "mix"
    summary = "nesting pairs with some crossing ones among them"
    source = "Papadimitriou and Jurafsky 2023, arXiv 2304.13060"
    eps: float = parameter(0.0, 1.0, "probability of crossing", 0.01)
    q: float = parameter(0.0, 1.0, "probability of opening where nothing crosses", 0.49)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundMix(self, vocabulary)


class BoundMix(BoundCross):
    """``mix`` bound to its words."""

    def __init__(self, law: Mix, vocabulary: int) -> None:
        """Bind ``law`` to ``vocabulary`` ids."""
        super().__init__(law, vocabulary)
        self.eps, self.q = law.eps, law.q

    def draw(
        self,
        key: int,
        seeds: NDArray[np.uint64],
        lengths: NDArray[np.int64],
        offsets: NDArray[np.int64],
        ids: NDArray[np.uint32],
    ) -> None:
        words, far = self.table, self.distances
        crossing, opening = threshold(self.eps), threshold(self.eps + (1.0 - self.eps) * self.q)
        _draw(
            np.uint64(key), seeds, lengths, offsets, ids, words.entries, words.tails, words.bits,
            far.entries, far.tails, far.bits, crossing, opening, self.partner,
        )  # fmt: skip


@kernel
def _draw(
    key: Any,
    seeds: NDArray[np.uint64],
    lengths: NDArray[np.int64],
    offsets: NDArray[np.int64],
    ids: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    tails: NDArray[np.uint32],
    bits: int,
    far_entries: NDArray[np.uint32],
    far_tails: NDArray[np.uint32],
    far_bits: int,
    crossing: Any,
    opening: Any,
    partner: Any,
) -> None:
    first, second = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    words, found, ways = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.int64)
    cells = np.empty(longest_of(lengths) + 2 * MARGIN, np.uint32)
    stack = np.empty(len(cells), np.uint32)
    for phrase in range(len(seeds)):
        begin, count, seed = offsets[phrase], offsets[phrase + 1] - offsets[phrase], seeds[phrase]
        length, depth = lengths[phrase], np.int64(0)
        clear(cells, length)
        for start in range(0, count, CHUNK):
            steps = min(CHUNK, count - start)
            drawn = fill_steps(first, second, start, steps, seed, key)
            weighted_steps(second[:drawn], entries, tails, bits, 1, start, seed, key, found, words)
            for i in range(drawn):
                ways[i] = 1 if happens(first[i], opening) else -1
            out = ids[begin + start : begin + start + steps]
            for i in range(steps):
                here = np.uint64(start + i + MARGIN)
                if cells[here] != FREE:
                    out[i] = cells[here]
                elif happens(first[i], crossing):
                    out[i] = cells[here] = words[i]
                    draw = np.uint32(more_bits(0, start + i, seed, key) & _LOW)
                    far = weighted(draw, far_entries, far_tails, far_bits, 0, start + i, seed, key)
                    wanted = here + np.uint64(1) + np.uint64(2) * np.uint64(far)
                    cells[partner_cell(cells, wanted, length)] = np.uint32(words[i] + partner)
                else:
                    then = abs(depth + ways[i])
                    top = np.uint32(stack[np.uint64(depth)] + partner)
                    stack[np.uint64(depth + 1)] = words[i]
                    out[i] = cells[here] = chosen(depth - then, words[i], top)
                    depth = then
