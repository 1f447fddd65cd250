"""A corpus without files: its manifest and its dropped seeds, computed in this process."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.drawn_range import check_seeds
from hyperphrase.corpus.manifest import MAX_LISTED, DroppedSeeds, Manifest
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.corpus.statistics import Statistics
from hyperphrase.corpus.verification import find_dropped
from hyperphrase.phrases.phrases import Phrases, seed_range


def virtual_manifest(phrases: Phrases, request: CorpusRequest, lexicon: str) -> tuple[Manifest, NDArray[np.uint64]]:
    """Return the manifest of the corpus of ``request``, a range of seeds without outputs, and its dropped seeds.

    lexicon: its name. Takes 8 bytes of memory for each drawn phrase. Raises InputError.
    """
    check_seeds(request)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        dropped = find_dropped(phrases, request, pool)
        lengths = Statistics.total(pool.map(Statistics.of_lengths, _lengths(phrases, request, dropped))).lengths
    manifest = Manifest(
        recipe=request.recipe,
        first_seed=request.first_seed,
        stop_seed=request.stop_seed,
        phrases_per_shard=request.phrases_per_shard,
        outputs=(),
        kept=request.stop_seed - request.first_seed - len(dropped),
        length_histogram=lengths,
        shards=(),
        dropped=DroppedSeeds(len(dropped), tuple(dropped.tolist()) if len(dropped) <= MAX_LISTED else None),
        files=(),
        lexicon=lexicon,
        versions={},
    )
    return manifest, dropped


def _lengths(phrases: Phrases, request: CorpusRequest, dropped: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """Yield the lengths of the kept phrases, by unit."""
    for index in range(request.unit_count):
        unit = request.unit(index)
        seeds = seed_range(unit.first_seed, unit.stop_seed)
        yield phrases.lengths(seeds[~np.isin(seeds, dropped, assume_unique=True)])


class NoFiles:
    """Implements :class:`hyperphrase.corpus.files.CorpusFiles` for a corpus that has none."""

    def path(self, name: str) -> str:
        """Return what messages call the file."""
        return f"(no folder)/{name}"

    def read(self, name: str, limit: int) -> bytes | None:
        """Return None: there is no such file."""

    def exists(self, name: str) -> bool:
        """Return False."""
        return False

    def open(self, name: str) -> BinaryIO:
        """Raise FileNotFoundError."""
        raise FileNotFoundError(f"{self.path(name)}: the corpus has no files")

    def names(self, folder: str) -> list[str]:
        """Return no names."""
        return []
