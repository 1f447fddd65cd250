"""topics: the topics of a phrase by Polya's urn, the words of a topic by its Dirichlet, both against formulas."""

import hashlib
import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import topics as plain
from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.meaning.topics import Topics, _digamma_after
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.numbers.batch import Batch


def draw(bound, count, length, key=7):
    offsets, ids = np.arange(count + 1) * length, np.empty(count * length, np.uint32)
    bound.draw(Batch(np.uint64(key), np.arange(count, dtype=np.uint64), np.full(count, length), offsets, ids))
    return ids.reshape(count, length)


def topics_of(bound, phrases, key=7):
    """Return the topic of each symbol: with so many words that no two topics share one."""
    words = bound.tables(key).words
    owner = {word: topic for topic, row in enumerate(words.tolist()) for word in row}
    assert sum(len(set(row)) for row in words.tolist()) == len(owner)
    return [tuple(owner[word] for word in phrase) for phrase in phrases.tolist()]


def chi_square(found, k, alpha):
    """Of the topics of whole phrases: each row with n_z symbols of topic z has prod (alpha)_(n_z) / (k alpha)_(L)."""
    counts, length, value = Counter(found), len(found[0]), 0.0
    for row in itertools.product(range(k), repeat=length):
        p = math.prod(alpha + i for n in Counter(row).values() for i in range(n))
        p /= math.prod(k * alpha + i for i in range(length))
        value += (counts[row] - len(found) * p) ** 2 / (len(found) * p)
    return value


FREEDOM = 3**4 - 1
LIMIT = FREEDOM + 4.5 * math.sqrt(2 * FREEDOM)
DISTINCT = {"k": 3, "eta": 20.0, "s": 0.0}  # over 2^20 words that are all alike


@pytest.mark.parametrize("alpha", [0.1, 1.0, 30.0])
def test_topics_of_a_phrase_are_those_of_the_urn(alpha):
    bound = Topics(alpha=alpha, **DISTINCT).bind(1 << 20, None)
    assert chi_square(topics_of(bound, draw(bound, 40_000, 4)), 3, alpha) < LIMIT


@pytest.mark.parametrize("alpha", [0.46, 0.55])
def test_a_slightly_wrong_urn_is_refused_by_the_same_statistic(alpha):
    bound = Topics(alpha=alpha, **DISTINCT).bind(1 << 20, None)
    assert chi_square(topics_of(bound, draw(bound, 160_000, 4)), 3, 0.5) > LIMIT


def test_words_of_a_topic_are_drawn_by_its_table():
    bound = Topics(k=1, eta=3.0, s=0.5).bind(12, None)
    p = bound.tables(7).probabilities(0, 12)
    counts = np.bincount(draw(bound, 5000, 20).ravel(), minlength=12)
    assert counts[p == 0.0].sum() == 0
    expected = 100_000 * p[p * 100_000 > 5]
    value = ((counts[p * 100_000 > 5] - expected) ** 2 / expected).sum()
    assert value < len(expected) - 1 + 4.5 * math.sqrt(2 * len(expected))


@pytest.mark.parametrize("eta", [1.0, 10.0, 100.0])
def test_topics_are_dirichlet(eta):
    """Over many topics: mean p and variance p (1 - p) / (eta + 1) of each word, at any distance by 4.5 errors."""
    k, vocabulary = 4000, 5
    bound = Topics(k=k, eta=eta, s=1.0).bind(vocabulary, None)
    phi = np.array([bound.tables(3).probabilities(topic, vocabulary) for topic in range(k)])
    p = 1.0 / np.arange(1, vocabulary + 1)
    p /= p.sum()
    variance = p * (1 - p) / (eta + 1)
    squares = (phi - p) ** 2
    assert (abs(phi.mean(axis=0) - p) < 4.5 * np.sqrt(variance / k)).all()
    assert (abs(squares.mean(axis=0) - variance) < 4.5 * squares.std(axis=0) / math.sqrt(k)).all()
    wrong = p * (1 - p) / (eta * 1.25 + 1)
    assert (abs(squares.mean(axis=0) - wrong) > 4.5 * squares.std(axis=0) / math.sqrt(k)).any()


