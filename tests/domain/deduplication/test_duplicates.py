"""Exact deduplication against a brute-force set: exactly once, exactly unique, whatever the settings (law 3)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.deduplication import duplicates
from hyperphrase.deduplication.duplicates import (
    Deduplication,
    distinct_in_span,
    duplicates_in_bucket,
    later_equals,
    same_phrases,
)
from hyperphrase.deduplication.fingerprints import WHOLE
from hyperphrase.phrases.phrases import WorkUnit, seed_range

RANDOM = st.randoms(use_true_random=False)


def units_of(first, stop, size):
    return [WorkUnit(i, start, min(start + size, stop)) for i, start in enumerate(range(first, stop, size))]


def kept_by_pipeline(phrases, units, dedup, random=None):
    """Do as the Beam pipeline does, in plain loops; ``random`` delivers everything in any order."""
    drops = {unit: [] for unit in units}
    buckets = {}
    for unit in random.sample(units, len(units)) if random else units:
        runs, offsets = distinct_in_span(phrases, unit, dedup)
        drops[unit] += offsets.tolist()
        for bucket, keys in runs:
            buckets.setdefault(bucket, []).append((unit, keys.tobytes()))
    for parts in buckets.values():
        if random:
            random.shuffle(parts)
        for unit, offsets in duplicates_in_bucket(phrases, parts, dedup):
            assert np.uint32 == offsets.dtype
            assert sorted(offsets.tolist()) == offsets.tolist()
            drops[unit] += offsets.tolist()
    assert all(len(set(offsets)) == len(offsets) for offsets in drops.values())  # no seed is dropped twice
    return [seed for unit in units for seed in kept_seeds(unit, set(drops[unit]))]


def kept_seeds(unit, dropped):
    assert all(offset < len(unit) for offset in dropped)
    return [unit.first_seed + offset for offset in range(len(unit)) if offset not in dropped]


def kept_by_brute_force(phrase_tuples, phrases, first, stop):
    lowest = {}
    for seed, phrase in zip(range(first, stop), phrase_tuples(phrases, seed_range(first, stop)), strict=True):
        lowest.setdefault(phrase, seed)
    return list(lowest.values())


SPACES = st.tuples(
    st.sampled_from(["uniform", "zipf:s=1.0", "zipf:s=3.0", "zipf:s=20.0", "lexicon"]),
    st.sampled_from(["fixed:length=1", "uniform:min=1,max=4", "geometric:min=1,max=40,p=0.5", "uniform:min=3,max=9"]),
    st.sampled_from([2, 5, 16, 1000]),
    st.integers(0, 3),
)


@settings(max_examples=150)
@given(
    space=SPACES,
    first=st.sampled_from([0, 1, 12_345, 2**62, 2**63 - 700]),
    draws=st.integers(1, 600),
    size=st.integers(1, 300),
    prefix=st.sampled_from([1, 2, 3, WHOLE]),
    spare_bits=st.integers(0, 8),
    bucket_bits=st.integers(0, 5),
    fingerprint_bits=st.sampled_from([1, 8, 64]),
    random=RANDOM,
)
def test_each_phrase_is_kept_once_by_its_lowest_seed(
    phrases_of, phrase_tuples, space, first, draws, size, prefix, spare_bits, bucket_bits, fingerprint_bits, random
):
    phrases = phrases_of(*space)
    dedup = Deduplication(prefix, (size - 1).bit_length() + spare_bits, bucket_bits, 1, fingerprint_bits)
    kept = kept_by_pipeline(phrases, units_of(first, first + draws, size), dedup, random)
    assert kept_by_brute_force(phrase_tuples, phrases, first, first + draws) == kept


@pytest.mark.parametrize(
    ("size", "prefix", "bucket_bits", "fingerprint_bits"),
    [(100_000, WHOLE, 0, 64), (8192, 2, 4, 64), (999, 3, 6, 64), (8192, 2, 4, 8)],
)
def test_780_phrases_of_five_words_survive_100_000_draws(
    phrases_of, phrase_tuples, size, prefix, bucket_bits, fingerprint_bits
):
    """There are 5 + 25 + 125 + 625 of them, and each comes."""
    phrases = phrases_of("uniform", "uniform:min=1,max=4", 5)
    dedup = Deduplication(prefix, 17, bucket_bits, 1, fingerprint_bits)
    kept = kept_by_pipeline(phrases, units_of(0, 100_000, size), dedup)
    assert len(kept) == 780
    assert kept_by_brute_force(phrase_tuples, phrases, 0, 100_000) == kept


def test_nothing_is_dropped_where_nothing_repeats(phrases_of):
    phrases = phrases_of("uniform", "fixed:length=20", 250_000)
    dedup = Deduplication(6, 12, 3)
    assert list(range(10_000)) == kept_by_pipeline(phrases, units_of(0, 10_000, 4096), dedup)


def test_equal_hashes_alone_drop_nothing(phrases_of, monkeypatch):
    """All phrases share one fingerprint and one whole hash; only comparing them can tell them apart."""
    monkeypatch.setattr(duplicates, "fingerprints", lambda phrases, seeds, *_, **__: np.zeros(len(seeds), np.uint64))
    phrases = phrases_of("uniform", "fixed:length=20", 250_000)
    assert list(range(60)) == kept_by_pipeline(phrases, units_of(0, 60, 25), Deduplication(6, 5, 2))


def test_a_phrase_is_dropped_where_another_unit_has_an_earlier_seed(phrases_of, phrase_tuples):
    phrases = phrases_of("uniform", "fixed:length=1", 2)
    dedup = Deduplication(WHOLE, 4, 0)
    units = units_of(0, 48, 16)
    parts = [(unit, keys.tobytes()) for unit in units for _, keys in distinct_in_span(phrases, unit, dedup)[0]]
    assert [len(part) // 8 for _, part in parts] == [2, 2, 2]  # each unit knows its two phrases once
    assert units[1:] == [unit for unit, _ in duplicates_in_bucket(phrases, reversed(parts), dedup)]


@given(st.integers(0, 7), st.integers(6, 20), st.lists(st.integers(0, 2**64 - 1), max_size=60))
def test_a_bucket_and_a_key_in_it_hold_the_bits_of_the_fingerprint_and_the_offset(bucket_bits, offset_bits, values):
    dedup = Deduplication(1, offset_bits, bucket_bits)
    keys, bounds = duplicates._in_buckets(np.array(values, np.uint64), dedup)
    read = []
    for bucket in range(1 << bucket_bits):
        for key in keys[bounds[bucket] : bounds[bucket + 1]].tolist():
            fingerprint = bucket << (64 - bucket_bits) | key >> offset_bits << offset_bits >> bucket_bits
            read.append((key & int(dedup.offset_mask), fingerprint))
    lost = 64 - dedup.width
    assert [(i, value >> lost << lost) for i, value in enumerate(values)] == sorted(read)


@given(
    st.integers(1, 9), st.integers(1, 5), st.integers(0, 6), st.sets(st.integers(0, 44), max_size=20), st.integers(0, 9)
)
def test_offsets_in_a_span_are_those_of_its_units(per_shard, units, index, offsets, first_seed):
    request = CorpusRequest(None, first_seed, first_seed + 1000, None, per_shard, ())
    span = request.span(index, units)
    inside = sorted(offset for offset in offsets if offset < len(span))
    found = list(request.by_unit(span, np.array(inside, np.uint32)))
    assert [span.first_seed + offset for offset in inside] == [
        request.unit(unit).first_seed + offset for unit, part in found for offset in part.tolist()
    ]
    assert all(len(part) and np.uint32 == part.dtype and max(part) < per_shard for _, part in found)
    assert sorted({unit for unit, _ in found}) == [unit for unit, _ in found]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(0, 3), RANDOM)
def test_later_equals_looks_inside_groups_only(phrases_of, phrase_tuples, seeds, groups, random):
    phrases = phrases_of("uniform", "uniform:min=1,max=2", 3)
    seeds = sorted(set(seeds), key=lambda _: random.random())
    group = [random.randint(0, groups) for _ in seeds]
    phrase = phrase_tuples(phrases, seeds)
    expected = [
        any(group[j] == group[i] and phrase[j] == phrase[i] and seeds[j] < seeds[i] for j in range(len(seeds)))
        for i in range(len(seeds))
    ]
    for bits in (1, 64):
        drop = later_equals(
            phrases, np.array(group, np.uint64), np.array(seeds, np.uint64), Deduplication(1, 6, 0, 1, bits)
        )
        assert expected == drop.tolist()


def test_same_phrases_compares_length_and_every_symbol(phrases_of, phrase_tuples):
    phrases = phrases_of("uniform", "uniform:min=1,max=3", 2)
    seeds = range(70)
    left = np.repeat(np.array(seeds, np.uint64), 70)
    right = np.tile(np.array(seeds, np.uint64), 70)  # 4,900 pairs: more than one chunk
    read = phrase_tuples(phrases, seeds)
    assert [a == b for a in read for b in read] == same_phrases(phrases, left, right).tolist()


@pytest.mark.parametrize(("bits", "expected"), [(64, 2**64 - 1), (8, 0xFF << 56), (1, 1 << 63)])
def test_narrow_fingerprints_keep_their_top_bits(bits, expected):
    ones = np.array([2**64 - 1], np.uint64)
    assert [expected] == Deduplication(1, 1, 0, 1, bits).keep_bits(ones).tolist()
