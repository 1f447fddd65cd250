"""A corpus whose manifest was read; its other parts are loaded when they are first used."""

import functools

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus import loading
from hyperphrase.corpus.files import CorpusFiles
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe


class OpenCorpus:
    """A complete corpus in ``folder``, read through ``files``."""

    def __init__(self, folder: str, files: CorpusFiles, manifest: Manifest) -> None:
        self.folder, self.files, self.manifest = folder, files, manifest

    @property
    def recipe(self) -> Recipe:
        """The recipe of the phrases."""
        return self.manifest.recipe

    @functools.cached_property
    def lexicon(self) -> Lexicon:
        """The lexicon of the corpus. Raises CorruptError."""
        return loading.load_lexicon(self.files, self.recipe)

    @functools.cached_property
    def phrases(self) -> Phrases:
        """All phrases of the recipe, including those outside the corpus. Raises CorruptError."""
        return loading.load_phrases(self.files, self.recipe, lambda: self.lexicon)

    @functools.cached_property
    def dropped(self) -> NDArray[np.uint64]:
        """The drawn seeds not in the corpus, because a lower drawn seed gives the same phrase: uint64, ascending."""
        return loading.load_dropped(self.files, self.manifest)

    def seeds(self, places: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the seeds of the phrases at ``places``, int64, (n,), each from 0 to len - 1: uint64, (n,)."""
        before = self._kept_before_dropped
        skipped = np.searchsorted(before, places, side="right")
        return (places + skipped).astype(np.uint64) + np.uint64(self.manifest.first_seed)

    @functools.cached_property
    def _kept_before_dropped(self) -> NDArray[np.int64]:
        """The number of kept seeds before each dropped seed: int64, shape (dropped,)."""
        offsets = (self.dropped - np.uint64(self.manifest.first_seed)).astype(np.int64)
        return offsets - np.arange(len(offsets))
