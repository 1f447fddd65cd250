"""The vector dictionary of a corpus: for each kept phrase its seed and its meaning, as Parquet files beside the shards.

A file holds what its shard holds, in the same order. Columns: ``seed`` int64; ``vector``, a list of d int8, the
direction of the phrase's meaning (:mod:`hyperphrase.meanings`). Rows are grouped by their number in the file alone, so
the bytes are the same for the same corpus everywhere (:mod:`hyperphrase.parquet_file`).
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError
from hyperphrase.parquet_file import Sink, VectorFile

#: The ways to weigh words (:mod:`hyperphrase.meanings`).
KINDS = ("sif", "whitening")
ROOM = "dictionary"  #: folder of the dictionary, inside that of the corpus
WORDS_FILE = f"{ROOM}/words.npy"  #: what each hyperword adds to a meaning: int16, shape (V, d)
GROUP = 65_536  # rows of a row group


def meanings_name(index: int, total: int) -> str:
    """Return ``meanings-00003-of-00016.parquet`` and its like."""
    return f"meanings-{index:05d}-of-{total:05d}.parquet"


def bytes_a_row(dimensions: int) -> float:
    """Return how many bytes of a file a meaning takes: seed, components, and a bit a component for the lists."""
    return 8 + dimensions + dimensions / 8


class MeaningsWriter:
    """Writes one file of the dictionary; :meth:`close` ends it."""

    def __init__(self, stream: Sink, dimensions: int) -> None:
        self._file, self._waiting = VectorFile(stream, dimensions), 0
        self._seeds = np.empty(GROUP, np.uint64)
        self._vectors = np.empty((GROUP, dimensions), np.int8)

    def write(self, seeds: NDArray[np.uint64], vectors: NDArray[np.int8]) -> None:
        """Add the rows of ``seeds``, (n,), with their meanings, (n, d)."""
        while len(seeds):
            begin, room = self._waiting, min(GROUP - self._waiting, len(seeds))
            self._seeds[begin : begin + room] = seeds[:room]
            self._vectors[begin : begin + room] = vectors[:room]
            self._waiting += room
            seeds, vectors = seeds[room:], vectors[room:]
            if self._waiting == GROUP:
                self._flush()

    def close(self) -> None:
        """Write what is left, and the end of the file; the stream stays open."""
        if self._waiting:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        self._file.write(self._seeds[: self._waiting], self._vectors[: self._waiting])
        self._waiting = 0


def read_meanings(
    stream: BinaryIO, dimensions: int, where: str
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int8]]]:
    """Yield (seeds, vectors) of a file of the dictionary, group by group: uint64, (n,), and int8, (n, d).

    The bytes are not trusted. ``where`` names the file in errors. Raises CorruptError.
    """
    import pyarrow as pa  # only what reads dictionaries pays for the import
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(stream)
        if not file.schema_arrow.equals(_schema(dimensions)):
            raise CorruptError(f"{where}: its columns are not seed (int64) and vector ({dimensions} of int8)")
        for i in range(file.num_row_groups):
            if file.metadata.row_group(i).num_rows > GROUP:
                raise CorruptError(f"{where}: a group has more than {GROUP} rows")
            table = file.read_row_group(i, use_threads=False).combine_chunks()
            table.validate(full=True)
            columns = [table.column(name).chunk(0) for name in ("seed", "vector")] if len(table) else []
            if any(column.null_count for column in columns):
                raise CorruptError(f"{where}: a row is empty")
            if columns:
                vectors = columns[1].flatten().to_numpy().reshape(-1, dimensions)
                yield columns[0].to_numpy().astype(np.uint64), vectors
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise CorruptError(f"{where}: not a file of meanings: {' '.join(str(error).split()):.200}") from error


def _schema(dimensions: int) -> Any:
    import pyarrow as pa

    vector = pa.list_(pa.field("element", pa.int8(), nullable=False), dimensions)
    return pa.schema([pa.field("seed", pa.int64(), nullable=False), pa.field("vector", vector, nullable=False)])
