"""GeneratePhrases joins units with their drops and ends where the corpus ends."""

import apache_beam as beam
import numpy as np
import pytest

from hyperphrase.corpus.request import Extent
from transforms.generate_phrases import GeneratePhrases

DROPS = [(0, [99, 0]), (2, [5]), (0, [50]), (3, [1, 2])]


def kept(context, extent, units, drops, dedup=None):
    def build(pipeline):
        made = pipeline | "Units" >> beam.Create(units)
        dropped = pipeline | "Drops" >> beam.Create([(span, np.array(o, np.uint32).tobytes()) for span, o in drops])
        end = pipeline | "Extent" >> beam.Create([extent])
        own, between = dropped | beam.Partition(lambda drop, _: drop[0] % 2, 2)
        return (made, own, between) | GeneratePhrases(context.request, dedup, end)

    return build


@pytest.fixture
def units():
    return lambda context: [context.request.unit(i) for i in range(context.request.unit_count)]


@pytest.mark.parametrize("order", range(2))
def test_each_unit_keeps_what_is_not_dropped_in_any_order(outputs_of, context_of, units, shuffled, order):
    context = context_of((1000, 1400))
    build = kept(context, Extent(4, None, 394, short=False), shuffled(units(context), order), shuffled(DROPS, order))
    found = sorted(outputs_of(build), key=lambda part: part.unit.index)
    gone = [0, 50, 99, 205, 301, 302]
    assert [1000 + offset for offset in range(400) if offset not in gone] == [
        seed for part in found for seed in part.seeds().tolist()
    ]
    assert [1000 + offset for offset in gone] == [seed for part in found for seed in part.dropped_seeds().tolist()]
    assert [4] * 4 == [part.total for part in found]


@pytest.mark.parametrize("order", range(3))
def test_the_drops_of_a_span_reach_its_units(outputs_of, context_of, dedup_of, units, shuffled, order):
    context = context_of((1000, 1400))
    drops = [(0, [99, 0, 205]), (0, [50]), (1, [1, 2])]  # spans of three units: 1000..1299, 1300..1399
    extent, dedup = Extent(4, None, 394, short=False), dedup_of(context, span_units=3)
    found = outputs_of(kept(context, extent, shuffled(units(context), order), shuffled(drops, order), dedup))
    assert {0: [1000, 1050, 1099], 1: [], 2: [1205], 3: [1301, 1302]} == {
        part.unit.index: part.dropped_seeds().tolist() for part in found
    }
    assert 4 == len(found)


def test_the_last_unit_ends_after_its_last_kept_phrase(outputs_of, context_of, units):
    context = context_of((0, 400), phrases=204)
    build = kept(context, Extent(3, 7, 204, short=False), units(context), DROPS)
    found = sorted(outputs_of(build), key=lambda part: part.unit.index)
    assert [97, 100, 7] == [len(part.seeds()) for part in found]
    assert [100, 200, 208] == [part.stop_seed() for part in found]  # seed 205 was dropped
    assert [205] == found[-1].dropped_seeds().tolist()


def test_units_of_an_injective_law_are_kept_whole(outputs_of, context_of, units):
    context = context_of((0, 400))

    def build(pipeline):
        end = pipeline | "Extent" >> beam.Create([Extent(4, None, 400, short=False)])
        return (pipeline | beam.Create(units(context)),) | GeneratePhrases(context.request, None, end)

    assert list(range(400)) == sorted(seed for part in outputs_of(build) for seed in part.seeds().tolist())


def test_a_short_range_gives_nothing(outputs_of, context_of, units):
    context = context_of((0, 400), phrases=400)
    assert outputs_of(kept(context, Extent(0, None, 394, short=True), units(context), DROPS)) == []
