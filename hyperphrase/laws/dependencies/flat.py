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
    chosen,
    fill_steps,
    longest_of,
    weighted_steps,
)
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.single_draws import below

_HALF = np.uint64(32)


@dataclass(frozen=True, kw_only=True)
class Flat(PairLaw):
    """With r words still to be drawn and k open ones: draw a word with probability r/(r + k), else close any open one.

    r is half the phrase's length at first; closing emits the partner of an open word, each of them as likely. So all
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
        chances = np.zeros((pairs + 1, pairs + 1))  # [r, k]: of ever having r to open and k to close
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

    def draw(
        self,
        key: int,
        seeds: NDArray[np.uint64],
        lengths: NDArray[np.int64],
        offsets: NDArray[np.int64],
        ids: NDArray[np.uint32],
    ) -> None:
        table = self.table
        _draw(np.uint64(key), seeds, lengths, offsets, ids, table.entries, table.tails, table.bits, self.partner)


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
    partner: Any,
) -> None:
    """Draw phrases; open words 1..k stand in places 1..k, and the last one fills the place of one that is closed."""
    first, second = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    words, found = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    pending = np.zeros(longest_of(lengths) // 2 + 2, np.uint32)
    for phrase in range(len(seeds)):
        begin, count, seed = offsets[phrase], offsets[phrase + 1] - offsets[phrase], seeds[phrase]
        r, k = np.int64(lengths[phrase] // 2), np.int64(0)
        for start in range(0, count, CHUNK):
            steps = min(CHUNK, count - start)
            drawn = fill_steps(first, second, start, steps, seed, key)
            weighted_steps(second[:drawn], entries, tails, bits, 1, start, seed, key, found, words)
            out = ids[begin + start : begin + start + steps]
            for i in range(steps):
                # opens if the word, as a fraction of 2^32, is below r / (r + k): then the difference is negative
                way = (np.int64(first[i]) * (r + k) - (r << np.int64(32))) >> np.int64(32)
                one = np.uint64(1) + below(second[i], np.uint64(k) | np.uint64(k == 0), 1, start + i, seed, key)
                word, last, closed = words[i], pending[np.uint64(k)], np.uint32(pending[one] + partner)
                out[i] = chosen(way, word, closed)
                place = np.uint64(chosen(way, np.uint32(k + 1), np.uint32(one)))
                pending[place] = chosen(way, word, last)
                opens = (way >> np.int64(31)) & np.int64(1)
                r, k = r - opens, k + 2 * opens - 1
