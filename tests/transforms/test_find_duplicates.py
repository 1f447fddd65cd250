"""FindDuplicates finds what other units gave first, in whatever order keys arrive."""

import dataclasses

import apache_beam as beam
import numpy as np
import pytest

from hyperphrase.deduplication.duplicates import distinct_in_span
from transforms.find_duplicates import FindDuplicates
from transforms.fingerprint_phrases import COUNTS, DROPS
from transforms.worker.key_runs import store_runs


@pytest.fixture
def keys_of(dedup_of):
    """Return the input of the transform and what the units drop themselves, by unit."""

    def make(context, fingerprint_bits, span_units=1):
        keys, own = [], {}
        dedup = dedup_of(context, fingerprint_bits, span_units)
        for index in range(-(-context.request.unit_count // span_units)):
            span = context.request.span(index, span_units)
            runs, dropped = distinct_in_span(context.phrases(), span, dedup)
            own[index] = dropped.tolist()
            keys += [(bucket, (index, run)) for bucket, run in store_runs(context, index, runs)]
        return keys, own, dedup

    return make


@pytest.mark.parametrize("span_units", [1, 4])
@pytest.mark.parametrize("order", range(2))
@pytest.mark.parametrize("fingerprint_bits", [64, 8])
def test_with_the_spans_own_duplicates_it_drops_what_a_set_drops(
    outputs_of, context_of, keys_of, later_seeds, shuffled, order, fingerprint_bits, span_units
):
    context = context_of()
    keys, own, dedup = keys_of(context, fingerprint_bits, span_units)
    arriving = shuffled(keys, order)
    for index, offsets in outputs_of(lambda p: (p | beam.Create(arriving) | FindDuplicates(context, dedup))[DROPS]):
        own[index] += np.frombuffer(offsets, np.uint32).tolist()
    spans = {index: np.array(sorted(offsets), np.uint32) for index, offsets in own.items()}
    assert later_seeds(context) == {
        unit: offsets.tolist()
        for index in spans
        for unit, offsets in context.request.by_unit(context.request.span(index, span_units), spans[index])
    }


@pytest.mark.parametrize("in_files", [False, True])
def test_every_key_is_counted_and_found_wherever_it_waits(outputs_of, context_of, keys_of, in_files):
    context = dataclasses.replace(context_of(), keys_in_files=in_files)
    keys, own, dedup = keys_of(context, 64)
    drops = outputs_of(lambda p: (p | beam.Create(keys) | FindDuplicates(context, dedup))[DROPS])
    counts = outputs_of(lambda p: (p | beam.Create(keys) | FindDuplicates(context, dedup))[COUNTS])
    assert 1000 == sum(seen for _, seen in counts) + sum(map(len, own.values()))
    assert sorted((unit, len(offsets) // 4) for unit, offsets in drops) == sorted(
        count for dropped, _ in counts for count in dropped.items()
    )
    elsewhere, _, _ = keys_of(dataclasses.replace(context, keys_in_files=False), 64)
    assert sorted(drops) == sorted(
        outputs_of(lambda p: (p | beam.Create(elsewhere) | FindDuplicates(context, dedup))[DROPS])
    )


def test_each_seed_is_dropped_once(outputs_of, context_of, keys_of):
    context = context_of()
    keys, own, dedup = keys_of(context, 64)
    found = outputs_of(lambda p: (p | beam.Create(keys) | FindDuplicates(context, dedup))[DROPS])
    seeds = [(index, offset) for index, data in found for offset in np.frombuffer(data, np.uint32).tolist()]
    seeds += [(index, offset) for index, offsets in own.items() for offset in offsets]
    assert len(seeds) == len(set(seeds))


def test_no_keys_no_duplicates(outputs_of, context_of, dedup_of):
    context = context_of()
    for tag in (DROPS, COUNTS):
        found = outputs_of(
            lambda p, tag=tag: (p | beam.Create([], reshuffle=False) | FindDuplicates(context, dedup_of(context)))[tag]
        )
        assert [] == found
