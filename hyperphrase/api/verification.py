"""Verify a corpus: read every file, draw every phrase again, and compare."""

import functools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, cast

import numpy as np

from hyperphrase.api.dictionary_verification import check_names, dictionary_problems
from hyperphrase.codecs import Texts
from hyperphrase.corpus import loading
from hyperphrase.corpus.layout import DROPPED_FILE, RECIPE_FILE, SHARDS_FOLDER, shard_name
from hyperphrase.corpus.manifest import File
from hyperphrase.corpus.measured import Measured
from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.other_files import false_shards
from hyperphrase.corpus.request import KeptPhrases, Output, ends
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.corpus.statistics import RANK_BINS, Statistics, statistics_files
from hyperphrase.corpus.verification import Tell, compare_encoded, count_phrases, find_dropped, tell_nobody
from hyperphrase.errors import CorruptError, WorkFailedError
from hyperphrase.formatting import format_bytes
from hyperphrase.planning.machines import this_machine

_BYTES_A_SEED = 8  # of memory, for the search for duplicates
_STEP = 4096  # units counted at a time
_SMALL = 1 << 24  # bytes at most of a recipe or a file of statistics
_SHOWN = 3  # problems that the text of an error lists


def check_corpus(corpus: OpenCorpus) -> None:
    """Verify ``corpus``. Raises CorruptError with the number of problems and the first of them."""
    found = list(problems(corpus))
    if found:
        shown = "; ".join(found[:_SHOWN])
        raise CorruptError(f"{corpus.folder}: {len(found)} problems found: {shown}")


def problems(corpus: OpenCorpus, tell: Tell = tell_nobody) -> Iterator[str]:
    """Yield each problem of ``corpus`` as one line. Raises WorkFailedError if the machine has too little memory.

    tell: is told the progress.
    """
    return _Verification(corpus, tell).problems()


