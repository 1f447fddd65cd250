"""``nest``: nesting pairs, each closed in the order of a stack."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, bits_of
from hyperphrase.laws.dependencies.word_pairs import (
    CHUNK,
    REFERENCE,
    BoundPair,
    PairLaw,
    draw_steps,
    select,
    step_buffers,
)
from hyperphrase.laws.grammar import flag, parameter
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.single_draws import Position, bernoulli, threshold


@dataclass(frozen=True, kw_only=True)
class Nest(PairLaw):
    """With an empty stack, or else with probability q: draw a word, emit it and push it; else pop, emit the partner.

    q = 0.49 and the words' weights 1/(r + 2.7), r from 0, are those of 2023; 2020 states q = 0.4 and weights words by
    their frequency in Spanish or not at all (its published script opens at 1/2). Words may stay open at the end, unless
    ``close``: then steps close as soon as the rest of the phrase is needed for the open words, and lengths are even.
    Word 2i of the symbol stream decides whether step i opens, word 2i + 1 is its word.
    """

    name = "nest"
    summary = "words and their partners, nested as brackets are"
    source = "Papadimitriou and Jurafsky 2020, arXiv 2004.14601; 2023, arXiv 2304.13060"
    q: float = parameter(0.0, 1.0, "probability of opening", 0.49)
    close: bool = flag("whether all is closed at the end", False)

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        return np.equal(lengths % 2, 0) | np.bool_(not self.close)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundNest(self, vocabulary)


class BoundNest(BoundPair):
    """``nest`` bound to its words."""

    def __init__(self, law: Nest, vocabulary: int) -> None:
        """Bind ``law`` to ``vocabulary`` ids."""
        super().__init__(law, vocabulary)
        self.q, self.close = law.q, law.close

    @cached_property
    def entropy(self) -> float:  # type: ignore[override]
        """Bits a symbol of what a phrase of 100 symbols draws, exactly; equal words in a phrase may hide some of it."""
        depths = np.zeros(REFERENCE + 2)
        depths[0] = 1.0
        opened = decided = 0.0
        for rest in range(REFERENCE, 0, -1):
            forced = np.zeros(REFERENCE + 2)  # where the rest is needed for the open words
            if self.close:
                forced[rest] = depths[rest]
            free = depths - forced
            opens = self.q * free
            opens[0] = free[0]
            opened += opens.sum()
            decided += free[1:].sum()
            closes = depths - opens
            depths = np.zeros(REFERENCE + 2)
            depths[1:] += opens[:-1]
            depths[:-1] += closes[1:]
        decision = bits_of(np.array([self.q, 1.0 - self.q]))
        return self.at_most(float(opened * self.word_entropy + decided * decision) / REFERENCE)

    def draw(self, batch: Batch) -> None:
        _draw(batch, self.table, threshold(self.q), self.close, self.partner)


@kernel
def _draw(batch: Batch, table: AliasTable, limit: Any, close: bool, partner: Any) -> None:
    """Draw phrases; the stack's depth is a walk that is reflected at 0 and, with ``close``, held below the steps left.

    The word of each step is written above the top of the stack; it stays there if the step opens.
    """
    key, seeds, lengths, offsets, ids = batch
    steps, ways = step_buffers(), np.empty(CHUNK, np.int64)
    first, words = steps.first, steps.words
    stack = np.empty(longest_of(lengths) + 2, np.uint32)
    for phrase in range(len(seeds)):
        begin, asked = offsets[phrase], offsets[phrase + 1] - offsets[phrase]
        most = lengths[phrase] - 1 if close else np.int64(1 << 32)
        depth = np.int64(0)
        for start in range(0, asked, CHUNK):
            count = min(CHUNK, asked - start)
            for i in range(draw_steps(steps, count, table, Position(start, 1, seeds[phrase], key))):
                ways[i] = 1 if bernoulli(first[i], limit) else -1
            out = ids[begin + start : begin + start + count]
            for i in range(count):
                then = min(abs(depth + ways[i]), most - (start + i))
                top = np.uint32(stack[np.uint64(depth)] + partner)
                stack[np.uint64(depth + 1)] = words[i]
                out[i] = select(depth - then, words[i], top)
                depth = then
