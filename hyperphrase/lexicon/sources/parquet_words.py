"""Convert a user's untrusted Parquet file on standard input to CSV on standard output: word, count.

It runs as a separate process (:mod:`hyperphrase.untrusted.separate_process`) and imports nothing of this package: a
page can unpack to gigabytes, a dictionary with one long text can expand to a million copies, and only reading the file
shows it. Exit status 2 means that a line on standard error says what is wrong; any other status except 0 means that the
file is damaged or its content too large.
"""

import csv
import io
import os
import resource
import sys
from typing import Any

_MOST_MEMORY = 1 << 30  # bytes
_MOST_ROWS = 1 << 20  # the largest vocabulary
_MOST_TEXT = 64 << 20  # bytes: the limit for any file of words
_BATCH = 4096  # rows


def main() -> int:
    """Run the program and return the exit status."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # other memory pools reserve more than they use
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
    """Return what is wrong with the columns of a file, None if nothing is."""
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
