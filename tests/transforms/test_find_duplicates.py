"""FindDuplicates finds what other units gave first, in whatever order keys arrive."""

import dataclasses

import apache_beam as beam
import numpy as np
import pytest

from hyperphrase.duplicates import distinct_in_span
from transforms.find_duplicates import FindDuplicates
from transforms.fingerprint_phrases import COUNTS, DROPS
from transforms.key_runs import put_runs


@pytest.fixture
def keys_of(how_of):
    """Return the input of the transform and what the units drop themselves, by unit."""

    def make(site, fingerprint_bits, span_units=1):
        keys, own = [], {}
        how = how_of(site, fingerprint_bits, span_units)
        for index in range(-(-site.request.unit_count // span_units)):
            span = site.request.span(index, span_units)
            runs, dropped = distinct_in_span(site.phrases(), span, how)
            own[index] = dropped.tolist()
            keys += [(bucket, (index, run)) for bucket, run in put_runs(site, index, runs)]
        return keys, own, how

    return make


@pytest.mark.parametrize("span_units", [1, 4])
@pytest.mark.parametrize("order", range(2))
@pytest.mark.parametrize("fingerprint_bits", [64, 8])
def test_with_the_spans_own_duplicates_it_drops_what_a_set_drops(
    outputs_of, site_of, keys_of, later_seeds, shuffled, order, fingerprint_bits, span_units
):
    site = site_of()
    keys, own, how = keys_of(site, fingerprint_bits, span_units)
    arriving = shuffled(keys, order)
    for index, offsets in outputs_of(lambda p: (p | beam.Create(arriving) | FindDuplicates(site, how))[DROPS]):
        own[index] += np.frombuffer(offsets, np.uint32).tolist()
    spans = {index: np.array(sorted(offsets), np.uint32) for index, offsets in own.items()}
    assert later_seeds(site) == {
        unit: offsets.tolist()
        for index in spans
        for unit, offsets in site.request.by_unit(site.request.span(index, span_units), spans[index])
    }


@pytest.mark.parametrize("in_files", [False, True])
def test_every_key_is_counted_and_found_wherever_it_waits(outputs_of, site_of, keys_of, in_files):
    site = dataclasses.replace(site_of(), keys_in_files=in_files)
    keys, own, how = keys_of(site, 64)
    drops = outputs_of(lambda p: (p | beam.Create(keys) | FindDuplicates(site, how))[DROPS])
    counts = outputs_of(lambda p: (p | beam.Create(keys) | FindDuplicates(site, how))[COUNTS])
    assert 1000 == sum(seen for _, seen in counts) + sum(map(len, own.values()))
    assert sorted((unit, len(offsets) // 4) for unit, offsets in drops) == sorted(
        count for dropped, _ in counts for count in dropped.items()
    )
    elsewhere, _, _ = keys_of(dataclasses.replace(site, keys_in_files=False), 64)
    assert sorted(drops) == sorted(
        outputs_of(lambda p: (p | beam.Create(elsewhere) | FindDuplicates(site, how))[DROPS])
    )


def test_each_seed_is_dropped_once(outputs_of, site_of, keys_of):
    site = site_of()
    keys, own, how = keys_of(site, 64)
    found = outputs_of(lambda p: (p | beam.Create(keys) | FindDuplicates(site, how))[DROPS])
    seeds = [(index, offset) for index, data in found for offset in np.frombuffer(data, np.uint32).tolist()]
    seeds += [(index, offset) for index, offsets in own.items() for offset in offsets]
    assert len(seeds) == len(set(seeds))


def test_no_keys_no_duplicates(outputs_of, site_of, how_of):
    site = site_of()
    for tag in (DROPS, COUNTS):
        found = outputs_of(lambda p: (p | beam.Create([], reshuffle=False) | FindDuplicates(site, how_of(site)))[tag])  # noqa: B023  # called at once
        assert [] == found
