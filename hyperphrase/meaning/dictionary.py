"""The vector dictionary of a corpus: for each kept phrase its seed and its meaning, as Parquet files beside the shards.

A file holds what its shard holds, in the same order. Columns: ``seed`` int64; ``vector``, a list of d int8, the
direction of the phrase's meaning (:mod:`hyperphrase.meaning.phrase_meanings`). Rows are grouped by their number in the
file alone, so the bytes are the same for the same corpus everywhere (:mod:`hyperphrase.meaning.parquet_file`).
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.request import KeptPhrases, parts
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError
from hyperphrase.meaning.parquet_file import Sink, VectorFile
from hyperphrase.meaning.phrase_meanings import Meanings
from hyperphrase.phrases.phrases import CHUNK, Phrases
from hyperphrase.untrusted.decompression import read_full

GROUP = 65_536  # rows of a row group


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


def write_meanings(kept: KeptPhrases, phrases: Phrases, meanings: Meanings, sink: Sink) -> int:
    """Write the file of meanings of a unit to ``sink``; returns the symbols of its phrases."""
    writer, symbols = MeaningsWriter(sink, meanings.dimensions), 0
    for part in parts(kept.seeds(), CHUNK):
        block = phrases.draw_reused(part)
        writer.write(part, meanings.of(block))
        symbols += len(block.ids)
    writer.close()
    return symbols


class _Layout:
    """A sink that notes what is written to it, part by part."""

    def __init__(self) -> None:
        self._parts: list[bytes | memoryview] = []

    def write(self, data: bytes | memoryview) -> None:
        self._parts.append(data)

    def taken(self) -> list[bytes | memoryview]:
        """Return what came since the last call."""
        parts, self._parts = self._parts, []
        return parts


def read_meanings(
    stream: BinaryIO, dimensions: int, shard: Shard, where: str
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int8]]]:
    """Yield (seeds, vectors) of a file of the dictionary, group by group: uint64, (n,), and int8, (n, d).

    The bytes are not trusted, and nothing of them is parsed: a file of so many rows as ``shard`` says has one layout.
    It is made here and compared, but for seeds and vectors themselves. Seeds ascend within those of the shard.
    ``where`` names the file in errors. Raises CorruptError.
    """
    layout = _Layout()
    file, least = VectorFile(layout, dimensions), shard.first_seed or 0
    _compare(stream, layout.taken(), where)
    for first in range(0, shard.phrases, GROUP):
        count = min(GROUP, shard.phrases - first)
        file.write(np.zeros(count, np.uint64), np.zeros((count, dimensions), np.int8))
        head, seed_bytes, *between, indices = layout.taken()
        _compare(stream, [head], where)
        seeds = np.frombuffer(_taken(stream, len(seed_bytes), where), "<u8").astype(np.uint64)
        _compare(stream, between, where)
        found = np.frombuffer(_taken(stream, len(indices), where), np.uint8)
        if seeds[0] < least or (seeds[1:] <= seeds[:-1]).any() or seeds[-1] > (shard.last_seed or 0):
            raise CorruptError(f"{where}: its seeds do not ascend within those of its shard")
        if found[count * dimensions :].any():
            raise CorruptError(f"{where}: is not laid out as a file of meanings is")
        vectors = (found[: count * dimensions] ^ np.uint8(0x80)).view(np.int8).reshape(count, dimensions)
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
