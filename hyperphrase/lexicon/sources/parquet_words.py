"""Turns a user's Parquet file on standard input into CSV on standard output: word, count.

A program of its own (:mod:`hyperphrase.untrusted.separate_process`), which imports nothing of this package: a page may
unpack to gigabytes, a dictionary of one long text may stand for a million of them, and only the library that reads them
finds out. Status 2 and a line on standard error say what is wrong; another, that it is damaged, or too large inside.
"""

import csv
import io
import os
import resource
import sys
from typing import Any

_MOST_MEMORY = 1 << 30  # bytes
_MOST_ROWS = 1 << 20  # as many as a vocabulary may have
_MOST_TEXT = 64 << 20  # bytes, as of any file of words
_BATCH = 4096  # rows


def main() -> int:
    """Run the program; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # others reserve more than they use
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(pa.BufferReader(sys.stdin.buffer.read()), pre_buffer=False)
    names = {field.name: field.type for field in file.schema_arrow}
    count = next((name for name in ("count", "frequency") if name in names), None)
    if problem := _problem(names, count, file.metadata.num_rows):
        print(problem, file=sys.stderr)
        return 2
    written = 0
    for batch in file.iter_batches(_BATCH, columns=["word", *([count] if count else [])], use_threads=False):
        columns = [batch.column(name).to_pylist() for name in batch.schema.names]
        counts = columns[batch.schema.names.index(count)] if count else [1.0] * len(batch)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            zip(columns[batch.schema.names.index("word")], counts, strict=True)
        )
        written += sys.stdout.buffer.write(text.getvalue().encode())
        if written > _MOST_TEXT:
            return 1
    return 0


def _problem(names: dict[str, Any], count: str | None, rows: int) -> str | None:
    """Say what is wrong with the columns of a file, or None."""
    import pyarrow as pa

    word = names.get("word")
    word = word.value_type if isinstance(word, pa.DictionaryType) else word
    if word not in (pa.string(), pa.large_string()):
        return "it has no string column 'word'; give columns word and count"
    if count and not (pa.types.is_integer(names[count]) or pa.types.is_floating(names[count])):
        return f"its column '{count}' holds no numbers; give positive ones"
    if rows > _MOST_ROWS:
        return f"it has {rows:,} rows; give at most {_MOST_ROWS:,} words"
    return None


if __name__ == "__main__":
    sys.exit(main())
