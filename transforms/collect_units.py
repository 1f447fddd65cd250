"""CollectUnits: combine the records of all written units into one element."""

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
    """All units, in any order: their stop seeds (_END), the rows of their shards (ROW), (index, dropped seeds)."""

    ends: bytes = b""
    rows: bytes = b""
    dropped: tuple[tuple[int, bytes], ...] = ()

    def indexes(self) -> NDArray[np.uint32]:
        """Return the indexes of the units, ascending."""
        return np.sort(np.frombuffer(self.ends, _END)["unit"])

    def stop_seed(self) -> int:
        """Return the stop seed of the last unit."""
        return int(np.frombuffer(self.ends, _END)["stop_seed"].max())

    def sorted_rows(self) -> NDArray[np.void]:
        """Return the rows sorted by output, then by unit, shape (shards,); ``rows`` has those of a unit together."""
        rows = np.frombuffer(self.rows, ROW)
        outputs = len(rows) // max(len(self.indexes()), 1)
        return rows[np.lexsort((rows["unit"], np.arange(len(rows)) % max(outputs, 1)))]

    def sorted_dropped(self) -> bytes:
        """Return the dropped seeds of all units, ascending."""
        return b"".join(seeds for _, seeds in sorted(self.dropped))


class CollectUnits(beam.PTransform):
    """PCollection[Unit] -> PCollection[Collected] of one element; empty if there are no units.

    It holds 12 bytes per unit, 44 per unit and output, and the dropped seeds. Each worker joins its rows before the
    results are merged.
    """

    def expand(self, units: beam.PCollection) -> beam.PCollection:
        return units | "JoinRows" >> beam.CombineGlobally(_Join()).without_defaults()


class _Join(beam.CombineFn):
    """Accumulates lists of parts and joins them when accumulators merge: appending to bytes would copy each time."""

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
        ends = b"".join(data for part in parts for data in part[0])
        rows = b"".join(data for part in parts for data in part[1])
        return [ends], [rows], [dropped for part in parts for dropped in part[2]]

    def extract_output(self, accumulator: _Parts) -> Collected:
        ends, rows, dropped = accumulator
        return Collected(b"".join(ends), b"".join(rows), tuple(dropped))
