"""The vector dictionary of a corpus: the seed and the meaning of each kept phrase, in Arrow files beside the shards.

A file has the phrases of its shard, in the same order. Columns: ``seed``, int64; ``vector``, a list of d int8, the
direction of the phrase's meaning (:mod:`hyperphrase.meaning.phrase_meanings`); in a dictionary of ``discourse`` also
``discourse``, a list of d int8 (:mod:`hyperphrase.meaning.discourses`). All record batches have :data:`GROUP`
rows, only the last may have fewer, so the same corpus gives the same bytes on every machine; pyarrow writes the same
bytes at least from release 17 to 26.

Source: the Arrow IPC file format (Columnar.rst), without compression.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.request import DISCOURSE, KeptPhrases, parts
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import vectors_of
from hyperphrase.meaning.discourses import TrueDiscourses, discourse_meanings
from hyperphrase.meaning.phrase_meanings import Meanings, build_meanings
from hyperphrase.phrases.phrases import CHUNK, Phrases
from hyperphrase.untrusted.decompression import read_full

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 65_536  # rows of a record batch
ESTIMATES = ("vector",)  # the columns of vectors: estimates alone, or the true discourses too
WITH_DISCOURSES = ("vector", "discourse")


class Sink(Protocol):
    """An object that bytes can be written to."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Write all of ``data``."""


def columns_of(kind: str) -> tuple[str, ...]:
    """Return the columns of vectors that a dictionary of ``kind`` has."""
    return WITH_DISCOURSES if kind == DISCOURSE else ESTIMATES


def bytes_a_row(dimensions: int, kind: str) -> int:
    """Return the bytes that a phrase takes in a dictionary of ``kind``: seed and components."""
    return 8 + dimensions * len(columns_of(kind))


def dictionary_rows(kind: str, vectors: str, lexicon: Lexicon, phrases: Phrases) -> Meanings:
    """Compute the words' rows of a dictionary of ``kind``; ``vectors`` of the words: ``glove`` or ``navec``.

    Raises InputError if too few words have vectors, CorruptError if the law has no discourse where one is needed.
    """
    if kind == DISCOURSE:
        return discourse_meanings(lexicon, phrases)
    return build_meanings(kind, vectors_of(lexicon, vectors), lexicon, phrases)


class MeaningsWriter:
    """Writes one file of the dictionary; :meth:`close` completes it."""

    def __init__(self, stream: Sink, dimensions: int, columns: tuple[str, ...] = ESTIMATES) -> None:
        self._file, self._waiting = _File(stream, dimensions, columns), 0
        self._seeds = np.empty(GROUP, np.uint64)
        self._columns = [np.empty((GROUP, dimensions), np.int8) for _ in columns]

    def write(self, seeds: NDArray[np.uint64], *vectors: NDArray[np.int8]) -> None:
        """Append rows: ``seeds``, shape (n,), and the vectors of each column, shape (n, d)."""
        at = 0
        while at < len(seeds):
            begin, room = self._waiting, min(GROUP - self._waiting, len(seeds) - at)
            self._seeds[begin : begin + room] = seeds[at : at + room]
            for column, values in zip(self._columns, vectors, strict=True):
                column[begin : begin + room] = values[at : at + room]
            self._waiting += room
            at += room
            if self._waiting == GROUP:
                self._flush()

    def close(self) -> None:
        """Write the remaining rows and the end of the file; the stream stays open."""
        if self._waiting:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        self._file.write(self._seeds[: self._waiting], *(column[: self._waiting] for column in self._columns))
        self._waiting = 0


def write_meanings(kept: KeptPhrases, phrases: Phrases, meanings: Meanings, kind: str, sink: Sink) -> int:
    """Write the file of a unit in a dictionary of ``kind`` to ``sink``; return the number of symbols of its phrases."""
    writer, symbols = MeaningsWriter(sink, meanings.dimensions, columns_of(kind)), 0
    sources: list[Meanings | TrueDiscourses] = [meanings]
    if kind == DISCOURSE:
        sources.append(TrueDiscourses(phrases, meanings.dimensions))
    for part in parts(kept.seeds(), CHUNK):
        block = phrases.draw_reused(part)
        writer.write(part, *(source.of(block) for source in sources))
        symbols += len(block.ids)
    writer.close()
    return symbols


