"""``verify``: read a corpus again and check every claim of its manifest."""

import functools
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, cast

import google_crc32c
import numpy as np

from beam_pipeline.folder import output_folder
from beam_pipeline.folder.dictionary_check import check_names, dictionary_problems
from beam_pipeline.folder.dropped_seeds import read_dropped
from beam_pipeline.terminal.command import DONE, FAILED, Parser, WorkFailedError, run_command
from beam_pipeline.terminal.escaping import harmless
from hyperphrase.codecs import FORMATS
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.corpus.layout import DROPPED_FILE, RECIPE_FILE, REPORT_FILE, SHARDS_FOLDER, shard_name
from hyperphrase.corpus.manifest import File, Manifest
from hyperphrase.corpus.request import KeptPhrases, Output, ends
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.corpus.statistics import RANK_BINS, Statistics
from hyperphrase.corpus.verification import count_phrases, find_dropped
from hyperphrase.errors import CorruptError
from hyperphrase.formatting import format_bytes
from hyperphrase.planning.machines import this_machine
from transforms.files import storage
from transforms.worker.context import CorpusContext
from transforms.write_manifest import files_read, statistics_files

_MOST_PROBLEMS = 20  # shown; all are counted
_BYTES_A_SEED = 8  # in memory, while duplicates are looked for
_STEP = 4096  # units counted at a time


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("verify", _verify, arguments)


def _verify(arguments: Sequence[str]) -> int:
    parser = Parser("verify", "read a corpus again and check every claim of its manifest; exit status 0 or 1")
    parser.add_argument("out", metavar="OUT", help="folder of a corpus, local or gs://")
    given = parser.parse_args(arguments)
    begin = time.monotonic()
    manifest = output_folder.need_manifest(given.out)
    problems = list(_Audit(given.out, manifest).problems())
    for problem in problems[:_MOST_PROBLEMS]:
        print(f"hyperphrase verify: {harmless(problem)}", file=sys.stderr)
    if problems:
        summary = f"{harmless(given.out)} is not what it claims: {len(problems)} problems"
        print(f"hyperphrase verify: {summary}", file=sys.stderr)
        return FAILED
    seconds = time.monotonic() - begin
    print(
        f"{harmless(given.out)} is what it claims: {manifest.kept:,} distinct phrases, {manifest.symbols:,} symbols, "
        f"{len(manifest.shards):,} shards, read and drawn again in {seconds:.1f} s"
    )
    return DONE


