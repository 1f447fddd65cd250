"""FindDuplicates finds what other units gave first, in whatever order keys arrive."""

import apache_beam as beam
import numpy as np
import pytest

from hyperphrase.duplicates import distinct_in_unit, split_into_buckets
from transforms.find_duplicates import FindDuplicates


@pytest.fixture
def keys_of(how_of):
    """Return the input of the transform and what the units drop themselves, by unit."""

    def make(site, fingerprint_bits):
        keys, own = [], {}
        how = how_of(site, fingerprint_bits)
        for index in range(site.request.unit_count):
            distinct, dropped = distinct_in_unit(site.phrases(), site.request.unit(index), how)
            own[index] = dropped.tolist()
            keys += [(bucket, (index, part)) for bucket, part in split_into_buckets(distinct, how)]
        return keys, own, how

    return make


@pytest.mark.parametrize("order", range(2))
@pytest.mark.parametrize("fingerprint_bits", [64, 8])
def test_with_the_units_own_duplicates_it_drops_what_a_set_drops(
    outputs_of, site_of, keys_of, later_seeds, shuffled, order, fingerprint_bits
):
    site = site_of()
    keys, own, how = keys_of(site, fingerprint_bits)
    arriving = shuffled(keys, order)
    for index, offsets in outputs_of(lambda p: p | beam.Create(arriving) | FindDuplicates(site, how)):
        own[index] += np.frombuffer(offsets, np.uint32).tolist()
    assert later_seeds(site) == {index: sorted(offsets) for index, offsets in own.items() if offsets}


def test_each_seed_is_dropped_once(outputs_of, site_of, keys_of):
    site = site_of()
    keys, own, how = keys_of(site, 64)
    found = outputs_of(lambda p: p | beam.Create(keys) | FindDuplicates(site, how))
    seeds = [(index, offset) for index, data in found for offset in np.frombuffer(data, np.uint32).tolist()]
    seeds += [(index, offset) for index, offsets in own.items() for offset in offsets]
    assert len(seeds) == len(set(seeds))


def test_no_keys_no_duplicates(outputs_of, site_of, how_of):
    site = site_of()
    assert outputs_of(lambda p: p | beam.Create([], reshuffle=False) | FindDuplicates(site, how_of(site))) == []
