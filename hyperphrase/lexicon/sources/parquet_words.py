"""Convert a user's untrusted Parquet file on standard input to JSON on standard output.

Each line is a list of words and a list of their counts, as texts; they may be empty.

It runs as a separate process (:mod:`hyperphrase.untrusted.separate_process`) and imports nothing of this package: a
page can unpack to gigabytes, a dictionary with one long text can expand to a million copies, and only reading the file
shows it. Exit status 2 means that a line on standard error says what is wrong; any other status except 0 means that the
file is damaged or its content too large.
"""

import json
import os
import resource
import sys
from typing import Any

_MOST_MEMORY = 1 << 30  # bytes
_MOST_ROWS = 1 << 20  # the largest vocabulary
_MOST_WRITTEN = 6 * (64 << 20)  # bytes: the limit for any file of words, a character of two bytes in six of JSON
_BATCH = 4096  # rows


def main() -> int:
    """Run the program and return the exit status."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # other memory pools reserve more than they use
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(pa.BufferReader(sys.stdin.buffer.read()), pre_buffer=False)
    names = [field.name for field in file.schema_arrow]
    word, count = _column(names, "word"), _column(names, "count", "frequency")
    if problem := _problem(file.schema_arrow, word, count, file.metadata.num_rows):
        print(problem, file=sys.stderr)
        return 2
    columns = [name for name in (word, count) if name is not None]
    written, row = 0, 0
    for batch in file.iter_batches(_BATCH, columns=columns, use_threads=False):
        words = [_text(value) for value in batch.column(batch.schema.names.index(word)).to_pylist()]
        counts = ["1"] * len(words)
        if count is not None:
            counts = [str(value) for value in batch.column(batch.schema.names.index(count)).to_pylist()]
        empty = next((i for i in range(len(words)) if words[i] is None or counts[i] == "None"), None)
        if empty is not None:
            what = "word" if words[empty] is None else "count"
            print(f"row {row + empty + 1} has no {what}; give a word and its count in each", file=sys.stderr)
            return 2
        row += len(words)
        written += sys.stdout.buffer.write(json.dumps([words, counts]).encode() + b"\n")
        if written > _MOST_WRITTEN:
            return 1
    return 0


def _column(names: list[str], *wanted: str) -> str | None:
    """Return the column of a name in any case, as in ``word_columns.py``."""
    folded = [name.strip().casefold() for name in names]
    return next((names[folded.index(name)] for name in wanted if name in folded), None)


def _text(value: Any) -> str | None:
    return value.decode() if isinstance(value, bytes) else value


def _problem(schema: Any, word: str | None, count: str | None, rows: int) -> str | None:
    """Return what is wrong with the columns of a file, None if nothing is."""
    import pyarrow as pa

    kind = schema.field(word).type if word is not None else None
    kind = kind.value_type if isinstance(kind, pa.DictionaryType) else kind
    strings = (pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view())
    if kind not in strings:
        return "it has no string column 'word'; give columns word and count"
    if count is not None:
        number = schema.field(count).type
        number = number.value_type if isinstance(number, pa.DictionaryType) else number
        if not (pa.types.is_integer(number) or pa.types.is_floating(number) or pa.types.is_decimal(number)):
            return f"its column {count!r} holds no numbers; give positive ones"
    if rows > _MOST_ROWS:
        return f"it has {rows:,} rows; give at most {_MOST_ROWS:,} words"
    return None


if __name__ == "__main__":
    sys.exit(main())
