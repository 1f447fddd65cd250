"""pitman_yor: tables by the two-parameter Chinese restaurant, Heaps' law, entropies by its formulas."""

import hashlib
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import pitman_yor as plain
from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.processes.pitman_yor import PitmanYor
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.numbers.batch import Batch

HUGE = 1 << 20  # words: new ones are hardly ever old ones


def draw(law, vocabulary, count, length, key=5):
    bound = law.bind(vocabulary, None)
    offsets, ids = np.arange(count + 1) * length, np.empty(count * length, np.uint32)
    bound.draw(Batch(np.uint64(key), np.arange(count, dtype=np.uint64), np.full(count, length), offsets, ids))
    return ids.reshape(count, length).tolist()


def seating(phrase):
    """Return the table of each symbol, tables numbered as they open."""
    numbers = {}
    return tuple(numbers.setdefault(word, len(numbers)) for word in phrase)


def probability(seats, d, theta):
    p, counts = 1.0, []
    for n, table in enumerate(seats):
        if table == len(counts):
            p *= (theta + d * len(counts)) / (n + theta) if n else 1.0
            counts.append(1)
        else:
            p *= (counts[table] - d) / (n + theta)
            counts[table] += 1
    return p


def seatings(length):
    rows = [(0,)]
    for _ in range(length - 1):
        rows = [(*row, table) for row in rows for table in range(max(row) + 2)]
    return rows


def chi_square(phrases, d, theta):
    found = [seating(phrase) for phrase in phrases]
    value = 0.0
    for seats in seatings(len(phrases[0])):
        expected = len(phrases) * probability(seats, d, theta)
        value += (found.count(seats) - expected) ** 2 / expected
    return value


FREEDOM = len(seatings(5)) - 1
LIMIT = FREEDOM + 4.5 * math.sqrt(2 * FREEDOM)


@pytest.mark.parametrize(("d", "theta"), [(0.5, 1.0), (0.0, 2.0), (0.8, -0.5), (0.3, 0.0)])
def test_symbols_are_seated_by_the_formula(d, theta):
    """All 52 ways to seat five symbols."""
    assert FREEDOM == 51
    assert chi_square(draw(PitmanYor(d=d, theta=theta), HUGE, 20_000, 5), d, theta) < LIMIT


def test_the_plain_version_draws_the_same_law():
    assert chi_square(plain.phrases(1, 20_000, 5, 10_000, d=0.5, theta=1.0), 0.5, 1.0) < LIMIT + 30


@pytest.mark.parametrize(("d", "theta"), [(0.52, 1.0), (0.5, 1.1), (0.5, 0.93)])
def test_a_slightly_wrong_law_is_refused_by_the_same_statistic(d, theta):
    assert chi_square(draw(PitmanYor(d=d, theta=theta), HUGE, 60_000, 5), 0.5, 1.0) > LIMIT


@pytest.mark.parametrize("d", [0.3, 0.5, 0.8])
def test_types_grow_by_heaps_law_with_slope_d(d):
    phrases = np.array(draw(PitmanYor(d=d, theta=1.0), HUGE, 200, 16_384))
    types = [np.mean([len(set(row[:n])) for row in phrases.tolist()]) for n in (1024, 16_384)]
    slope = math.log((types[1] + 1.0 / d) / (types[0] + 1.0 / d), 16)  # E[K_n] + theta / d grows as n^d
    assert abs(slope - d) < 0.015


def test_the_expected_number_of_tables_is_its_closed_form():
    """E[K_n] = prod (theta + d + i) / (theta + i) theta / d - theta / d for i < n."""
    d, theta, n = 0.5, 10.0, 200
    expected = theta / d * (math.prod((theta + d + i) / (theta + i) for i in range(n)) - 1)
    tables = [len(set(phrase)) for phrase in draw(PitmanYor(d=d, theta=theta), HUGE, 4000, n)]
    assert abs(np.mean(tables) - expected) < 4 * np.std(tables) / 4000**0.5 + 0.02