class _Verification:
    """The checks of one corpus."""

    def __init__(self, corpus: OpenCorpus, tell: Tell) -> None:
        self._tell = tell
        self.corpus, self.out, self.manifest = corpus, corpus.folder, corpus.manifest
        self.request = corpus.manifest.request

    def problems(self) -> Iterator[str]:
        """Yield each problem as one line."""
        yield from self._caught(self._check_unlisted)
        for file in self.manifest.files:
            yield from self._caught(functools.partial(self._check_file, file))
        before = [*self._caught(self._load)] or [*self._caught(self._check_lists)]
        yield from before
        if before:
            return  # without all shards, recipe, lexicon and dropped seeds no phrase can be checked
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from self._caught(functools.partial(self._check_dropped, pool))
            yield from self._shard_problems(pool)
            if self.manifest.dictionary:
                kept = [self._kept_phrases(i) for i in range(self.request.unit_count)]
                yield from dictionary_problems(self.corpus, self.manifest.dictionary, kept, pool, self._tell)

    def _caught(self, check: Callable[[], None]) -> Iterator[str]:
        try:
            check()
        except (CorruptError, OSError) as error:
            yield str(error)

    def _path(self, name: str) -> str:
        return self.corpus.files.path(name)

    def _check_lists(self) -> None:
        """Check that the manifest lists the files and shards that its range of seeds requires."""
        counts = Statistics({}, (0,) * RANK_BINS if self.manifest.outputs else ())
        files = [
            RECIPE_FILE,
            *loading.files_read(self.corpus.phrases.recipe, self.manifest.dictionary is not None),
        ]
        files += statistics_files(counts, self.manifest.recipe.vocabulary)
        files += self.manifest.tables()
        files += [DROPPED_FILE] if self.manifest.dropped.listed is None else []
        if [file.name for file in self.manifest.files] != sorted(files):
            raise CorruptError(f"{self.out}: the manifest's files are not {', '.join(sorted(files))}")
        request, shards = self.manifest.request, self.manifest.shards
        expected = request.unit_count * len(request.outputs)
        if len(shards) != expected or [shard.name for shard in shards] != [
            shard_name(i, request.unit_count, output.extension)
            for output in request.outputs
            for i in range(request.unit_count)
        ]:
            raise CorruptError(f"{self.out}: the manifest's shards are not the {expected} that its seeds make")

    def _kept_phrases(self, index: int) -> KeptPhrases:
        unit = self.request.unit(index)
        low, high = np.searchsorted(self.corpus.dropped, np.array([unit.first_seed, unit.stop_seed], np.uint64))
        gone = (self.corpus.dropped[low:high] - np.uint64(unit.first_seed)).astype(np.uint32)
        return KeptPhrases(unit, gone.tobytes(), None, self.request.unit_count)

    def _check_unlisted(self) -> None:
        """Check that nothing in the folders of shards and of the dictionary passes for a shard and is not listed."""
        extensions = {output.extension for output in self.manifest.outputs}
        if wrong := false_shards(self.corpus, SHARDS_FOLDER, extensions, self.manifest.shards):
            raise CorruptError(f"{self._path(SHARDS_FOLDER)}: {wrong[0]} does not belong to the corpus")
        check_names(self.corpus)

    def _check_file(self, file: File) -> None:
        with self.corpus.files.open(file.name) as stream:
            Measured(stream).compare(file)

    def _load(self) -> None:
        recipe = self.manifest.recipe
        if self.corpus.files.read(RECIPE_FILE, _SMALL) != (recipe.canonical() + "\n").encode():
            raise CorruptError(f"{self._path(RECIPE_FILE)}: is not the recipe of the manifest")
        lexicon = self.corpus.lexicon
        if lexicon.name != self.manifest.lexicon:
            raise CorruptError(f"{self.out}: the lexicon is {lexicon.name!r}, the manifest's {self.manifest.lexicon!r}")
        _ = self.corpus.phrases, self.corpus.dropped  # loading validates them

    def _check_dropped(self, pool: ThreadPoolExecutor) -> None:
        phrases, request = self.corpus.phrases, self.request
        needed, memory = _BYTES_A_SEED * (request.stop_seed - request.first_seed), this_machine().memory
        if needed > memory and not request.recipe.law.injective:
            raise WorkFailedError(
                f"{self.out}: to compare all phrases again takes {format_bytes(needed)} of memory, "
                f"and this machine has {format_bytes(memory)}"
            )
        found = find_dropped(phrases, request, pool, self._tell)
        if not np.array_equal(found, self.corpus.dropped):
            wrong = np.setxor1d(found, self.corpus.dropped)
            raise CorruptError(f"{self.out}: {len(wrong)} seeds are dropped or kept wrongly, such as {wrong[0]}")

    def _shard_problems(self, pool: ThreadPoolExecutor) -> Iterator[str]:
        phrases, units = self.corpus.phrases, self.request.unit_count
        tasks = [(output, i, o * units + i) for o, output in enumerate(self.manifest.outputs) for i in range(units)]
        counts: dict[Output, list[Statistics]] = {output: [] for output in self.manifest.outputs}
        done, phrases_in_all = 0, sum(shard.phrases for shard in self.manifest.shards)
        for task, result in zip(tasks, pool.map(lambda task: self._read(*task), tasks), strict=True):
            done += self.manifest.shards[task[2]].phrases
            self._tell("reading shards", done, phrases_in_all)
            if isinstance(result, str):
                yield result
            else:
                counts[task[0]].append(result)
        if not tasks:  # there is only the manifest: its histogram is compared with the lengths of the phrases
            total = Statistics.total(())
            for start in range(0, units, _STEP):  # in steps: a pool stores all its tasks, and there may be 2^32 units
                step = range(start, min(start + _STEP, units))
                drawn = pool.map(lambda i: Statistics.of_lengths(phrases.lengths(self._kept_phrases(i).seeds())), step)
                total = Statistics.total((total, *drawn))
            yield from self._caught(functools.partial(self._check_counts, "drawn again", [total]))
        for output, parts in counts.items():
            if len(parts) == units:
                yield from self._caught(functools.partial(self._check_counts, f"read back from {output.format}", parts))

    def _read(self, output: Output, unit: int, position: int) -> Statistics | str:
        try:
            return self._read_shard(output, unit, self.manifest.shards[position])
        except (CorruptError, OSError) as error:
            return str(error)

    def _read_shard(self, output: Output, unit: int, shard: Shard) -> Statistics:
        form, seeds = loading.readable(output), self._kept_phrases(unit).seeds()
        phrases = self.corpus.phrases

        def texts() -> Texts:
            return loading.texts_of(self.corpus.lexicon, output.text)

        with self.corpus.files.open(f"{SHARDS_FOLDER}/{shard.name}") as stream:
            measured = Measured(stream)
            content, vocabulary = cast(BinaryIO, measured), self.manifest.recipe.vocabulary
            if form is None:
                encoder = loading.encoder_of(output, vocabulary, texts)
                counts = compare_encoded(content, encoder, phrases, seeds, shard.name)
            else:
                blocks = loading.decoded(content, output, vocabulary, texts, shard.name)
                counts = count_phrases(blocks, phrases, seeds, form.stores_seeds, shard.name)
            measured.compare(shard)
        found = (counts.phrases, counts.symbols, *ends(seeds))
        if found != (shard.phrases, shard.symbols, shard.first_seed, shard.last_seed):
            raise CorruptError(
                f"{shard.name}: holds (phrases, symbols, first, last seed) {found}, the manifest differs"
            )
        return counts

    def _check_counts(self, source: str, parts: list[Statistics]) -> None:
        total = Statistics.total(parts)
        if total.lengths != self.manifest.length_histogram:
            raise CorruptError(f"{self.out}: the lengths {source} are not the manifest's histogram")
        for name, text in statistics_files(total, self.manifest.recipe.vocabulary).items():
            if self.corpus.files.read(name, _SMALL) != text:
                raise CorruptError(f"{self._path(name)}: is not what was {source}")