@dataclass
class _Audit:
    """The checks of one corpus; each yields what is wrong, in one line."""

    out: str
    manifest: Manifest

    def problems(self) -> Iterator[str]:
        """Yield all that is wrong."""
        yield from self._caught(self._check_strangers)
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
                kept = [self._kept_phrases(i) for i in range(self.context.request.unit_count)]
                yield from dictionary_problems(self.context, self.manifest.dictionary, kept, pool)

    def _caught(self, check: Callable[[], None]) -> Iterator[str]:
        try:
            check()
        except (CorruptError, OSError) as error:
            yield str(error)

    def _path(self, name: str) -> str:
        return storage.join(self.out, name)

    def _check_lists(self) -> None:
        """Check that the manifest lists the files and shards that its range makes."""
        counts = Statistics({}, (0,) * RANK_BINS if self.manifest.outputs else ())
        files = [RECIPE_FILE, REPORT_FILE, *files_read(self.context)]
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
        unit = self.context.request.unit(index)
        low, high = np.searchsorted(self.dropped, np.array([unit.first_seed, unit.stop_seed], np.uint64))
        gone = (self.dropped[low:high] - np.uint64(unit.first_seed)).astype(np.uint32)
        return KeptPhrases(unit, gone.tobytes(), None, self.context.request.unit_count)

    def _check_strangers(self) -> None:
        """Check that no shards are there but those of the manifest."""
        there = storage.file_sizes(self._path(SHARDS_FOLDER))
        if strange := sorted(set(there) - {shard.name for shard in self.manifest.shards}):
            raise CorruptError(f"{self._path(SHARDS_FOLDER)}: {strange[0]} does not belong to the corpus")
        check_names(self.out, self.manifest)

    def _check_file(self, file: File) -> None:
        with storage.open_file(self._path(file.name)) as stream:
            self._compare(file, *storage.measure(stream))

    def _compare(self, file: File | Shard, size: int, crc: int) -> None:
        if (size, crc) != (file.bytes, file.crc32c):
            raise CorruptError(
                f"{file.name}: {size} bytes with crc32c {crc:08x}, "
                f"the manifest says {file.bytes} with {file.crc32c:08x}"
            )

    def _load(self) -> None:
        recipe = self.manifest.recipe
        if storage.read_file(self._path(RECIPE_FILE), 1 << 24) != (recipe.canonical() + "\n").encode():
            raise CorruptError(f"{self._path(RECIPE_FILE)}: is not the recipe of the manifest")
        self.context = CorpusContext(self.out, self.manifest.request)
        lexicon = self.context.lexicon()
        if lexicon.name != self.manifest.lexicon:
            raise CorruptError(f"{self.out}: the lexicon is {lexicon.name!r}, the manifest's {self.manifest.lexicon!r}")
        self.context.phrases()
        self.dropped = read_dropped(self.out, self.manifest)

    def _check_dropped(self, pool: ThreadPoolExecutor) -> None:
        phrases, request = self.context.phrases(), self.context.request
        needed, memory = _BYTES_A_SEED * (request.stop_seed - request.first_seed), this_machine().memory
        if needed > memory and not request.recipe.law.injective:
            raise WorkFailedError(
                f"{self.out}: to compare all phrases again takes {format_bytes(needed)} of memory, "
                f"and this machine has {format_bytes(memory)}"
            )
        dedup = deduplication(phrases, request)
        found = np.empty(0, np.uint64) if dedup is None else find_dropped(phrases, request, dedup, pool)
        if not np.array_equal(found, self.dropped):
            wrong = np.setxor1d(found, self.dropped)
            raise CorruptError(f"{self.out}: {len(wrong)} seeds are dropped or kept wrongly, such as {wrong[0]}")

    def _shard_problems(self, pool: ThreadPoolExecutor) -> Iterator[str]:
        phrases, units = self.context.phrases(), self.context.request.unit_count
        tasks = [(output, i, o * units + i) for o, output in enumerate(self.manifest.outputs) for i in range(units)]
        counts: dict[Output, list[Statistics]] = {output: [] for output in self.manifest.outputs}
        for task, result in zip(tasks, pool.map(lambda task: self._read(*task), tasks), strict=True):
            if isinstance(result, str):
                yield result
            else:
                counts[task[0]].append(result)
        if not tasks:  # the manifest alone: its histogram is checked against the phrases themselves
            total = Statistics.total(())
            for start in range(0, units, _STEP):  # a pool notes down all that it is given, and there may be 2^32 units
                some = range(start, min(start + _STEP, units))
                drawn = pool.map(lambda i: Statistics.of_lengths(phrases.lengths(self._kept_phrases(i).seeds())), some)
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
        form, seeds = FORMATS[output.format], self._kept_phrases(unit).seeds()
        texts = self.context.texts(output.text) if form.text else None
        with storage.open_file(self._path(f"{SHARDS_FOLDER}/{shard.name}")) as stream:
            measured = _Measured(stream)
            blocks = form.decode(cast(BinaryIO, measured), output.compression, texts, shard.name)
            counts = count_phrases(blocks, self.context.phrases(), seeds, form.stores_seeds, shard.name)
            measured.finish()
        self._compare(shard, measured.size, measured.crc)
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
            if storage.read_file(self._path(name), 1 << 24) != text:
                raise CorruptError(f"{self._path(name)}: is not what was {source}")


class _Measured(io.RawIOBase):
    """Passes a stream on and measures it: size in bytes and CRC32C, by another library than the one that writes.

    What was read of a local file leaves the page cache again: a corpus is larger than memory, and pages that are made
    free for each piece cost more time than checking it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.size, self.crc = stream, 0, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        if isinstance(self._stream, io.BufferedReader) and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._stream.fileno(), self.size, len(piece), os.POSIX_FADV_DONTNEED)
        self.size += len(piece)
        self.crc = google_crc32c.extend(self.crc, piece)
        return piece

    def finish(self) -> None:
        """Measure what the decoder left unread."""
        while self.read(1 << 20):
            pass


if __name__ == "__main__":
    sys.exit(main())
