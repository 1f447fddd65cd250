"""Verify the dictionary of a corpus: compute the words' rows and the files of meanings again, and compare.

Files of meanings are not parsed: their bytes must equal those that the recipe gives.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import google_crc32c
import numpy as np

from hyperphrase.corpus.layout import DICTIONARY_FOLDER, WORDS_FILE, meanings_name
from hyperphrase.corpus.manifest import Dictionary
from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.other_files import false_shards
from hyperphrase.corpus.request import KeptPhrases, ends
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.corpus.verification import Tell
from hyperphrase.errors import CorruptError
from hyperphrase.meaning.dictionary import dictionary_rows, write_meanings
from hyperphrase.meaning.phrase_meanings import Meanings, load_meanings


def check_names(corpus: OpenCorpus) -> None:
    """Raise CorruptError unless the manifest lists all files of meanings that it must, and no others pass for such."""
    manifest = corpus.manifest
    shards = manifest.dictionary.shards if manifest.dictionary else ()
    if wrong := false_shards(corpus, DICTIONARY_FOLDER, ["arrow"], shards):
        raise CorruptError(f"{corpus.files.path(DICTIONARY_FOLDER)}/{wrong[0]}: does not belong to the corpus")
    listed = [shard.name for shard in shards]
    total = manifest.request.unit_count
    if manifest.dictionary and (len(listed) != total or listed != [meanings_name(i, total) for i in range(total)]):
        raise CorruptError(f"{corpus.folder}: the manifest's files of meanings are not the {total} that its seeds make")


def dictionary_problems(
    corpus: OpenCorpus, dictionary: Dictionary, kept: list[KeptPhrases], pool: ThreadPoolExecutor, tell: Tell
) -> Iterator[str]:
    """Yield each problem of a corpus's dictionary, by the threads of ``pool``.

    kept: the kept phrases of each unit. tell: is told the progress.
    """
    try:
        meanings = _checked_words(corpus, dictionary)
    except (CorruptError, OSError) as error:
        yield str(error)
        return  # all meanings depend on them

    def check(unit: KeptPhrases) -> str | None:
        try:
            _check_file(corpus, meanings, unit, dictionary)
        except (CorruptError, OSError) as error:
            return str(error)
        return None

    done = 0
    for shard, problem in zip(dictionary.shards, pool.map(check, kept), strict=True):
        done += shard.phrases
        tell("reading meanings", done, corpus.manifest.kept)
        if problem is not None:
            yield problem


def _checked_words(corpus: OpenCorpus, dictionary: Dictionary) -> Meanings:
    """Return the rows of the words. Raises CorruptError if the file of words has others."""
    found = load_meanings(corpus.files, corpus.recipe.vocabulary)
    made = dictionary_rows(dictionary.kind, dictionary.vectors, corpus.lexicon, corpus.phrases)
    if not np.array_equal(made.rows, found.rows):
        raise CorruptError(f"{corpus.files.path(WORDS_FILE)}: is not what the words mean by {dictionary.kind}")
    return found


def _check_file(corpus: OpenCorpus, meanings: Meanings, kept: KeptPhrases, dictionary: Dictionary) -> None:
    seeds, shard = kept.seeds(), dictionary.shards[kept.unit.index]
    with corpus.files.open(f"{DICTIONARY_FOLDER}/{shard.name}") as stream:
        compared = _Compared(stream, shard.name)
        symbols = write_meanings(kept, corpus.phrases, meanings, dictionary.kind, compared)
        compared.finish()
    if Shard(shard.name, len(seeds), symbols, compared.size, compared.crc, *ends(seeds)) != shard:
        raise CorruptError(f"{shard.name}: the manifest has other counts, ends or sums than the file")


class _Compared:
    """A sink that compares what is written to it with a stream, and takes size and CRC32C of the stream."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name, self.size, self.crc = stream, name, 0, 0

    def write(self, data: bytes | memoryview) -> None:
        found = self._stream.read(len(data))
        if found != data:
            raise CorruptError(
                f"{self._name}: is not what its phrases mean, from byte {self.size} to {self.size + len(data)}"
            )
        self.size += len(data)
        self.crc = google_crc32c.extend(self.crc, found)

    def finish(self) -> None:
        """Raise CorruptError if the stream has more bytes."""
        if self._stream.read(1):
            raise CorruptError(f"{self._name}: is longer than the meanings of its phrases")
