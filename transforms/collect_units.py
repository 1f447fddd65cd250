"""CollectUnits: what is known of each written unit, gathered in one place by way of many."""

from collections.abc import Iterable
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.shard_table import ROW, Shard, row_of

#: unit index, stop seed, shards (one for each output), dropped seeds (uint64, ascending, as bytes)
Unit = tuple[int, int, tuple[Shard, ...], bytes]
_END = np.dtype([("unit", "<u4"), ("stop_seed", "<u8")])
_Parts = tuple[list[bytes], list[bytes], list[tuple[int, bytes]]]  # ends, rows, dropped


@dataclass(frozen=True)
class Collected:
    """All units: where each ends (_END), the rows of its shards (ROW), and (index, its dropped seeds); in any order."""

    ends: bytes = b""
    rows: bytes = b""
    dropped: tuple[tuple[int, bytes], ...] = ()

    def indexes(self) -> NDArray[np.uint32]:
        """Return the indexes of the units, ascending."""
        return np.sort(np.frombuffer(self.ends, _END)["unit"])

    def stop_seed(self) -> int:
        """Return where the last unit ends."""
        return int(np.frombuffer(self.ends, _END)["stop_seed"].max())

    def sorted_rows(self) -> NDArray[np.void]:
        """Return the rows in the order of their outputs and units, shape (shards,); those of a unit stand together."""
        rows = np.frombuffer(self.rows, ROW)
        outputs = len(rows) // max(len(self.indexes()), 1)
        return rows[np.lexsort((rows["unit"], np.arange(len(rows)) % max(outputs, 1)))]

    def sorted_dropped(self) -> bytes:
        """Return the dropped seeds of all units, ascending."""
        return b"".join(seeds for _, seeds in sorted(self.dropped))


class CollectUnits(beam.PTransform):
    """PCollection[Unit] -> PCollection[Collected] of one element, none without units.

    12 bytes a unit, 44 an output of it, and the dropped seeds: rows are joined on each worker before they meet.
    """

    def expand(self, units: beam.PCollection) -> beam.PCollection:
        return units | "JoinRows" >> beam.CombineGlobally(_Join()).without_defaults()


class _Join(beam.CombineFn):
    """Accumulates lists of parts, joined where accumulators meet: adding to bytes would copy them each time."""

    def create_accumulator(self) -> _Parts:
        return [], [], []

    def add_input(self, accumulator: _Parts, unit: Unit) -> _Parts:
        index, stop_seed, shards, dropped = unit
        accumulator[0].append(np.array([(index, stop_seed)], _END).tobytes())
        accumulator[1].append(b"".join(row_of(index, shard) for shard in shards))
        if dropped:
            accumulator[2].append((index, dropped))
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[_Parts]) -> _Parts:
        parts = list(accumulators)
        ends = b"".join(some for part in parts for some in part[0])
        rows = b"".join(some for part in parts for some in part[1])
        return [ends], [rows], [some for part in parts for some in part[2]]

    def extract_output(self, accumulator: _Parts) -> Collected:
        ends, rows, dropped = accumulator
        return Collected(b"".join(ends), b"".join(rows), tuple(dropped))
