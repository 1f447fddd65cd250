"""``repetition``: some words, then the same words again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource
from hyperphrase.laws.dependencies.word_pairs import REFERENCE, BoundPair, PairLaw
from hyperphrase.laws.grammar import parameter
from hyperphrase.numbers.alias_table import AliasTable, draw_symbols
from hyperphrase.numbers.batch import Batch


@dataclass(frozen=True, kw_only=True)
class Repetition(PairLaw):
    """m independent words, then their partners in the same order, then m more words, and so on.

    m = 10 is published, with the partner of a word being the word itself or, ``paired``, one of its own. Drawn word i
    of a phrase, partners not counted, comes from word i of the symbol stream.
    """

    name = "repetition"
    summary = "m words, then a copy of them, and so on"
    source = "Papadimitriou and Jurafsky 2023, arXiv 2304.13060"
    m: int = parameter(1, 65_535, "words before their copy", 10)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundRepetition(self, vocabulary)


class BoundRepetition(BoundPair):
    """``repetition`` bound to its words."""

    def __init__(self, law: Repetition, vocabulary: int) -> None:
        """Bind ``law`` to ``vocabulary`` ids; the entropy is that of phrases of 100 symbols, exactly."""
        super().__init__(law, vocabulary)
        self.m = law.m
        self.entropy = self.word_entropy * _drawn(REFERENCE, self.m) / REFERENCE

    def draw(self, batch: Batch) -> None:
        _draw(batch, self.table, self.m, self.partner)

    def draw_rows(
        self, key: np.uint64, seeds: NDArray[np.uint64], lengths: NDArray[np.int64], rows: NDArray[np.uint32]
    ) -> None:
        words = np.empty((_drawn(len(rows), self.m), len(seeds)), np.uint32)
        self.table.draw_rows(key, seeds, words)
        for i, row in enumerate(rows):
            blocks, place = divmod(i, 2 * self.m)
            copied, word = divmod(place, self.m)
            np.add(words[blocks * self.m + word], self.partner * np.uint32(copied), out=row)


def _drawn(symbols: int, m: int) -> int:
    """Return how many of the first ``symbols`` of a phrase are drawn, not copied."""
    return symbols // (2 * m) * m + min(symbols % (2 * m), m)


_drawn_each = inline_kernel(_drawn)


@kernel
def _draw(batch: Batch, table: AliasTable, m: int, partner: np.uint32) -> None:
    """Draw the words of all phrases, then write them m at a time, each time with their partners."""
    offsets, ids = batch.offsets, batch.ids
    starts = np.zeros(len(offsets), np.int64)
    for phrase in range(len(offsets) - 1):
        starts[phrase + 1] = starts[phrase] + _drawn_each(offsets[phrase + 1] - offsets[phrase], m)
    words = np.empty(starts[len(offsets) - 1], np.uint32)
    draw_symbols(Batch(batch.key, batch.seeds, batch.lengths, starts, words), table)
    for phrase in range(len(offsets) - 1):
        word, to, end = starts[phrase], offsets[phrase], offsets[phrase + 1]
        while to < end:
            fresh = min(m, end - to)
            copies = min(m, end - to - fresh)
            for i in range(fresh):
                ids[to + i] = words[word + i]
            for i in range(copies):
                ids[to + fresh + i] = np.uint32(words[word + i] + partner)
            word, to = word + fresh, to + fresh + copies
