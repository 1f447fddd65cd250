"""A corpus whose manifest was read; its other parts are loaded when they are first used."""

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus import loading
from hyperphrase.corpus.files import CorpusFiles
from hyperphrase.corpus.kept_seeds import KeptSeeds
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.request import Output
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe

if TYPE_CHECKING:
    from hyperphrase.corpus.shard_reader import ShardReader


class OpenCorpus:
    """A complete corpus in ``folder``, read through ``files``.

    output: the one whose shards are read; None if phrases are drawn again. checksums: whether these are compared when a
    shard is first read.
    """

    def __init__(
        self, folder: str, files: CorpusFiles, manifest: Manifest, output: Output | None = None, checksums: bool = True
    ) -> None:
        self.folder, self.files, self.manifest, self.output, self.checksums = folder, files, manifest, output, checksums

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: everything but files that are open."""
        return {name: value for name, value in vars(self).items() if name != "_reader"}

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

    @functools.cached_property
    def seeds(self) -> KeptSeeds:
        """The seeds of the phrases by place, a sequence that is computed and not stored."""
        return KeptSeeds(self.manifest.first_seed, self.manifest.stop_seed, self.dropped)

    def first_symbols(
        self, places: NDArray[np.int64], lengths: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        """Return the first ``counts[i]`` ids of the phrase at ``places[i]``, all in a row: uint32, (sum of counts,).

        lengths: those of the phrases. The ids are in a buffer that this thread's next call overwrites. Raises
        CorruptError.
        """
        seeds = self.seeds[places]
        if self._reader is None:
            return self.phrases.draw_first(seeds, counts)
        return self._reader.first_symbols(places, seeds, lengths, counts)

    def block(self, places: NDArray[np.int64]) -> PhraseBlock:
        """Return the phrases at ``places``, int64, (n,); the block owns its arrays. Raises CorruptError."""
        seeds = self.seeds[places]
        if self._reader is None:
            return self.phrases.draw(seeds)
        offsets = np.zeros(len(places) + 1, np.int64)
        lengths = self.phrases.lengths(seeds)
        np.cumsum(lengths, out=offsets[1:])
        return PhraseBlock(self._reader.first_symbols(places, seeds, lengths, lengths).copy(), offsets, seeds)

    @functools.cached_property
    def _reader(self) -> "ShardReader | None":
        if self.output is None:
            return None
        from hyperphrase.corpus.shard_reader import ShardReader  # most commands read no shards

        return ShardReader(self.files, self.manifest, self.output, self.seeds, lambda: self.lexicon, self.checksums)
