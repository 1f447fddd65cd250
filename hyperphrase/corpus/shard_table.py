"""The description of each output file: an object, or a row of a table if there are many."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.limits import MAX_LENGTH, MAX_UNIT, SEED_STOP
from hyperphrase.untrusted.json_values import short_text, whole


@dataclass(frozen=True)
class Shard:
    """One output file.

    first_seed, last_seed: the seeds of its first and last phrase, None in an empty shard. bytes: its size. crc32c: the
    CRC32C of the whole file.
    """

    name: str
    phrases: int
    symbols: int
    bytes: int
    crc32c: int
    first_seed: int | None
    last_seed: int | None


def shard_of(raw: Any) -> Shard:
    """Return the shard that untrusted JSON describes. Every value is validated, but the name only as a short text.

    Raises InputError, KeyError or TypeError.
    """
    name, phrases = short_text(raw["name"]), whole(raw["phrases"], 0, MAX_UNIT)
    ends = [whole(raw[end], 0, SEED_STOP) if phrases else raw[end] for end in ("first_seed", "last_seed")]
    if not phrases and ends != [None, None]:
        raise InputError(f"{name} is empty but has seeds")
    symbols = whole(raw["symbols"], phrases, phrases * MAX_LENGTH)
    return Shard(name, phrases, symbols, whole(raw["bytes"], 0, SEED_STOP), whole(raw["crc32c"], 0, 2**32 - 1), *ends)


#: A shard without its name, 44 bytes. first_seed, last_seed: -1 in an empty shard.
ROW = np.dtype(
    [("phrases", "<u4"), ("symbols", "<u8"), ("bytes", "<u8"), ("first_seed", "<i8"), ("last_seed", "<i8"),
     ("crc32c", "<u4"), ("unit", "<u4")]
)  # fmt: skip


def row_of(unit: int, shard: Shard) -> bytes:
    """Return ``shard``, of unit number ``unit``, as the bytes of a row."""
    first, last = (-1 if end is None else end for end in (shard.first_seed, shard.last_seed))
    fields = (shard.phrases, shard.symbols, shard.bytes, first, last, shard.crc32c, unit)
    return np.array([fields], ROW).tobytes()


class ShardTable(Sequence[Shard]):
    """A sequence of shards, by output and then by unit; each Shard object is made on access."""

    def __init__(self, rows: NDArray[Any], name: Callable[[int], str]) -> None:
        """rows: an array of type ROW. name: returns the name of the shard at a place."""
        self.rows, self._name = rows, name

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Shard: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Shard]: ...
    def __getitem__(self, place: int | slice) -> Shard | Sequence[Shard]:
        places = range(len(self.rows))[place]
        if isinstance(places, int):
            return self._shard(places, self.rows[places].tolist())
        return ShardTable(self.rows[place], lambda i: self._name(places[i]))

    def __iter__(self) -> Iterator[Shard]:
        for start in range(0, len(self.rows), 4096):
            for i, row in enumerate(self.rows[start : start + 4096].tolist(), start):
                yield self._shard(i, row)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def _shard(self, place: int, row: tuple[int, ...]) -> Shard:
        phrases, symbols, size, first, last, crc32c, _ = row
        ends = (first, last) if phrases else (None, None)
        return Shard(self._name(place), phrases, symbols, size, crc32c, *ends)

    def dumps(self) -> bytes:
        """Return the table as a ``.npy`` file: the same bytes on every machine."""
        return _header(len(self.rows)) + self.rows.tobytes()


def loads(data: bytes, count: int, name: Callable[[int], str], units: int, where: str) -> ShardTable:
    """Return the table of ``count`` rows in the bytes of a ``.npy`` file, every row validated. Raises CorruptError.

    The bytes are untrusted: the header is compared with the expected one, not parsed, and nothing is unpickled.
    """
    header = _header(count)
    if len(data) != len(header) + count * ROW.itemsize or not data.startswith(header):
        raise CorruptError(f"{where}: is not the table of {count} shards that the manifest lists")
    rows = np.frombuffer(data, ROW, count, len(header))
    phrases, symbols = rows["phrases"].astype(np.uint64), rows["symbols"]
    first, last = rows["first_seed"], rows["last_seed"]
    inhabited = phrases > 0
    right = (phrases <= MAX_UNIT) & (symbols >= phrases) & (symbols <= phrases * np.uint64(MAX_LENGTH))
    right &= (rows["bytes"] <= np.uint64(SEED_STOP)) & (rows["unit"] == np.arange(count) % units)
    right &= np.where(inhabited, (first >= 0) & (last >= first), (first == -1) & (last == -1))
    if not right.all():
        raise CorruptError(f"{where}: row {int(np.argmin(right))} is not a valid shard")
    return ShardTable(rows, name)


def bytes_in(shards: Sequence[Shard]) -> int:
    """Return the total size of ``shards`` in bytes."""
    return int(column(shards, "bytes").sum())


def phrases_in(shards: Sequence[Shard]) -> int:
    """Return the total number of phrases in ``shards``."""
    return int(column(shards, "phrases").sum())


def column(shards: Sequence[Shard], name: str) -> NDArray[np.int64]:
    """Return ``phrases``, ``symbols`` or ``bytes`` of each of ``shards``: int64, (n,)."""
    if isinstance(shards, ShardTable):
        return shards.rows[name].astype(np.int64)
    return np.array([getattr(shard, name) for shard in shards], np.int64)


def _header(count: int) -> bytes:
    stream = io.BytesIO()
    fields = {"descr": np.lib.format.dtype_to_descr(ROW), "fortran_order": False, "shape": (count,)}
    np.lib.format.write_array_header_1_0(stream, fields)
    return stream.getvalue()
