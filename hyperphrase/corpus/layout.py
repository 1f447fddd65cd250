"""The files of a corpus: their names inside its folder, and nothing else.

``MANIFEST_FILE`` is written last; its presence means that the corpus is complete. What lies in ``WORK_FOLDER`` belongs
to work in progress and is gone when the corpus is complete.
"""

RECIPE_FILE = "recipe.json"
LEXICON_FILE = "lexicon.parquet"
LAW_FILE = "law.bin"  # of a law whose parameters do not hold all of it
MANIFEST_FILE = "manifest.json"
DROPPED_FILE = "dropped_seeds.bin"  # where there are too many for the manifest: uint64, little-endian
SHARDS_FILE = "shards.npy"  # where there are too many for the manifest: a shard table
MEANINGS_FILE = "meanings.npy"  # the same for the files of the dictionary
REPORT_FILE = "report.html"

SHARDS_FOLDER = "shards"
STATISTICS_FOLDER = "statistics"
DICTIONARY_FOLDER = "dictionary"
WORDS_FILE = f"{DICTIONARY_FOLDER}/words.npy"  # what each hyperword adds to a meaning: int16, shape (V, d)

WORK_FOLDER = ".work"
TEMPORARY_FOLDER = f"{WORK_FOLDER}/temporary"  # files that are not finished
ROWS_FOLDER = f"{WORK_FOLDER}/rows"  # what is known of each finished shard
KEYS_FOLDER = f"{WORK_FOLDER}/keys"  # sorted fingerprints that wait to be compared
REQUEST_FILE = f"{WORK_FOLDER}/request.json"  # what the unfinished work is to become
SHORTFALL_FILE = f"{WORK_FOLDER}/shortfall.json"  # that the drawn seeds held too few phrases


def shard_name(index: int, total: int, extension: str) -> str:
    """Return ``phrases-00003-of-00016.tfrecord`` and its like."""
    return f"phrases-{index:05d}-of-{total:05d}.{extension}"


def meanings_name(index: int, total: int) -> str:
    """Return ``meanings-00003-of-00016.arrow`` and its like."""
    return f"meanings-{index:05d}-of-{total:05d}.arrow"


def row_file(name: str) -> str:
    """Return where the row of a finished shard of this ``name`` waits until the corpus is complete."""
    return f"{ROWS_FOLDER}/{name}.json"
