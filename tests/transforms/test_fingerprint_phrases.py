"""FingerprintPhrases gives sorted keys by bucket and a unit's own duplicates."""

import apache_beam as beam
import numpy as np
import pytest

from hyperphrase.deduplication.fingerprints import fingerprints
from transforms.fingerprint_phrases import COUNTS, DROPS, KEYS, FingerprintPhrases


def tagged(tag, context, dedup):
    def build(pipeline):
        units = [context.request.unit(i) for i in range(context.request.unit_count)]
        return (pipeline | beam.Create(units) | FingerprintPhrases(context, dedup))[tag]

    return build


@pytest.mark.parametrize("span_units", [1, 3])
def test_keys_are_sorted_and_lie_in_the_bucket_of_their_fingerprint(outputs_of, context_of, dedup_of, span_units):
    context = context_of()
    dedup = dedup_of(context, span_units=span_units)
    spans = set()
    for bucket, (index, data) in outputs_of(tagged(KEYS, context, dedup)):
        keys = np.frombuffer(data, np.uint64)
        assert np.all(keys[1:] > keys[:-1])
        seeds = (keys & dedup.offset_mask) + np.uint64(context.request.span(index, span_units).first_seed)
        assert {bucket} == set((fingerprints(context.phrases(), seeds, dedup.prefix) >> np.uint64(62)).tolist())
        spans.add(index)
    assert set(range(-(-10 // span_units))) == spans


@pytest.mark.parametrize("span_units", [1, 4, 10])
def test_keys_and_drops_are_all_seeds(outputs_of, context_of, dedup_of, span_units):
    context = context_of((0, 950))
    dedup = dedup_of(context, span_units=span_units)
    seeds = []
    for _, (index, data) in outputs_of(tagged(KEYS, context, dedup)):
        offsets = np.frombuffer(data, np.uint64) & dedup.offset_mask
        seeds += (offsets.astype(int) + index * span_units * 100).tolist()
    for span, data in outputs_of(tagged(DROPS, context, dedup)):
        seeds += (np.frombuffer(data, np.uint32).astype(int) + span * span_units * 100).tolist()
    assert list(range(950)) == sorted(seeds)


@pytest.mark.parametrize("fingerprint_bits", [64, 8])
def test_a_unit_of_the_whole_range_drops_what_a_set_drops(
    outputs_of, context_of, dedup_of, later_seeds, fingerprint_bits
):
    context = context_of(per_shard=1024)
    ((unit, data),) = outputs_of(tagged(DROPS, context, dedup_of(context, fingerprint_bits)))
    assert later_seeds(context) == {unit: np.frombuffer(data, np.uint32).tolist()}
    assert [({unit: len(data) // 4}, len(data) // 4)] == outputs_of(
        tagged(COUNTS, context, dedup_of(context, fingerprint_bits))
    )


def test_a_unit_without_duplicates_drops_nothing(outputs_of, context_of, dedup_of):
    context = context_of(law="uniform", lengths="fixed:length=64")
    assert outputs_of(tagged(DROPS, context, dedup_of(context))) == []
