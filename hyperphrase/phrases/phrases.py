"""phrase(seed): draw phrases of a recipe; a phrase does not depend on unit, block or shard."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyperphrase.errors import InputError
from hyperphrase.formatting import html_table
from hyperphrase.laws.base import LexiconSource
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import LENGTH_STREAM
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.id_buffer import IdBuffer
from hyperphrase.phrases.recipe import Recipe

CHUNK = 2048  # phrases drawn at once: about 1 MB of ids at the default lengths, in a reused buffer


@dataclass(frozen=True)
class WorkUnit:
    """A contiguous range of seeds, processed together; it becomes one shard of each output.

    index: the number of the unit, from 0. first_seed, stop_seed: half open.
    """

    index: int
    first_seed: int
    stop_seed: int

    def __len__(self) -> int:
        return self.stop_seed - self.first_seed


class Phrases:
    """All phrases of a recipe.

    Threads, forked processes and, by pickling, spawned processes can share it: each thread has its own buffers for
    :meth:`draw_reused`.

    >>> from hyperphrase import Lexicon, Phrases, Recipe
    >>> lexicon = Lexicon.load("synthetic", vocabulary=1000)
    >>> recipe = Recipe.create("zipf:s=1.0", lengths="fixed:length=4", lexicon=lexicon)
    >>> phrases = Phrases(recipe, lexicon)
    >>> phrases.draw([1, 2, 3])
    PhraseBlock(phrases=3, symbols=12, seeds=1..3)
    >>> phrases.draw([2])[0] == phrases.draw(range(4))[2]
    True
    """

    def __init__(self, recipe: Recipe, lexicon: Lexicon | LexiconSource) -> None:
        """Bind ``recipe`` to its lexicon, or to a function that loads the lexicon if the law needs it.

        Raises InputError if the lexicon is not the recipe's.
        """
        if isinstance(lexicon, Lexicon):
            _check_digest(recipe, lexicon)
        source = (lambda: lexicon) if isinstance(lexicon, Lexicon) else lexicon
        self.recipe = recipe
        self._key = np.uint64(recipe.key)
        self.law = recipe.law.bind(recipe.vocabulary, source).for_lengths(recipe.possible_lengths())
        self._lengths = AliasTable.of(recipe.length_weights())
        self._shortest = recipe.lengths.shortest
        self._ids = IdBuffer()

    def __repr__(self) -> str:
        return f"Phrases({self.recipe!r})"

    def _repr_html_(self) -> str:
        """Return a table for notebooks: the recipe, and the entropy of its law."""
        entropy = ("entropy of the law", f"{self.law.entropy:.2f} bits a symbol")
        return html_table("hyperphrase phrases", [*self.recipe.facts(), entropy])

    def lengths(self, seeds: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the length of each seed's phrase: int64, shape of ``seeds``."""
        return self.law.lengths(self._key, seeds, self._drawn_lengths(seeds))

    def _drawn_lengths(self, seeds: NDArray[np.uint64]) -> NDArray[np.int64]:
        lengths = np.empty(len(seeds), np.int64)
        self._lengths.draw_one(self._key, seeds, LENGTH_STREAM, lengths)
        lengths += self._shortest
        return lengths

    def draw(self, seeds: ArrayLike) -> PhraseBlock:
        """Return the phrases of ``seeds``, a sequence of whole numbers in any order.

        The block owns its arrays. Raises InputError for a seed that has no phrase.
        """
        checked = self._checked(seeds)
        return self._drawn(checked, lambda symbols: np.empty(symbols, np.uint32))

    def draw_reused(self, seeds: NDArray[np.uint64]) -> PhraseBlock:
        """Return the phrases of ``seeds`` in a buffer that this thread's next call overwrites; seeds are not checked.

        For loops over many phrases: allocating memory would take longer than drawing.
        """
        return self._drawn(seeds, self._ids.take)

    def draw_first(self, seeds: NDArray[np.uint64], counts: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return the first ``counts[i]`` ids of the phrase of ``seeds[i]``, one phrase after the other.

        counts: int64, shape of ``seeds``, at most the phrases' lengths. Seeds are not checked. The ids are in a buffer
        that this thread's next call overwrites.
        """
        offsets = np.zeros(len(seeds) + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        ids = self._ids.take(int(offsets[-1]))
        self.law.draw(Batch(self._key, seeds, self._drawn_lengths(seeds), offsets, ids))
        return ids

    def _drawn(self, seeds: NDArray[np.uint64], room: Callable[[int], NDArray[np.uint32]]) -> PhraseBlock:
        drawn = self._drawn_lengths(seeds)
        offsets = np.zeros(len(seeds) + 1, np.int64)
        np.cumsum(self.law.lengths(self._key, seeds, drawn), out=offsets[1:])
        ids = room(int(offsets[-1]))
        self.law.draw(Batch(self._key, seeds, drawn, offsets, ids))
        return PhraseBlock(ids, offsets, seeds)

    def _checked(self, seeds: ArrayLike) -> NDArray[np.uint64]:
        """Return ``seeds`` as a new array: uint64, shape (n,). Raises InputError."""
        given, stop = np.asarray(seeds), self._seed_stop
        if given.ndim != 1 or (len(given) and given.dtype.kind not in "iu"):
            raise InputError("give whole numbers in one dimension, as in [1, 2, 3]", field="seeds")
        if len(given) and not (given.min() >= 0 and given.max() < stop):
            wrong = given[(given < 0) | (given >= stop)][0]
            raise InputError(f"the recipe has phrases for seeds 0 to {stop - 1}", field="seeds", value=wrong)
        return given.astype(np.uint64)

    @functools.cached_property
    def _seed_stop(self) -> int:
        return self.recipe.seed_stop()

    def prefixes(self, seeds: NDArray[np.uint64], symbols: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Return the lengths of the phrases of ``seeds``, int64, (n,), and their first symbols, uint32, (symbols, n).

        Id r of phrase i is ``rows[r, i]``; values beyond the end of a phrase are undefined. The rows are in a buffer
        that this thread's next call overwrites.
        """
        drawn = self._drawn_lengths(seeds)
        lengths = self.law.lengths(self._key, seeds, drawn)
        rows = self._ids.take(symbols * len(seeds)).reshape(symbols, len(seeds))
        self.law.draw_rows(self._key, seeds, drawn, rows)
        return lengths, rows


def seed_range(first: int, stop: int) -> NDArray[np.uint64]:
    """Return the seeds first..stop-1 as uint64."""
    return np.arange(first, stop, dtype=np.uint64)


def _check_digest(recipe: Recipe, lexicon: Lexicon) -> None:
    if lexicon.digest != recipe.lexicon_digest:
        raise InputError(
            f"its digest is {lexicon.digest:.12}..., the recipe's lexicon has {recipe.lexicon_digest:.12}...; "
            "give the lexicon that the recipe was made with",
            field="lexicon",
            value=lexicon.name,
        )
