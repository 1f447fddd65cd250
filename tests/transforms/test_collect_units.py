"""CollectUnits brings the rows of all units together, in whatever order they come."""

import apache_beam as beam
import numpy as np
import pytest

from hyperphrase.corpus.shard_table import Shard
from transforms.collect_units import Collected, CollectUnits

UNITS = [
    (
        index,
        10 * index + 10,
        tuple(Shard("", 9, 90, 1000 * output + index, 7, 10 * index, 10 * index + 8) for output in (1, 2)),
        np.array([10 * index + 9], "<u8").tobytes() if index % 2 else b"",
    )
    for index in range(40)
]  # fmt: skip


@pytest.mark.parametrize("order", range(3))
def test_rows_and_dropped_seeds_are_sorted(outputs_of, shuffled, order):
    units = [(i, stop, shards, dropped) for i, stop, shards, dropped in shuffled(UNITS, order)]
    (found,) = outputs_of(lambda p: p | beam.Create(units) | CollectUnits())
    assert list(range(40)) == found.indexes().tolist()
    assert 400 == found.stop_seed()
    assert [shards[output].bytes for output in (0, 1) for _, _, shards, _ in UNITS] == found.sorted_rows()[
        "bytes"
    ].tolist()
    assert list(range(19, 400, 20)) == np.frombuffer(found.sorted_dropped(), "<u8").tolist()


def test_units_without_outputs_are_counted(outputs_of):
    (found,) = outputs_of(lambda p: p | beam.Create([(1, 20, (), b""), (0, 10, (), b"")]) | CollectUnits())
    assert ([0, 1], 20, 0) == (found.indexes().tolist(), found.stop_seed(), len(found.sorted_rows()))


def test_no_units_nothing_to_collect(outputs_of):
    assert [] == outputs_of(lambda p: p | beam.Create([], reshuffle=False) | CollectUnits())
    assert [] == Collected().indexes().tolist()
