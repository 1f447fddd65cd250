"""The names of a corpus's files inside its folder.

``MANIFEST_FILE`` is written last; its presence means that the corpus is complete. ``WORK_FOLDER`` holds the files of
work in progress and is removed when the corpus is complete.
"""

import re
from collections.abc import Collection

RECIPE_FILE = "recipe.json"
LEXICON_FILE = "lexicon.parquet"
LAW_FILE = "law.bin"  # for a law that is not fully described by its parameters
MANIFEST_FILE = "manifest.json"
DROPPED_FILE = "dropped_seeds.bin"  # if there are too many for the manifest: uint64, little-endian
SHARDS_FILE = "shards.npy"  # if there are too many for the manifest: a shard table
MEANINGS_FILE = "meanings.npy"  # the same for the files of the dictionary
REPORT_FILE = "report.html"

SHARDS_FOLDER = "shards"
STATISTICS_FOLDER = "statistics"
DICTIONARY_FOLDER = "dictionary"
STATISTICS_FILES = frozenset(
    f"{STATISTICS_FOLDER}/{name}.{extension}"
    for name in ("length_histogram", "symbol_ranks")
    for extension in ("csv", "json")
)
WORDS_FILE = f"{DICTIONARY_FOLDER}/words.npy"  # the vector that each hyperword adds to a meaning: int16, shape (V, d)

WORK_FOLDER = ".work"
TEMPORARY_FOLDER = f"{WORK_FOLDER}/temporary"  # unfinished files
ROWS_FOLDER = f"{WORK_FOLDER}/rows"  # the manifest's entry of each finished shard
KEYS_FOLDER = f"{WORK_FOLDER}/keys"  # sorted keys of fingerprints, to be compared
AGAIN_FOLDER = f"{WORK_FOLDER}/again"  # a file for each shard that has a row, but is not whole and is written again
LOCK_FILE = f"{WORK_FOLDER}/lock"  # where a folder itself cannot be locked
REQUEST_FILE = f"{WORK_FOLDER}/request.json"  # the request of the unfinished corpus
SHORTFALL_FILE = f"{WORK_FOLDER}/shortfall.json"  # written if the drawn seeds give too few phrases


def shard_name(index: int, total: int, extension: str) -> str:
    """Return the name of a shard, such as ``phrases-00003-of-00016.tfrecord``."""
    return f"phrases-{index:05d}-of-{total:05d}.{extension}"


def meanings_name(index: int, total: int) -> str:
    """Return the name of a file of meanings, such as ``meanings-00003-of-00016.arrow``."""
    return f"meanings-{index:05d}-of-{total:05d}.arrow"


def row_file(name: str) -> str:
    """Return the file that holds the row of the finished shard ``name`` until the corpus is complete."""
    return f"{ROWS_FOLDER}/{name}.json"


_numbered = re.compile(r"(phrases|meanings)-[0-9]+-of-[0-9]+\.[a-z0-9.]+").fullmatch
_BACKUPS = (".bak", ".old", ".orig", ".part", ".rej", ".save", ".swo", ".swp", ".tmp")  # added by editors and copiers


def is_numbered(name: str) -> bool:
    """Tell whether ``name`` is numbered like a shard or a file of meanings; case-insensitive, as some disks are.

    >>> [is_numbered(name) for name in ("phrases-00001-of-00002.txt", "phrases-00001-of-00002.txt~", "notes.txt")]
    [True, False, False]
    """
    folded = name.casefold()
    return bool(_numbered(folded)) and not folded.endswith(_BACKUPS)


def passes_for_shard(name: str, extensions: Collection[str]) -> bool:
    """Tell whether a reader of shards takes ``name`` for one: it is visible, and numbered or of these extensions.

    >>> names = "phrases-00000-of-00001 copy.txt", ".DS_Store", "._phrases-00000-of-00001.txt", "Thumbs.db"
    >>> [passes_for_shard(name, ["txt"]) for name in names]
    [True, False, False, False]
    """
    endings = tuple(f".{extension}" for extension in extensions)
    return not name.startswith(".") and (is_numbered(name) or name.casefold().endswith(endings))
