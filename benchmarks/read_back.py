"""Read back what the peers wrote, by other code than wrote it, in blocks of (ids, offsets).

ids: unsigned, shape (symbols,). offsets: int64, shape (phrases + 1,); phrase i is ``ids[offsets[i]:offsets[i + 1]]``.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Block = tuple[NDArray[Any], NDArray[np.int64]]
Reader = Callable[[Path], Iterator[Block]]
_BATCH = 10_000  # phrases


def read_parquet(folder: Path) -> Iterator[Block]:
    """Yield the column ``ids`` of the folder's Parquet files."""
    import pyarrow.parquet

    for path in sorted(folder.glob("*.parquet")):
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH, columns=["ids"]):
                offsets = batch.column("ids").offsets.to_numpy().astype(np.int64)
                yield batch.column("ids").flatten().to_numpy(), offsets - offsets[0]


def read_avro(folder: Path) -> Iterator[Block]:
    """Yield field ``ids`` of the records of the folder's Avro files."""
    import fastavro

    for path in sorted(folder.glob("*.avro")):
        with path.open("rb") as stream:
            yield from _blocks(np.array(record["ids"], np.uint32) for record in fastavro.reader(stream))


def read_text(folder: Path) -> Iterator[Block]:
    """Yield the lines of numbers of the folder's text files."""
    for path in sorted(folder.glob("*.txt")):
        with path.open(encoding="ascii") as stream:
            yield from _blocks(np.array(line.split(), np.uint32) for line in stream)


def read_tfrecord(folder: Path) -> Iterator[Block]:
    """Yield feature ``input_ids`` of the Examples of the folder's TFRecord files; checksums are not looked at."""
    for path in sorted(folder.glob("*.tfrecord")):
        yield from _blocks(phrases_in(path))


def phrases_in(path: Path) -> Iterator[NDArray[np.int64]]:
    """Yield feature ``input_ids`` of each Example of a TFRecord file."""
    return (unpacked(_packed_ids(record)) for record in records(path))


def records(path: Path) -> Iterator[memoryview]:
    """Yield the records of a TFRecord file, without their frames."""
    data, at = memoryview(path.read_bytes()), 0
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        if at + size + 16 > len(data):
            raise ValueError(f"{path.name}: its last record is cut off")
        yield data[at + 12 : at + 12 + size]
        at += size + 16


def count_records(path: Path) -> int:
    """Return the number of records of a TFRecord file. Raises ValueError if the last one is cut off."""
    return sum(1 for _ in records(path))


def unpacked(packed: bytes | memoryview) -> NDArray[np.int64]:
    """Return the numbers of ``packed`` varints."""
    octets = np.frombuffer(packed, np.uint8)
    last = np.flatnonzero(octets < 0x80)  # of each number
    first = np.append(0, last[:-1] + 1)
    shift = np.arange(len(octets)) - np.repeat(first, last - first + 1)
    return np.add.reduceat((octets & 0x7F).astype(np.int64) << (7 * shift), first)


def _packed_ids(record: memoryview) -> memoryview:
    """Return the packed varints of the one feature of an Example, which must be ``input_ids``."""
    entry = _fields(_fields(_fields(record)[0])[0])
    if bytes(entry[0]) != b"input_ids":
        raise ValueError("a record is not an Example with input_ids")
    return _fields(_fields(entry[1])[0])[0]


def _fields(message: memoryview) -> list[memoryview]:
    """Return the contents of the length-delimited fields that make up a Protocol Buffers message."""
    found, at = [], 0
    while at < len(message):
        size, shift, more = 0, 0, True
        while more:
            at += 1
            size |= (message[at] & 0x7F) << shift
            shift, more = shift + 7, message[at] > 0x7F
        found.append(message[at + 1 : at + 1 + size])
        at += 1 + size
    return found


def _blocks(phrases: Iterable[NDArray[Any]]) -> Iterator[Block]:
    rest = iter(phrases)
    while some := list(islice(rest, _BATCH)):
        offsets = np.zeros(len(some) + 1, np.int64)
        np.cumsum([len(ids) for ids in some], out=offsets[1:])
        yield np.concatenate(some), offsets
