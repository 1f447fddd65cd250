"""Alias tables: they hold the law exactly, and the kernel draws from them as a plain reading of the text says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.numbers.alias_table import CHUNK, COLUMN_BITS, AliasTable, integer_weights
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import LENGTH_STREAM, SYMBOL_STREAM
from hyperphrase.numbers.portable_math import power_weights

M32 = 2**32 - 1
WEIGHTS = st.lists(st.floats(0.0, 1e6), min_size=1, max_size=70).filter(lambda weights: max(weights) > 1e-3)


def philox(c0, c1, c2, c3, k0, k1):
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & M32, (p0 >> 32) ^ c3 ^ k1, p0 & M32
        k0, k1 = (k0 + 0x9E3779B9) & M32, (k1 + 0xBB67AE85) & M32
    return c0, c1, c2, c3


def block(number, stream, seed, key):
    return philox(number, stream, seed & M32, seed >> 32, key & M32, key >> 32)


def decide(table, word, more):
    """Return (outcome, how): column or alias, by head, or on a tie by the 64 bits of ``more()``."""
    column, fraction = word >> (32 - table.bits), word & ((1 << (32 - table.bits)) - 1)
    entry, tail = int(table.entries[column]), int(table.tails[column])
    head, alias = entry >> table.bits, entry & ((1 << table.bits) - 1)
    if fraction != head:
        return (column, "own") if fraction < head else (alias, "alias")
    return (column, "tie own") if more() >> (56 - table.bits) < tail else (alias, "tie alias")


def pair(w0, w1):
    return w0 | w1 << 32


def reference_symbols(table, key, seed, length):
    drawn = []
    for i in range(length):
        word = block(i // 4, 1, seed, key)[i % 4]
        drawn.append(decide(table, word, lambda i=i: pair(*block(i, 2, seed, key)[:2])))
    return drawn


def reference_one(table, key, seed, stream):
    words = block(0, stream, seed, key)
    return decide(table, words[0], lambda: pair(*words[2:]))


def symbols(table, key, seed, length):
    ids = np.zeros(length, np.uint32)
    offsets = np.array([0, length], np.int64)
    table.draw_symbols(Batch(np.uint64(key), np.array([seed], np.uint64), np.diff(offsets), offsets, ids))
    return ids.tolist()


def rows_of(table, key, seeds, symbols):
    rows = np.zeros((symbols, len(seeds)), np.uint32)
    table.draw_rows(np.uint64(key), np.array(seeds, np.uint64), rows)
    return rows.T.tolist()


def ones(table, key, seeds, stream=LENGTH_STREAM):
    out = np.zeros(len(seeds), np.int64)
    table.draw_one(np.uint64(key), np.array(seeds, np.uint64), stream, out)
    return out.tolist()


def chi_square(counts, probabilities):
    expected = probabilities * counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def counts_of(weights, draws=1_000_000, key=2026):
    """Draw a million symbols by 1,000 seeds, and a million outcomes of draw_one."""
    table = AliasTable.of(weights)
    seeds = np.arange(1000, dtype=np.uint64)
    ids = np.empty(draws, np.uint32)
    offsets = np.arange(1001, dtype=np.int64) * (draws // 1000)
    table.draw_symbols(Batch(np.uint64(key), seeds, np.diff(offsets), offsets, ids))
    single = np.empty(draws, np.int64)
    table.draw_one(np.uint64(key), np.arange(draws, dtype=np.uint64), LENGTH_STREAM, single)
    return [np.bincount(each, minlength=len(weights)) for each in (ids, single)]


@given(WEIGHTS)
def test_the_table_holds_the_weights_to_better_than_2_to_the_minus_32(weights):
    weights = np.array(weights)
    exact = np.array([weight / math.fsum(weights) for weight in weights])
    assert np.abs(AliasTable.of(weights).probabilities(len(weights)) - exact).max() < 2.0**-32


@given(WEIGHTS)
def test_the_table_holds_its_integer_weights_to_the_last_bit(weights):
    table = AliasTable.of(np.array(weights))
    columns, capacity = 1 << table.bits, 1 << COLUMN_BITS
    held = [0] * columns
    for column in range(columns):
        entry = int(table.entries[column])
        threshold = (entry >> table.bits) << (8 + table.bits) | int(table.tails[column])
        held[column] += threshold
        held[entry & (columns - 1)] += capacity - threshold
    expected = integer_weights(np.array(weights), columns << COLUMN_BITS).tolist()
    assert expected + [0] * (columns - len(weights)) == held


@given(WEIGHTS, st.integers(10, 60))
def test_integer_weights_sum_exactly_to_the_total(weights, bits):
    assert 1 << bits == sum(integer_weights(np.array(weights), 1 << bits).tolist())


@pytest.mark.parametrize("unit", [5e-324, 1e-310, 1.0, 1e308])
def test_weights_may_be_in_any_unit(unit):
    assert AliasTable.of(np.array([1.0, 2.0, 1.0]) * min(unit, 8e307)).probabilities(3).tolist() == [0.25, 0.5, 0.25]


@given(WEIGHTS, st.sampled_from([2.0**-60, 0.5, 2.0**200]))
def test_a_unit_that_is_a_power_of_two_changes_no_bit(weights, unit):
    weights = np.where(np.array(weights) < 1e-9, 0.0, weights)
    left, right = AliasTable.of(weights), AliasTable.of(weights * unit)
    assert left.entries.tobytes() == right.entries.tobytes()
    assert left.tails.tobytes() == right.tails.tobytes()


def test_outcomes_of_weight_zero_are_never_drawn():
    assert {1, 3} == set(symbols(AliasTable.of(np.array([0.0, 1.0, 0.0, 2.0, 0.0])), 1, 2, 4000))


def test_a_single_outcome_is_always_drawn():
    assert {0} == set(symbols(AliasTable.of(np.array([3.0])), 1, 2, 100))


@given(WEIGHTS, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 40))
def test_the_kernels_draw_as_the_reference_does(weights, key, seed, length):
    table = AliasTable.of(np.array(weights))
    assert [outcome for outcome, _ in reference_symbols(table, key, seed, length)] == symbols(table, key, seed, length)
    assert [reference_one(table, key, seed, 0)[0]] == ones(table, key, [seed])


@given(WEIGHTS, st.integers(0, 2**64 - 1), st.lists(st.integers(0, 2**64 - 1), max_size=20), st.integers(0, 9))
def test_rows_hold_the_first_symbols_of_many_phrases(weights, key, seeds, length):
    table = AliasTable.of(np.array(weights))
    assert [symbols(table, key, seed, length) for seed in seeds] == rows_of(table, key, seeds, length)


def test_draws_across_chunks_go_on_in_the_same_stream():
    table = AliasTable.of(power_weights(1000, 1.0, 1.0))
    length = 2 * CHUNK + 7
    assert [outcome for outcome, _ in reference_symbols(table, 3, 4, length)] == symbols(table, 3, 4, length)


def test_ties_are_decided_as_in_the_reference_in_both_directions():
    """With 2^20 columns a head has 12 bits, so one draw in some 4,096 ties."""
    table = AliasTable.of(power_weights(1 << 20, 1.0, 0.3))
    hows = set()
    for seed in (0, 2**62 + 1):
        reference = reference_symbols(table, 9, seed, 12_000)
        assert [outcome for outcome, _ in reference] == symbols(table, 9, seed, 12_000)
        assert [outcome for outcome, _ in reference] == rows_of(table, 9, [seed], 12_000)[0]
        hows |= {how for _, how in reference}
    assert {"own", "alias", "tie own", "tie alias"} == hows


def test_ties_of_single_draws_are_decided_as_in_the_reference_in_both_directions():
    table = AliasTable.of(power_weights(1 << 20, 1.0, 0.3))
    seeds = range(30_000)
    reference = [reference_one(table, 9, seed, 0) for seed in seeds]
    assert [outcome for outcome, _ in reference] == ones(table, 9, seeds)
    assert {"own", "alias", "tie own", "tie alias"} == {how for _, how in reference}


def test_a_forced_tie_obeys_the_tail():
    """Heads that equal the fraction of every word's column: the tail alone decides, all or nothing."""
    seed, key, length = 77, 5, 64
    words = [block(i // 4, 1, seed, key)[i % 4] for i in range(length)]
    columns = [word >> 12 for word in words]
    fraction = {column: word & 0xFFF for column, word in zip(columns, words, strict=True)}
    assert len(set(columns)) == length
    entries = np.zeros(1 << 20, np.uint32)
    for column in columns:
        entries[column] = fraction[column] << 20 | 5
    all_own = np.full(1 << 20, (1 << 28) - 1, np.uint32)
    assert columns == symbols(AliasTable(entries, all_own, 20), key, seed, length)
    assert [5] * length == symbols(AliasTable(entries, np.zeros(1 << 20, np.uint32), 20), key, seed, length)
    # a tail that equals the further bits gives the alias, one above it the own id
    tails = np.zeros(1 << 20, np.uint32)
    tails[columns] = [pair(*block(i, 2, seed, key)[:2]) >> 36 for i in range(length)]
    assert [5] * length == symbols(AliasTable(entries, tails, 20), key, seed, length)
    assert columns == symbols(AliasTable(entries, tails + np.uint32(1), 20), key, seed, length)


def test_a_forced_tie_obeys_the_further_bits_of_its_own_phrase():
    key, lengths = 5, np.array([0, 0, 3, 1, 0, 7] * 4)
    places = [(seed, i) for seed, length in enumerate(lengths.tolist()) for i in range(length)]
    words = [block(i // 4, 1, seed, key)[i % 4] for seed, i in places]
    columns = [word >> 12 for word in words]
    assert len(set(columns)) == len(columns)
    entries, tails = np.zeros(1 << 20, np.uint32), np.zeros(1 << 20, np.uint32)
    entries[columns] = [(word & 0xFFF) << 20 | 5 for word in words]
    tails[columns] = [pair(*block(i, 2, seed, key)[:2]) >> 36 for seed, i in places]
    offsets, ids = np.concatenate([[0], np.cumsum(lengths)]), np.zeros(len(places), np.uint32)
    batch = Batch(np.uint64(key), np.arange(len(lengths), dtype=np.uint64), lengths, offsets, ids)
    AliasTable(entries, tails, 20).draw_symbols(batch)
    assert [5] * len(places) == ids.tolist()
    AliasTable(entries, tails + np.uint32(1), 20).draw_symbols(batch)
    assert columns == ids.tolist()


def test_streams_differ():
    table = AliasTable.of(np.ones(1000))
    assert ones(table, 1, range(50), LENGTH_STREAM) != ones(table, 1, range(50), SYMBOL_STREAM)


LAWS = {
    "uniform": np.ones(16),
    "zipf": power_weights(50, 1.0, 1.0),
    "uneven": np.array([5.0, 1.0, 0.5, 3.0, 2.0, 0.25, 0.125]),
}


@pytest.mark.parametrize("name", LAWS)
def test_a_million_draws_pass_chi_square_and_fail_it_for_a_law_wrong_by_3_percent(name):
    weights = LAWS[name]
    probabilities = weights / weights.sum()
    freedom = len(weights) - 1
    limit = freedom + 4.5 * math.sqrt(2 * freedom)  # about one in 10^5 by chance; the key is fixed
    wrong = weights * (1 + 0.03 * (-1.0) ** np.arange(len(weights)))
    for counts in counts_of(weights):
        assert chi_square(counts, probabilities) < limit
        assert chi_square(counts, wrong / wrong.sum()) > limit
