"""What a report measures: against plain counts, and against laws whose figures are known."""

import collections

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.laws.base import bits_of
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.report.sample import (
    entropy_estimate,
    expected_growth,
    growth_points,
    measure,
    probabilities_of,
    rank_points,
    sample_places,
)
from tests.domain.report.pages import corpus_of


def block_of(ids):
    return PhraseBlock(np.array(ids, np.uint32), np.array([0, len(ids)]), np.zeros(1, np.uint64))


@given(st.lists(st.integers(0, 20), min_size=1, max_size=200))
def test_counts_and_first_places_are_those_of_a_plain_loop(ids):
    sample = measure(block_of(ids), 21)
    counts = collections.Counter(ids)
    assert [counts[i] for i in range(21)] == sample.counts.tolist()
    assert sorted(ids.index(each) for each in counts) == sample.firsts.tolist()
    assert [(n, len(set(ids[: int(n)]))) for n, _ in growth_points(sample.firsts, len(ids))] == list(
        growth_points(sample.firsts, len(ids))
    )


RECIPE = corpus_of(seeds=(0, 1)).recipe


@given(st.integers(1, 10**12))
def test_sampled_places_ascend_within_the_corpus(count):
    places = sample_places(RECIPE, count)
    assert 0 == places[0]
    assert places[-1] < count
    assert (np.diff(places) > 0).all()
    assert len(places) == min(count, int(1e6 / RECIPE.mean_length()), 1 << 15)


@pytest.mark.parametrize("law", ["zipf:s=1.0", "uniform", "zipf:s=1.5"])
def test_the_estimate_of_entropy_is_near_the_laws(law):
    corpus = corpus_of(law, "fixed:length=50", 2000, (0, 400))
    sample = measure(corpus[:], 2000)
    plain = bits_of(sample.counts / sample.symbols)
    assert abs(entropy_estimate(sample.counts) - corpus.phrases.law.entropy) < 0.05
    assert abs(plain - corpus.phrases.law.entropy) > abs(entropy_estimate(sample.counts) - corpus.phrases.law.entropy)


def test_the_estimate_of_entropy_of_little_is_defined():
    assert 0.0 == entropy_estimate(np.zeros(5, np.int64))
    assert 0.0 == entropy_estimate(np.array([7, 0]))
    assert 0.0 <= entropy_estimate(np.array([1, 1, 1])) < 30.0


def test_the_expected_growth_is_the_sum_over_the_words():
    p = np.array([0.5, 0.25, 0.125, 0.125])
    for n, words in expected_growth(p, 40):
        assert abs(words - sum(1 - (1 - each) ** n for each in p)) < 1e-9


def test_the_growth_of_a_sample_is_near_the_expected_one():
    corpus = corpus_of("zipf:s=1.0", "fixed:length=50", 2000, (0, 400))
    sample = measure(corpus[:], 2000)
    expected = expected_growth(probabilities_of(corpus.phrases.law), sample.symbols)
    for (_, found), (_, hoped) in zip(growth_points(sample.firsts, sample.symbols), expected, strict=True):
        assert abs(found - hoped) < 5 * hoped**0.5 + 1


def test_ranks_are_the_shares_in_descending_order():
    points = rank_points(np.array([0.1, 0.0, 0.7, 0.2]))
    assert [(1.0, 0.7), (2.0, 0.2), (3.0, 0.1)] == points
    shares = [share for _, share in rank_points(np.arange(1, 10_000) / 5e7)]
    assert len(shares) < 50
    assert shares == sorted(shares, reverse=True)
