"""What ``verify`` checks of a dictionary: the rows of the words and the files of meanings are made again, byte by byte.

Nothing of these files is parsed: what is there has to be what the recipe gives.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import google_crc32c
import numpy as np

from hyperphrase.corpus.layout import DICTIONARY_FOLDER, WORDS_FILE, meanings_name
from hyperphrase.corpus.manifest import Dictionary, Manifest
from hyperphrase.corpus.request import KeptPhrases, ends
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.word_vectors import vectors_of
from hyperphrase.meaning.phrase_meanings import build_meanings
from transforms.files import storage
from transforms.worker.context import CorpusContext
from transforms.write_dictionary import put_meanings


def check_names(out: str, manifest: Manifest) -> None:
    """Raise CorruptError unless the manifest lists the files of meanings that its seeds make, and no other is there."""
    there = {name for name in storage.file_sizes(storage.join(out, DICTIONARY_FOLDER)) if name.endswith(".arrow")}
    listed = [shard.name for shard in manifest.dictionary.shards] if manifest.dictionary else []
    if strange := sorted(there - set(listed)):
        raise CorruptError(f"{storage.join(out, DICTIONARY_FOLDER, strange[0])}: does not belong to the corpus")
    total = manifest.request.unit_count
    if manifest.dictionary and (len(listed) != total or listed != [meanings_name(i, total) for i in range(total)]):
        raise CorruptError(f"{out}: the manifest's files of meanings are not the {total} that its seeds make")


def dictionary_problems(
    context: CorpusContext, dictionary: Dictionary, kept: list[KeptPhrases], pool: ThreadPoolExecutor
) -> Iterator[str]:
    """Yield what is wrong with the dictionary of a corpus, by the threads of ``pool``; its units keep ``kept``."""
    try:
        _check_words(context, dictionary)
    except (CorruptError, OSError) as error:
        yield str(error)
        return  # they are what all meanings are made of

    def check(unit: KeptPhrases) -> str | None:
        try:
            _check_file(context, unit, dictionary.shards[unit.unit.index])
        except (CorruptError, OSError) as error:
            return str(error)
        return None

    yield from filter(None, pool.map(check, kept))


def _check_words(context: CorpusContext, dictionary: Dictionary) -> None:
    lexicon = context.lexicon()
    made = build_meanings(dictionary.kind, vectors_of(lexicon), lexicon, context.phrases())
    if not np.array_equal(made.rows, context.meanings().rows):
        raise CorruptError(
            f"{storage.join(context.folder, WORDS_FILE)}: is not what the words mean by {dictionary.kind}"
        )


def _check_file(context: CorpusContext, kept: KeptPhrases, shard: Shard) -> None:
    seeds = kept.seeds()
    with storage.open_file(storage.join(context.folder, DICTIONARY_FOLDER, shard.name)) as stream:
        compared = _Compared(stream, shard.name)
        symbols = put_meanings(kept, context, compared)
        compared.finish()
    if Shard(shard.name, len(seeds), symbols, compared.size, compared.crc, *ends(seeds)) != shard:
        raise CorruptError(f"{shard.name}: the manifest has other counts, ends or sums than the file")


class _Compared:
    """Compares what is written to it with what a stream holds, and measures it by another library than the writer's."""

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
        """Raise CorruptError if the stream holds more."""
        if self._stream.read(1):
            raise CorruptError(f"{self._name}: is longer than the meanings of its phrases")
