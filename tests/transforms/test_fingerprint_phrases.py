"""FingerprintPhrases gives sorted keys by bucket and a unit's own duplicates."""

import apache_beam as beam
import numpy as np
import pytest

from transforms.fingerprint_phrases import COUNTS, DROPS, KEYS, FingerprintPhrases


def tagged(tag, site, how):
    def build(pipeline):
        units = [site.request.unit(i) for i in range(site.request.unit_count)]
        return (pipeline | beam.Create(units) | FingerprintPhrases(site, how))[tag]

    return build


def test_keys_are_sorted_and_lie_in_their_bucket(outputs_of, site_of, how_of):
    site = site_of()
    how = how_of(site)
    for bucket, (unit, data) in outputs_of(tagged(KEYS, site, how)):
        keys = np.frombuffer(data, np.uint64)
        assert 0 <= unit < 10
        assert np.all(keys[1:] > keys[:-1])
        assert {bucket} == set((keys >> np.uint64(62)).tolist())


def test_keys_and_drops_of_a_unit_are_all_its_seeds(outputs_of, site_of, how_of):
    site = site_of((0, 950))
    how = how_of(site)
    offsets = {unit: [] for unit in range(10)}
    for _, (unit, data) in outputs_of(tagged(KEYS, site, how)):
        offsets[unit] += (np.frombuffer(data, np.uint64) & np.uint64(127)).tolist()
    for unit, data in outputs_of(tagged(DROPS, site, how)):
        offsets[unit] += np.frombuffer(data, np.uint32).tolist()
    assert {unit: list(range(50 if unit == 9 else 100)) for unit in range(10)} == {
        unit: sorted(found) for unit, found in offsets.items()
    }


@pytest.mark.parametrize("fingerprint_bits", [64, 8])
def test_a_unit_of_the_whole_range_drops_what_a_set_drops(outputs_of, site_of, how_of, later_seeds, fingerprint_bits):
    site = site_of(per_shard=1024)
    ((unit, data),) = outputs_of(tagged(DROPS, site, how_of(site, fingerprint_bits)))
    assert later_seeds(site) == {unit: np.frombuffer(data, np.uint32).tolist()}
    assert [(unit, len(data) // 4, len(data) // 4)] == outputs_of(tagged(COUNTS, site, how_of(site, fingerprint_bits)))


def test_a_unit_without_duplicates_drops_nothing(outputs_of, site_of, how_of):
    site = site_of(sampler="uniform", lengths="fixed:length=64")
    assert outputs_of(tagged(DROPS, site, how_of(site))) == []
