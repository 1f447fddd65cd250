"""What plan warns of, and that what it advises helps."""

from dataclasses import replace

import pytest

from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.planning.machines import Machine
from hyperphrase.planning.size_warnings import shard_size_for, size_warnings
from hyperphrase.planning.work import Memory, Work

DEDUP = Deduplication(prefix=10, offset_bits=18, bucket_bits=6, span_units=1)
BILLION = Work(10**9, 10**9, 10**9, 0.0, 1 << 18, 100.0, (236.0,), 0.0, 0.0, DEDUP)
MACHINE = Machine("test", 4, 16e9, 1e9, "a test")
LITTLE = Memory(1e9, 1e9, 1e9, 1e9)


def notes(work, workers=1, machine=MACHINE, needed=LITTLE):
    return "\n".join(size_warnings(work, workers, machine, needed))


def test_a_billion_phrases_are_nothing_to_warn_of():
    assert notes(BILLION) == ""


def test_millions_of_shards_and_the_shard_size_that_helps():
    huge = replace(BILLION, drawn=10**12, dedup=replace(DEDUP, bucket_bits=15, offset_bits=25, span_units=128))
    said = notes(huge)
    assert "3,814,698 shards" in said
    assert "`phrases_per_shard=16777216` makes 59,605" in said
    assert "shards of a format" not in notes(replace(huge, phrases_per_shard=1 << 24))


@pytest.mark.parametrize(("drawn", "shards", "size"), [(1000, 10, 128), (1 << 20, 1, 1 << 20), (10**15, 10, 1 << 24)])
def test_shard_sizes_are_powers_of_two_that_are_allowed(drawn, shards, size):
    assert size == shard_size_for(drawn, shards)


def test_too_little_memory_and_the_phase_that_needs_it():
    said = notes(BILLION, needed=Memory(1e9, 2e9, 15e9, 3e9))
    assert "phase compare needs 15.00 GB" in said
    assert "4.17 GB a core" in said


def test_fewer_spans_than_cores():
    assert "3,815 spans of 262,144 phrases for 4,000 cores" in notes(BILLION, workers=1000)


def test_shards_that_the_manifest_does_not_list():
    many = replace(BILLION, phrases_per_shard=1 << 16)  # 15,259
    assert "15,259 shards are 671.40 kB in shards.npy beside the manifest" in notes(many)
    assert "holds 854.50 kB" in notes(many)


def test_the_birthday_bound():
    narrow = replace(BILLION, dedup=replace(DEDUP, fingerprint_bits=32))
    assert "1.16e+08 phrases agree by chance with an earlier one, in all 32 bits" in notes(narrow)
    assert "by chance" not in notes(replace(BILLION, later=10**8))  # they do repeat


def test_short_runs():
    assert "runs of 4 keys" in notes(replace(BILLION, dedup=replace(DEDUP, bucket_bits=16)))
