"""The arithmetic of plan: files, shuffle, memory, against numbers worked out by hand and against real units."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span
from hyperphrase.deduplication.fingerprints import fingerprints
from hyperphrase.phrases.phrases import seed_range
from hyperphrase.planning.machines import Machine
from hyperphrase.planning.work import ELEMENT_BYTES, Work, highest_of, memory, shuffle, work_of
from hyperphrase.space.phrase_space import Space

DEDUP = Deduplication(prefix=10, offset_bits=18, bucket_bits=6, span_units=1)
BILLION = Work(10**9, 10**9, 10**9, 0.0, 1 << 18, 100.0, (236.0,), 0.0, 0.0, DEDUP)
MACHINE = Machine("test", 4, 16e9, 1e9, "a test")


def test_units_and_spans_of_a_billion():
    assert (3815, 3815, 1 << 18, 3815) == (BILLION.units, BILLION.shards, BILLION.span, BILLION.spans)
    wide = replace(BILLION, dedup=replace(DEDUP, span_units=4), bytes_a_phrase=(236.0, 100.0))
    assert (3815, 7630, 1 << 20, 954) == (wide.units, wide.shards, wide.span, wide.spans)


def test_the_shuffle_of_a_billion():
    sent = shuffle(BILLION)
    assert (64, 10**9 / 64) == (sent.buckets, sent.mean)
    assert 3815 * 64 == sent.elements
    assert 8 * 10**9 + ELEMENT_BYTES * 3815 * 64 == sent.bytes
    assert 10**18 / 2 ** (64 - 18 + 6 + 1) == pytest.approx(sent.candidates)
    assert 10**18 / 2**53 + 5e6 == pytest.approx(shuffle(replace(BILLION, later=5e6)).candidates)


def test_an_injective_law_shuffles_nothing():
    sent = shuffle(replace(BILLION, dedup=None))
    assert (0.0, 0.0, 0.0) == (sent.bytes, sent.elements, sent.candidates)
    needed = memory(replace(BILLION, dedup=None), MACHINE, 1e8, local=True)
    assert needed.base == needed.fingerprint == needed.compare


@pytest.mark.parametrize("number", [2, 16, 1000])
def test_the_highest_of_normal_values(number):
    values = np.random.default_rng(7).standard_normal((4000, number)).max(axis=1)
    assert values.mean() == pytest.approx(highest_of(number), abs=0.06)
    assert highest_of(1) == 0.0


@pytest.mark.parametrize("bits", [4, 8])
def test_the_largest_bucket_of_real_throws(bits):
    """Hashes are independent throws: the largest of 2^bits buckets, on average over 200 corpora."""
    throws = np.random.default_rng(1).multinomial(100_000, [2.0**-bits] * (1 << bits), size=200)
    planned = shuffle(replace(BILLION, drawn=100_000, keys=100_000, dedup=replace(DEDUP, bucket_bits=bits)))
    assert throws.max(axis=1).mean() == pytest.approx(planned.largest, rel=0.01)


def test_short_runs_that_no_key_falls_into_are_not_sent():
    few = replace(BILLION, drawn=1 << 20, keys=1 << 20, phrases_per_shard=1 << 10, dedup=replace(DEDUP, bucket_bits=12))
    empty = (1 - 2.0**-12) ** 1024  # a span's 1,024 keys all fall elsewhere
    assert 1024 * 4096 * (1 - empty) == pytest.approx(shuffle(few).elements, rel=1e-3)


def test_a_frequent_phrase_is_sent_once_a_span():
    skewed = replace(BILLION, commonest=0.01)
    assert 3815 == pytest.approx(shuffle(skewed).largest - shuffle(BILLION).largest)
    rare = replace(BILLION, commonest=1e-7)
    assert 100 == pytest.approx(shuffle(rare).largest - shuffle(BILLION).largest)


@pytest.fixture(scope="module")
def narrow(phrases_of):
    """A law so narrow that about half of all draws repeat, cut into 8 spans of two units."""
    phrases = phrases_of("zipf:s=1.0", "uniform:min=1,max=6", 20)
    request = CorpusRequest(phrases.recipe, 0, 8000, None, 500, ())
    dedup = Deduplication(prefix=6, offset_bits=10, bucket_bits=4, span_units=2)
    return phrases, request, dedup


def test_keys_are_the_distinct_phrases_of_each_span(narrow):
    phrases, request, dedup = narrow
    real = sum(
        len(keys)
        for index in range(8)
        for _, keys in distinct_in_span(phrases, request.span(index, dedup.span_units), dedup)[0]
    )
    planned = work_of(request, Space(phrases), dedup, 3.5, ())
    assert real == pytest.approx(planned.keys, rel=0.02)


@pytest.mark.parametrize("bits", [64, 20])
def test_candidates_are_the_keys_that_agree_with_an_earlier_one(narrow, bits):
    """Most of them because phrases repeat, and of 20 bits some by chance."""
    phrases, request, dedup = narrow
    cut = replace(dedup, fingerprint_bits=bits)
    buckets = {}
    for index in range(8):
        for bucket, keys in distinct_in_span(phrases, request.span(index, dedup.span_units), cut)[0]:
            buckets.setdefault(bucket, []).append(keys >> np.uint64(dedup.offset_bits))
    merged = [np.concatenate(parts) for parts in buckets.values()]
    real = sum(len(keys) - len(np.unique(keys)) for keys in merged)
    planned = shuffle(work_of(request, Space(phrases), cut, 3.5, ()))
    assert real == pytest.approx(planned.candidates, rel=0.05)


def test_the_commonest_fingerprint_is_as_common_as_planned(narrow):
    phrases, request, dedup = narrow
    _, counts = np.unique(fingerprints(phrases, seed_range(0, 8000), 6), return_counts=True)
    planned = 8000 * work_of(request, Space(phrases), dedup, 3.5, ()).commonest
    assert counts.max() == pytest.approx(planned, abs=4 * math.sqrt(planned))


def test_one_process_here_and_one_a_core_elsewhere():
    here, there = (memory(BILLION, MACHINE, 3e8, local) for local in (True, False))
    assert (3e8, 12e8) == (here.base, there.base)
    bucket = shuffle(BILLION).largest
    assert 3e8 + 4 * 16 * bucket == pytest.approx(here.compare, rel=0.05)
    assert 12e8 + 4 * 24 * bucket == pytest.approx(there.compare)
    assert here.peak == here.compare


def test_memory_grows_with_spans_and_outputs():
    more = replace(BILLION, dedup=replace(DEDUP, span_units=64), bytes_a_phrase=(1.0, 1.0, 1.0))
    few, many = (memory(work, MACHINE, 3e8, local=False) for work in (BILLION, more))
    assert 64 * (few.fingerprint - few.base) == pytest.approx(many.fingerprint - many.base)
    assert few.write < many.write
