"""Which columns of a table hold the words and the counts; the same for CSV, TSV and Avro.

``parquet_words.py``, which imports nothing of this package, has the same rule.
"""

from collections.abc import Sequence

WORD, COUNTS = "word", ("count", "frequency")


def word_and_count(names: Sequence[str]) -> tuple[int | None, int | None]:
    """Return the places of the columns of words and of counts among ``names``, None where there is none.

    Names count in any case. Of several columns of counts ``count`` is the one; of several of one name, the first.
    """
    folded = [name.strip().casefold() for name in names]
    word = folded.index(WORD) if WORD in folded else None
    count = next((folded.index(name) for name in COUNTS if name in folded), None)
    return word, count