def agreement(phrases):
    """Return how often two symbols of one phrase are the same word."""
    return np.mean([a == b for phrase in phrases for a, b in itertools.pairwise(phrase)])


def test_the_plain_version_draws_the_same_law():
    """Two symbols agree: of one topic with (1 + eta sum p^2) / (1 + eta), of two with sum p^2."""
    law = {"k": 4, "alpha": 0.25, "eta": 5.0, "s": 1.0, "beta": 0.0}
    p = 1.0 / np.arange(1, 31)
    squares = ((p / p.sum()) ** 2).sum()
    same = (1 + 0.25) / (1 + 4 * 0.25)
    expected = same * (1 + 5 * squares) / 6 + (1 - same) * squares
    bound = Topics(**law).bind(30, None)
    ours = [agreement(draw(bound, 60, 10, key).tolist()) for key in range(150)]
    theirs = [agreement(plain.phrases(seed, 60, 10, 30, **law)) for seed in range(150)]
    for found in (ours, theirs):
        assert abs(np.mean(found) - expected) < 4 * np.std(found) / math.sqrt(150)


def test_another_key_has_other_topics():
    bound = Topics(k=2, eta=10.0).bind(1000, None)
    first, other = bound.tables(1).words.tolist(), bound.tables(2).words.tolist()
    assert first != other
    assert first == bound.tables(1).words.tolist()


def test_the_entropy_is_that_of_many_topics():
    bound = Topics(k=3000, eta=20.0, s=1.0).bind(50, None)
    found = []
    for topic in range(3000):
        p = bound.tables(0).probabilities(topic, 50)
        p = p[p > 0]
        found.append(-(p * np.log2(p)).sum())
    assert abs(np.mean(found) - bound.entropy) < 4.5 * np.std(found) / math.sqrt(3000) + 0.005


@pytest.mark.parametrize(("x", "expected"), [(1.0, -0.5772156649015329), (2.0, 0.42278433509846713), (10.5, 2.3030010)])
def test_digamma(x, expected):
    assert abs(_digamma_after(np.array([x - 1.0]))[0] - expected) < 1e-7


@given(st.integers(0, 2**63 - 1), st.integers(1, 300), st.integers(0, 300))
def test_a_prefix_is_the_beginning_of_the_phrase(seed, length, part):
    part = min(part, length)
    seeds, lengths = np.array([seed, seed + 1], np.uint64), np.array([length, 7])
    whole, some = np.empty(length + 7, np.uint32), np.empty(part + 7, np.uint32)
    SAMPLER.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, length, length + 7]), whole))
    SAMPLER.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, part, part + 7]), some))
    assert [*whole[:part].tolist(), *whole[length:].tolist()] == some.tolist()


SAMPLER = Topics().bind(1000, None)


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (Topics(), "b6f6641bf0e522b9d2868ecfa37f28a8"),
        (Topics(k=7, alpha=3.0, eta=0.5, s=0.0), "f5842156250f326c240df6a1a8f22b5b"),
        (Topics(k=1, eta=1000.0, beta=2.7), "afe11f48790005d025303bca12af5cb5"),
    ],
    ids=str,
)
def test_streams_are_frozen(law, expected):
    drawn = draw(law.bind(250_000, None), 300, 150, key=2**63 + 5)
    assert expected == hashlib.sha256(drawn.astype("<u4").tobytes()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("topics:k=0", "from 1 to"),
        ("topics:alpha=0", "outside its range"),
        ("topics:eta=nan", "is not a number"),
        ("topics:k=100000,eta=100", "give fewer topics or a lower eta"),
    ],
)
def test_wrong_parameters_are_refused(text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        parse_law(text, SYMBOL_LAWS, "law", None)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("eta", "sticks"), [(0.1, 2), (1.0, 8), (1.01, 16), (200.0, 2048)])
def test_sticks_are_a_power_of_two(eta, sticks):
    assert sticks == Topics(k=1, eta=eta).sticks
