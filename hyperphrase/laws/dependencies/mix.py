"""``mix``: nesting pairs with some crossing ones among them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource
from hyperphrase.laws.dependencies.cross import FREE, MARGIN, BoundCross, CrossLaw, clear, partner_cell
from hyperphrase.laws.dependencies.word_pairs import CHUNK, draw_steps, select, step_buffers
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.single_draws import Position, bernoulli, categorical, more_bits, threshold

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

    def draw(self, batch: Batch) -> None:
        limits = threshold(self.eps), threshold(self.eps + (1.0 - self.eps) * self.q)
        _draw(batch, self.table, self.distances, limits, self.partner)


@kernel
def _draw(batch: Batch, table: AliasTable, distances: AliasTable, limits: Any, partner: Any) -> None:
    """Draw phrases; limits: the thresholds of crossing, and of crossing or opening."""
    key, seeds, lengths, offsets, ids = batch
    crossing, opening = limits
    steps, ways = step_buffers(), np.empty(CHUNK, np.int64)
    first, words = steps.first, steps.words
    cells = np.empty(longest_of(lengths) + 2 * MARGIN, np.uint32)
    stack = np.empty(len(cells), np.uint32)
    for phrase in range(len(seeds)):
        begin, asked, seed = offsets[phrase], offsets[phrase + 1] - offsets[phrase], seeds[phrase]
        length, depth = lengths[phrase], np.int64(0)
        clear(cells, length)
        for start in range(0, asked, CHUNK):
            count = min(CHUNK, asked - start)
            for i in range(draw_steps(steps, count, table, Position(start, 1, seed, key))):
                ways[i] = 1 if bernoulli(first[i], opening) else -1
            out = ids[begin + start : begin + start + count]
            for i in range(count):
                here = np.uint64(start + i + MARGIN)
                if cells[here] != FREE:
                    out[i] = cells[here]
                elif bernoulli(first[i], crossing):
                    out[i] = cells[here] = words[i]
                    position = Position(start + i, 0, seed, key)
                    far = categorical(np.uint32(more_bits(position) & _LOW), distances, position)
                    wanted = here + np.uint64(1) + np.uint64(2) * np.uint64(far)
                    cells[partner_cell(cells, wanted, length)] = np.uint32(words[i] + partner)
                else:
                    then = abs(depth + ways[i])
                    top = np.uint32(stack[np.uint64(depth)] + partner)
                    stack[np.uint64(depth + 1)] = words[i]
                    out[i] = cells[here] = select(depth - then, words[i], top)
                    depth = then
