"""What else lies in a corpus's folders: files that file managers, editors, hubs and network disks leave there.

They do not change what the corpus is, so they are named, and neither opened nor followed. What a reader takes for a
shard does change it (:func:`~hyperphrase.corpus.layout.passes_for_shard`).
"""

from collections.abc import Collection, Iterator, Sequence

from hyperphrase.corpus.layout import (
    DICTIONARY_FOLDER,
    MANIFEST_FILE,
    REPORT_FILE,
    SHARDS_FOLDER,
    STATISTICS_FOLDER,
    WORK_FOLDER,
    passes_for_shard,
)
from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.shard_table import Shard


def other_files(corpus: OpenCorpus) -> list[str]:
    """Return the paths, inside the folder of ``corpus``, of what is not part of it; those of folders end with a slash.

    Folders that are not the corpus's are not listed further. Raises OSError.
    """
    manifest = corpus.manifest
    listed = {MANIFEST_FILE, REPORT_FILE, *(file.name for file in manifest.files)}
    listed |= {f"{folder}/" for folder in (SHARDS_FOLDER, DICTIONARY_FOLDER, STATISTICS_FOLDER, WORK_FOLDER)}
    listed |= {f"{SHARDS_FOLDER}/{shard.name}" for shard in manifest.shards}
    if manifest.dictionary:
        listed |= {f"{DICTIONARY_FOLDER}/{shard.name}" for shard in manifest.dictionary.shards}
    return sorted(set(_paths(corpus)) - listed)


def false_shards(corpus: OpenCorpus, folder: str, extensions: Collection[str], shards: Sequence[Shard]) -> list[str]:
    """Return the names in ``folder`` of the corpus that readers take for shards, and that are not those of ``shards``.

    extensions: those of the shards. Ascending.
    """
    unlisted = set(corpus.files.names(folder)) - {shard.name for shard in shards}
    return sorted(name for name in unlisted if passes_for_shard(name.rstrip("/"), extensions))


def _paths(corpus: OpenCorpus) -> Iterator[str]:
    yield from corpus.files.names("")
    for folder in (SHARDS_FOLDER, DICTIONARY_FOLDER, STATISTICS_FOLDER):
        yield from (f"{folder}/{name}" for name in corpus.files.names(folder))
