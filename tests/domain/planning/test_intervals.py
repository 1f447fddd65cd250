"""Carrying groups to a corpus: exact where bytes are a line, and as often in the interval as it says."""

import numpy as np
import pytest

from hyperphrase.planning.intervals import Interval, Measured, Target, carried, carried_in_grains, student

GROUPS, PHRASES = 12, 500


def measured(symbols, taken, leads=0.0, lead_bytes=100.0):
    one = np.ones(len(symbols))
    return Measured(PHRASES, symbols, taken, leads * one, 30.0 * leads * one, lead_bytes + (8 + 60.0) * leads * one)


@pytest.mark.parametrize("leads", [0.0, 200.0])
def test_a_line_is_carried_exactly(leads):
    """8 bytes a phrase, 2 a symbol, 100 a shard: what leads take of these is not counted again."""
    symbols = np.linspace(14_000.0, 16_000.0, GROUPS)
    found = carried(measured(symbols, 8 * PHRASES + 2 * symbols, leads), Target(1e6, 30.5, 0.0, 7))
    assert 8e6 + 2 * 30.5e6 + 700 == pytest.approx(found.value)
    assert found.high - found.low == pytest.approx(2 * 2e-4 * found.value)


def test_without_lengths_the_mean_of_groups_is_taken():
    symbols = np.linspace(14_000.0, 16_000.0, GROUPS)
    found = carried(measured(symbols, 2 * symbols), Target(1e6, None, 0.0, 1))
    assert 2 * 15_000 / PHRASES * 1e6 + 100 == pytest.approx(found.value)
    assert found.low < found.value - 1e5  # lengths are part of what is not known


def test_equal_lengths_need_no_line():
    taken = np.array([1000.0, 1010.0, 990.0, 1000.0] * 3)
    found = carried(measured(np.full(GROUPS, 5000.0), taken), Target(1e6, 10.0, 0.0, 1))
    assert 2e6 + 100 == pytest.approx(found.value)
    spread = student(GROUPS - 2) * 2000 * taken.std(ddof=1) / np.sqrt(GROUPS) * np.sqrt(1 - GROUPS * PHRASES / 1e6)
    assert found.high - found.value == pytest.approx(spread)  # the jackknife of a mean is its standard error


def test_true_values_are_in_the_interval_about_as_often_as_it_says():
    """2,000 corpora of 100,000 phrases with normal lengths, a line for bytes, and noise."""
    random, phrases, inside = np.random.default_rng(5), 100_000, 0
    target = Target(float(phrases), 30.0, 81.0, 1)
    for _ in range(2000):
        symbols = PHRASES * 30.0 + random.normal(size=GROUPS) * 9.0 * np.sqrt(PHRASES)
        taken = 8 * PHRASES + 2 * symbols + random.normal(size=GROUPS) * 60.0
        rest = phrases - GROUPS * PHRASES
        others = rest * 30.0 + random.normal() * 9.0 * np.sqrt(rest)
        real = taken.sum() + 8 * rest + 2 * others + random.normal() * 60.0 * np.sqrt(rest / PHRASES) + 100
        found = carried(measured(symbols, taken), target)
        inside += found.low <= real <= found.high
    assert 0.94 < inside / 2000 < 0.99  # slightly more: t of few groups is taken for the lengths too


def test_coarse_files_are_told_no_better_than_their_grain():
    """A file of n records of s bytes, in grains, with an index."""
    grain, each = 1 << 16, 250.0

    def size(records):
        return grain * (int(np.ceil(records * each / grain)) + 1)

    for records in range(3000, 4000, 37):
        found = carried_in_grains(records, size(records), grain, Target(1e6, 100.0, 0.0, 4), 100.0)
        assert found.low <= 4 * size(250_000) <= found.high


def test_an_interval_is_widened_on_both_sides():
    assert Interval(5.0, 0.0, 12.0) == Interval(5.0, 4.0, 6.0).widened(6.0)
    assert Interval(5.0, 1.0, 9.0) == Interval.exactly(5.0).widened(4.0)


def test_students_t():
    assert [12.706, 2.228, 2.042, 1.96] == [student(n) for n in (1, 10, 30, 31)]