class _File:
    """Writes record batches to an Arrow file."""

    def __init__(self, stream: Sink, dimensions: int, columns: tuple[str, ...]) -> None:
        import pyarrow as pa  # here and below inside functions: the import takes 0.1 s, and not every command needs it
        from pyarrow import ipc

        vector = pa.list_(pa.field("item", pa.int8(), nullable=False), dimensions)
        self._schema = pa.schema(
            [pa.field("seed", pa.int64(), False), *(pa.field(name, vector, False) for name in columns)]
        )
        self._writer = ipc.new_file(pa.PythonFile(_PythonSink(stream), "w"), self._schema)

    def write(self, seeds: NDArray[np.uint64], *vectors: NDArray[np.int8]) -> None:
        """Write a record batch: ``seeds``, shape (n,), and the vectors of each column, shape (n, d)."""
        import pyarrow as pa

        kind, rows, columns = self._schema.field("vector").type, len(seeds), [_column(pa.int64(), seeds)]
        for values in vectors:
            items = _column(kind.value_type, values.reshape(-1))
            columns.append(pa.Array.from_buffers(kind, rows, [None], children=[items]))
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """Write the end of the file; the stream stays open."""
        self._writer.close()


def _column(kind: "pa.DataType", values: NDArray[Any]) -> "pa.Array":
    import pyarrow as pa

    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


class _PythonSink:
    """A file open for writing, as pyarrow expects it; the columns are written from memory without a copy."""

    closed = False

    def __init__(self, stream: Sink) -> None:
        self._stream = stream

    def write(self, data: Any) -> None:
        self._stream.write(memoryview(data).cast("B"))


class _Layout:
    """A sink that records the parts written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes | memoryview] = []

    def write(self, data: bytes | memoryview) -> None:
        self._parts.append(data)

    def taken(self) -> list[bytes | memoryview]:
        """Return the parts written since the last call."""
        parts, self._parts = self._parts, []
        return parts


def read_meanings(
    stream: BinaryIO,
    dimensions: int,
    shard: Shard,
    where: str,
    columns: tuple[str, ...] = ESTIMATES,
    column: str = ESTIMATES[0],
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int8]]]:
    """Yield (seeds, vectors) of a file of the dictionary, batch by batch: uint64, (n,), and int8, (n, d), read-only.

    columns: those of vectors that the file has. column: the one of them that is read.
    The file is untrusted, and nothing in it is parsed: the number of rows in ``shard`` determines its layout. All bytes
    but the seeds and vectors are compared with a file that is written here. Seeds must ascend within the range of the
    shard. ``where`` names the file in errors. Raises CorruptError.
    """
    layout, chosen = _Layout(), columns.index(column)
    file, least = _File(layout, dimensions, columns), shard.first_seed or 0
    most = min(GROUP, shard.phrases)
    zeros = np.zeros(most, np.uint64), np.zeros((most, dimensions), np.int8)
    for first in range(0, shard.phrases, GROUP):
        count = min(GROUP, shard.phrases - first)
        file.write(zeros[0][:count], *[zeros[1][:count]] * len(columns))
        parts, each = layout.taken(), 1 + (count * dimensions % 8 > 0)  # the columns are the last parts; each is padded
        at = len(parts) - 1 - each * len(columns)
        _compare(stream, parts[:at], where)
        seeds = np.frombuffer(_taken(stream, len(parts[at]), where), "<u8")
        found = []
        for first_part in range(at + 1, len(parts), each):
            found.append(_taken(stream, len(parts[first_part]), where))
            _compare(stream, parts[first_part + 1 : first_part + each], where)
        vectors = np.frombuffer(found[chosen], np.int8).reshape(count, dimensions)
        if seeds[0] < least or (seeds[1:] <= seeds[:-1]).any() or seeds[-1] > (shard.last_seed or 0):
            raise CorruptError(f"{where}: its seeds do not ascend within those of its shard")
        least = int(seeds[-1]) + 1
        yield seeds, vectors
    file.close()
    _compare(stream, layout.taken(), where)
    if stream.read(1):
        raise CorruptError(f"{where}: is longer than a file of {shard.phrases} meanings")


def _taken(stream: BinaryIO, size: int, where: str) -> bytes:
    data = read_full(stream, size)
    if len(data) != size:
        raise CorruptError(f"{where}: is cut off")
    return data


def _compare(stream: BinaryIO, parts: list[bytes | memoryview], where: str) -> None:
    due = b"".join(parts)
    if _taken(stream, len(due), where) != due:
        raise CorruptError(f"{where}: is not laid out as a file of meanings is")
