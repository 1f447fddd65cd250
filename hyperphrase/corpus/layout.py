"""The names of a corpus's files inside its folder.

``MANIFEST_FILE`` is written last; its presence means that the corpus is complete. ``WORK_FOLDER`` holds the files of
work in progress and is removed when the corpus is complete.
"""

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
WORDS_FILE = f"{DICTIONARY_FOLDER}/words.npy"  # the vector that each hyperword adds to a meaning: int16, shape (V, d)

WORK_FOLDER = ".work"
TEMPORARY_FOLDER = f"{WORK_FOLDER}/temporary"  # unfinished files
ROWS_FOLDER = f"{WORK_FOLDER}/rows"  # the manifest's entry of each finished shard
KEYS_FOLDER = f"{WORK_FOLDER}/keys"  # sorted keys of fingerprints, to be compared
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