def test_new_words_are_of_their_ranks():
    first = [phrase[0] for phrase in draw(PitmanYor(d=0.5, theta=1.0, s=1.0, beta=2.0), 30, 30_000, 1)]
    weights = 1 / (np.arange(30) + 3.0)
    expected = 30_000 * weights / weights.sum()
    assert ((np.bincount(first, minlength=30) - expected) ** 2 / expected).sum() < 29 + 4.5 * math.sqrt(58)


@pytest.mark.parametrize(("d", "theta"), [(0.5, 1.0), (0.0, 0.5), (0.7, -0.2)])
def test_entropies_are_those_of_all_seatings(d, theta, monkeypatch):
    """By the formulas over 6 symbols, and by listing all 203 seatings of them."""
    from hyperphrase.laws.processes import pitman_yor

    monkeypatch.setattr(pitman_yor, "_RATE_SYMBOLS", 6)
    rows = [(probability(row, d, theta), max(row) + 1) for row in seatings(6)]
    entropy = sum(-p * math.log2(p) + p * tables * 10 for p, tables in rows) / 6
    assert math.isclose(entropy, pitman_yor._entropy(d, theta, 10.0), rel_tol=1e-12)
    agree = [sum(probability(row, d, theta) ** 2 * 0.01 ** (max(row) + 1) for row in seatings(m)) for m in range(1, 7)]
    least = min(-math.log2(p) / m for m, p in enumerate(agree, 1))
    assert math.isclose(least, pitman_yor._collision_entropy(d, theta, 0.01), rel_tol=1e-12)


@given(st.integers(0, 2**63 - 1), st.integers(1, 300), st.integers(0, 300))
def test_a_prefix_is_the_beginning_of_the_phrase(seed, length, part):
    bound, part = PitmanYor().bind(1000, None), min(part, length)
    seeds, lengths = np.array([seed, seed + 1], np.uint64), np.array([length, 7])
    whole, some = np.empty(length + 7, np.uint32), np.empty(part + 7, np.uint32)
    bound.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, length, length + 7]), whole))
    bound.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, part, part + 7]), some))
    assert [*whole[:part].tolist(), *whole[length:].tolist()] == some.tolist()


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (PitmanYor(), "b07d7a3fe1ceb2a7ce5e8e52ab1f224d"),
        (PitmanYor(d=0.0, theta=100.0, s=1.0), "fa5bf71e3f524f2a863ca8a9d7a175d3"),
        (PitmanYor(d=0.9, theta=-0.8), "23402935029cbbc5b557f2622fc54aa1"),
    ],
    ids=str,
)
def test_streams_are_frozen(law, expected):
    drawn = draw(law, 250_000, 300, 150, key=2**63 + 5)
    assert expected == hashlib.sha256(np.array(drawn, "<u4").tobytes()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pitman_yor:d=1", "0.0 to 0.999"),
        ("pitman_yor:d=-0.1", "0.0 to 0.999"),
        ("pitman_yor:d=0.5,theta=-0.5", "is not above -d"),
        ("pitman_yor:d=0,theta=0", "is not above -d"),
        ("pitman_yor:theta=nan", "is not a number"),
        ("pitman_yor:s=-1", "outside its range"),
    ],
)
def test_wrong_parameters_are_refused(text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        parse_law(text, SYMBOL_LAWS, "law", None)
    assert len(str(caught.value).splitlines()) == 1


def test_all_seatings_are_counted():
    assert [1, 2, 5, 15, 52] == [len(seatings(n)) for n in range(1, 6)]
    assert math.isclose(1.0, sum(probability(row, 0.5, 1.0) for row in seatings(5)))
    assert [(0, 1, 0, 2)] == [seating(p) for p in itertools.islice([(7, 5, 7, 1)], 1)]
