"""The phrases of a corpus as a source of contexts: their number, their lengths, their first symbols, by place."""

import functools
import hashlib

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.shard_table import column


class PhraseSource:
    """The phrases of a corpus, drawn again or read from shards whenever they are asked for.

    A phrase is named by its place in the corpus, 0 to ``count`` - 1. Lengths are drawn in any case.
    """

    def __init__(self, corpus: OpenCorpus) -> None:
        self._corpus = corpus
        self.count = corpus.manifest.kept
        self.vocabulary = corpus.recipe.vocabulary
        self.longest = max(corpus.manifest.length_histogram, default=0)

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of what the phrases and their order depend on; formats and shards are no part."""
        manifest = self._corpus.manifest
        text = f"{manifest.recipe.digest} {manifest.first_seed} {manifest.stop_seed} {manifest.kept}"
        return hashlib.sha256(text.encode()).hexdigest()

    def lengths(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of symbols of the phrases at ``places``: int64, shape (n,)."""
        return self._corpus.phrases.lengths(self._corpus.seeds[places])

    def first_symbols(
        self, places: NDArray[np.int64], lengths: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        """Return ids as :meth:`OpenCorpus.first_symbols` does."""
        return self._corpus.first_symbols(places, lengths, counts)

    def units(self) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Return the phrases and the symbols before each unit and in all: int64, (units + 1,) each.

        None if the manifest does not say: it has no shards.
        """
        manifest = self._corpus.manifest
        if not manifest.outputs:
            return None
        shards = manifest.shards_of(manifest.outputs[0])
        phrases, symbols = (np.append(0, np.cumsum(column(shards, name))) for name in ("phrases", "symbols"))
        return phrases, symbols
