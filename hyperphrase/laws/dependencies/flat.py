"""``flat``: pairs opened and closed in random order."""

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
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch, longest_of
from hyperphrase.numbers.single_draws import Position, uniform_below


@dataclass(frozen=True, kw_only=True)
class Flat(PairLaw):
    """With r words still to be drawn and k open ones: draw a word with probability r/(r + k), else close any open one.

    r is half the phrase's length at first; closing emits the partner of an open word, all equally likely. So all
    lengths are even, and all pairs are closed at the end. Words are weighted by 1/(rank + 1), as published.
    Word 2i of the symbol stream decides whether step i opens, word 2i + 1 is its word or chooses what it closes.
    """

    name = "flat"
    summary = "words and their partners, all closed, in random order"
    source = "Ri and Tsuruoka 2022, arXiv 2203.10326"
    beta: float = parameter(0.0, 1e6, "shift of the words' ranks", 0.0)

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        return np.equal(lengths % 2, 0)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundFlat(self, vocabulary)


class BoundFlat(BoundPair):
    """``flat`` bound to its words."""

    @cached_property
    def entropy(self) -> float:  # type: ignore[override]
        """Bits a symbol of what a phrase of 100 symbols draws, exactly; equal words in a phrase may hide some of it."""
        pairs = REFERENCE // 2
        chances = np.zeros((pairs + 1, pairs + 1))  # [r, k]: of ever having r words to draw and k open ones
        chances[pairs, 0] = 1.0
        bits = pairs * self.word_entropy
        for r in range(pairs, -1, -1):
            for k in range(pairs - r, -1, -1):
                if r + k:
                    opens = r / (r + k)
                    bits += chances[r, k] * bits_of(np.array([opens, 1.0 - opens]))
                    bits += chances[r, k] * (1.0 - opens) * np.log2(max(k, 1))
                    chances[max(r - 1, 0), k + 1 if r else k] += chances[r, k] * opens
                    chances[r, max(k - 1, 0)] += chances[r, k] * (1.0 - opens)
        return self.at_most(float(bits) / REFERENCE)

    def draw(self, batch: Batch) -> None:
        _draw(batch, self.table, self.partner)


@kernel
def _draw(batch: Batch, table: AliasTable, partner: Any) -> None:
    """Draw phrases; ``pending[1:k + 1]`` are the open words, and the last one fills the place of one that is closed."""
    key, seeds, lengths, offsets, ids = batch
    steps = step_buffers()
    first, second, words = steps.first, steps.second, steps.words
    pending = np.zeros(longest_of(lengths) // 2 + 2, np.uint32)
    for phrase in range(len(seeds)):
        begin, asked, seed = offsets[phrase], offsets[phrase + 1] - offsets[phrase], seeds[phrase]
        r, k = np.int64(lengths[phrase] // 2), np.int64(0)
        for start in range(0, asked, CHUNK):
            count = min(CHUNK, asked - start)
            draw_steps(steps, count, table, Position(start, 1, seed, key))
            out = ids[begin + start : begin + start + count]
            for i in range(count):
                # opens if the word, as a fraction of 2^32, is below r / (r + k): then the difference is negative
                way = (np.int64(first[i]) * (r + k) - (r << np.int64(32))) >> np.int64(32)
                open_words = np.uint64(k) | np.uint64(k == 0)
                one = np.uint64(1) + uniform_below(second[i], open_words, Position(start + i, 1, seed, key))
                word, last, closed = words[i], pending[np.uint64(k)], np.uint32(pending[one] + partner)
                out[i] = select(way, word, closed)
                place = np.uint64(select(way, np.uint32(k + 1), np.uint32(one)))
                pending[place] = select(way, word, last)
                opens = (way >> np.int64(31)) & np.int64(1)
                r, k = r - opens, k + 2 * opens - 1
