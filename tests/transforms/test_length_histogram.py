"""LengthHistogram adds up what units counted, in any order."""

import apache_beam as beam
import pytest

from hyperphrase.corpus.statistics import RANK_BINS, Statistics
from transforms.length_histogram import LengthHistogram
from transforms.write_shards import WrittenUnit


def ranks(**bins):
    return tuple(bins.get(f"b{i}", 0) for i in range(RANK_BINS))


UNITS = [
    WrittenUnit(0, 10, (), b"", Statistics({3: 2, 10: 1}, ranks(b0=10, b4=6))),
    WrittenUnit(1, 20, (), b"", Statistics({1: 5}, ranks(b0=1, b20=4))),
    WrittenUnit(2, 30, (), b"", Statistics({}, ranks())),
    WrittenUnit(3, 40, (), b"", Statistics({10: 4}, ranks(b4=40))),
]


@pytest.mark.parametrize("order", range(2))
def test_counts_of_units_add_up(outputs_of, shuffled, order):
    arriving = shuffled(UNITS, order)
    (total,) = outputs_of(lambda p: p | beam.Create(arriving) | LengthHistogram())
    assert Statistics({1: 5, 3: 2, 10: 5}, ranks(b0=11, b4=46, b20=4)) == total
    assert [1, 3, 10] == list(total.lengths)


def test_no_unit_counts_nothing(outputs_of):
    assert [] == outputs_of(lambda p: p | beam.Create([], reshuffle=False) | LengthHistogram())
