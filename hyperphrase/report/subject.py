"""What a report is about: a complete corpus, or what a run that has not finished has left."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus import loading
from hyperphrase.corpus.files import CorpusFiles
from hyperphrase.corpus.layout import DICTIONARY_FOLDER, DROPPED_FILE, LAW_FILE, LEXICON_FILE, MANIFEST_FILE
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe

_UNFINISHED_SEEDS = 1 << 18  # drawn from where no shard says which seeds there are
_MOST_MISSING = 10  # named
_total_of = re.compile(r"phrases-[0-9]+-of-([0-9]+)\.(.+)").fullmatch


@dataclass(frozen=True, eq=False)
class Subject:
    """A corpus as a report sees it.

    name: how the page calls it, empty if it is the only one. phrases, lexicon: None if a file that they need is
    missing. seeds: gives the seeds of the phrases at places 0..count-1. manifest, corpus: None for an unfinished one.
    shards: the finished ones. missing: what is not there, a line each.
    """

    name: str
    recipe: Recipe
    phrases: Phrases | None
    lexicon: Lexicon | None
    seeds: Callable[[NDArray[np.int64]], NDArray[np.uint64]]
    count: int
    shards: Sequence[Shard]
    missing: tuple[str, ...] = ()
    manifest: Manifest | None = None
    corpus: OpenCorpus | None = None

    @property
    def lexicon_name(self) -> str:
        """The name of the lexicon; ``unknown`` if its file is missing."""
        if self.manifest is not None:
            return self.manifest.lexicon
        return self.lexicon.name if self.lexicon is not None else "unknown"


def of_corpus(corpus: OpenCorpus, missing: Sequence[str] = (), name: str = "") -> Subject:
    """Return a complete corpus as a subject. missing: names of its files that are not there. Raises CorruptError."""
    manifest = corpus.manifest
    drawn = not {LEXICON_FILE, LAW_FILE, DROPPED_FILE} & set(missing)
    lines = [f"{file}: is missing, or of another size" for file in missing[:_MOST_MISSING]]
    if len(missing) > _MOST_MISSING:
        lines.append(f"{len(missing) - _MOST_MISSING:,} more files")
    return Subject(
        name,
        corpus.phrases.recipe if drawn else corpus.recipe,
        corpus.phrases if drawn else None,
        corpus.lexicon if drawn else None,
        lambda places: corpus.seeds[places],
        manifest.kept,
        manifest.shards,
        tuple(lines),
        manifest,
        None if any(file.startswith(DICTIONARY_FOLDER) for file in missing) else corpus,
    )


def of_unfinished(
    files: CorpusFiles, recipe: Recipe, finished: Sequence[str], shards: Sequence[Shard], name: str = ""
) -> Subject:
    """Return as a subject what a run has left that has not finished.

    finished: the names of all finished shards. shards: the first of them.
    Phrases are those of all seeds from the first finished shard to the last: which of them
    repeat others is not known yet. Raises CorruptError if lexicon or law file are damaged.
    """
    missing = [
        f"{MANIFEST_FILE}: the run has not finished; the same command goes on with it",
        *_shards_missing(finished),
    ]
    lexicon = phrases = None
    if files.exists(LEXICON_FILE):
        lexicon = loading.load_lexicon(files, recipe)
        phrases = loading.load_phrases(files, recipe, lambda: lexicon)
    else:
        missing.append(f"{LEXICON_FILE}: without it no phrase can be shown")
    ends = [seed for shard in shards for seed in (shard.first_seed, shard.last_seed) if seed is not None]
    first, stop = (min(ends), max(ends) + 1) if ends else (0, min(_UNFINISHED_SEEDS, recipe.seed_stop()))
    count = stop - first if phrases else 0
    return Subject(
        name,
        phrases.recipe if phrases else recipe,
        phrases,
        lexicon,
        lambda places: np.uint64(first) + places.astype(np.uint64),
        count,
        shards,
        tuple(missing),
    )


def _shards_missing(finished: Sequence[str]) -> list[str]:
    totals = [found.groups() for name in finished if (found := _total_of(name))]
    lines = []
    for extension in sorted({extension for _, extension in totals}):
        there = [int(total) for total, each in totals if each == extension]
        lines.append(f"shards of {extension}: {len(there):,} of about {max(there):,} are finished")
    return lines or ["shards: none is finished"]
