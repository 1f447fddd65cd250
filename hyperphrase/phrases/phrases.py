"""phrase(seed): a recipe bound to its tables, ready to draw any phrase in any company."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.laws.base import LexiconSource
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import LENGTH_STREAM
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.recipe import Recipe

CHUNK = 2048  # phrases drawn at a time: about 1 MB of ids at the default lengths, and reused


@dataclass(frozen=True)
class WorkUnit:
    """A contiguous seed range handled by one call; it makes one shard.

    index: counts units from 0. first_seed, stop_seed: half open.
    """

    index: int
    first_seed: int
    stop_seed: int

    def __len__(self) -> int:
        return self.stop_seed - self.first_seed


class Phrases:
    """All phrases of a recipe. Safe to use from several threads: each thread has its own buffers."""

    def __init__(self, recipe: Recipe, lexicon: LexiconSource) -> None:
        """Bind ``recipe``; ``lexicon()`` gives the hyperwords, for the laws that look at them."""
        self.recipe = recipe
        self._key = np.uint64(recipe.key)
        self.law = recipe.law.bind(recipe.vocabulary, lexicon).for_lengths(recipe.possible_lengths())
        self._lengths = AliasTable.of(recipe.length_weights())
        self._shortest = recipe.lengths.shortest
        self._buffers = threading.local()

    def lengths(self, seeds: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the length of each seed's phrase: int64, shape of ``seeds``."""
        return self.law.lengths(self._key, seeds, self._drawn_lengths(seeds))

    def _drawn_lengths(self, seeds: NDArray[np.uint64]) -> NDArray[np.int64]:
        lengths = np.empty(len(seeds), np.int64)
        self._lengths.draw_one(self._key, seeds, LENGTH_STREAM, lengths)
        lengths += self._shortest
        return lengths

    def draw(self, seeds: NDArray[np.uint64]) -> PhraseBlock:
        """Return the phrases of ``seeds``. The ids live in a buffer that this thread's next call overwrites."""
        drawn = self._drawn_lengths(seeds)
        offsets = np.zeros(len(seeds) + 1, np.int64)
        np.cumsum(self.law.lengths(self._key, seeds, drawn), out=offsets[1:])
        ids = self._ids(int(offsets[-1]))
        self.law.draw(Batch(self._key, seeds, drawn, offsets, ids))
        return PhraseBlock(ids, offsets, seeds)

    def prefixes(self, seeds: NDArray[np.uint64], symbols: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Return the lengths of the phrases of ``seeds``, and their first symbols in rows: uint32, (symbols, n).

        Id r of phrase i is ``rows[r, i]``; beyond the end of a phrase may stand anything. The rows live in a buffer
        that this thread's next call overwrites.
        """
        drawn = self._drawn_lengths(seeds)
        lengths = self.law.lengths(self._key, seeds, drawn)
        rows = self._ids(symbols * len(seeds)).reshape(symbols, len(seeds))
        self.law.draw_rows(self._key, seeds, drawn, rows)
        return lengths, rows

    def _ids(self, symbols: int) -> NDArray[np.uint32]:
        """Return this thread's buffer, grown to ``symbols`` ids."""
        buffer: NDArray[np.uint32] | None = getattr(self._buffers, "ids", None)
        if buffer is None or len(buffer) < symbols:
            buffer = np.empty(symbols + symbols // 8, np.uint32)
            self._buffers.ids = buffer
        return buffer[:symbols]


def seed_range(first: int, stop: int) -> NDArray[np.uint64]:
    """Return the seeds first..stop-1 as uint64."""
    return np.arange(first, stop, dtype=np.uint64)
