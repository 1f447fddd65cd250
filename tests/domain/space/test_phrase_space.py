"""The calculus of V^L against lists of all phrases of small spaces."""

import itertools
import math
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.phrases.phrases import seed_range
from hyperphrase.space.phrase_space import MOST_DRAWS_A_PHRASE, Space, at_most

TINY = [
    ("uniform", "fixed:length=1", 2),
    ("uniform", "uniform:min=1,max=4", 5),
    ("zipf:s=1.0", "uniform:min=1,max=4", 6),
    ("zipf:s=2.0", "geometric:min=1,max=5,p=0.4", 5),
    ("zipf:s=20.0", "uniform:min=1,max=5", 4),
    ("lexicon", "fixed:length=3", 12),
]


def every_probability(phrases):
    """Return the probability of every phrase of a small space."""
    symbols = phrases.law.probabilities.tolist()
    return np.array(
        [
            share * math.prod(phrase)
            for length, share in phrases.recipe.lengths.probabilities().items()
            for phrase in itertools.product(symbols, repeat=length)
        ]
    )


@pytest.mark.parametrize(("law", "lengths", "vocabulary"), TINY)
@pytest.mark.parametrize("draws", [1, 10, 100, 2000, 10**6])
def test_expected_distinct_is_that_of_the_list_of_all_phrases(phrases_of, law, lengths, vocabulary, draws):
    phrases = phrases_of(law, lengths, vocabulary)
    p = every_probability(phrases)
    expected = float(-np.expm1(draws * np.log1p(-np.minimum(p, 1 - 1e-15))).sum())
    assert math.isclose(expected, Space(phrases).expected_distinct(draws), rel_tol=0.02)


@pytest.mark.parametrize(("law", "lengths", "vocabulary"), TINY)
def test_sizes_are_those_of_the_list_of_all_phrases(phrases_of, law, lengths, vocabulary):
    phrases = phrases_of(law, lengths, vocabulary)
    space, count = Space(phrases), len(every_probability(phrases))
    assert count == space.size()
    assert math.isclose(math.log10(count), space.log10_size(), abs_tol=1e-9)
    assert [space.holds(count - 1), space.holds(count), space.holds(count + 1)] == [True, True, False]


@given(st.integers(2, 2**20), st.integers(1, 500), st.integers(0, 500))
def test_sizes_of_huge_spaces_are_exact(phrases_of, vocabulary, low, more):
    space = Space(phrases_of("uniform", f"uniform:min={low},max={low + more}", 2))
    assert sum(2**length for length in range(low, low + more + 1)) == space.size()
    assert math.isclose(math.log2(space.size()) * math.log10(2), space.log10_size(), rel_tol=1e-9)


@given(st.integers(1, 63), st.integers(-2, 2))
def test_holds_is_exact_at_the_edge(phrases_of, length, over):
    space = Space(phrases_of("uniform", f"fixed:length={length}", 2))
    assert (over <= 0) == space.holds(2**length + over)


def test_a_huge_space_is_never_spelled_out(phrases_of):
    space = Space(phrases_of("uniform", "fixed:length=65535", 1 << 20))
    assert space.holds(2**63)
    assert math.isclose(65_535 * 20 * math.log10(2), space.log10_size())


def test_the_expectation_is_met_by_drawing(phrases_of, phrase_tuples):
    for law in ("uniform", "zipf:s=1.0"):
        phrases = phrases_of(law, "uniform:min=2,max=4", 30)
        distinct = len(set(phrase_tuples(phrases, seed_range(0, 50_000))))
        assert math.isclose(distinct, Space(phrases).expected_distinct(50_000), rel_tol=0.02)


@pytest.mark.parametrize(("law", "lengths", "vocabulary"), TINY)
def test_the_bound_of_duplicates_is_above_the_expectation(phrases_of, law, lengths, vocabulary):
    phrases = phrases_of(law, lengths, vocabulary)
    p = every_probability(phrases)
    for draws in (2, 10, 1000):
        lost = draws + float(np.expm1(draws * np.log1p(-np.minimum(p, 1 - 1e-15))).sum())
        assert lost <= Space(phrases).duplicates_bound(draws) * (1 + 1e-6)


def test_draws_for_is_the_fewest_draws_whose_expectation_rounds_up(phrases_of):
    space = Space(phrases_of("uniform", "uniform:min=1,max=4", 5))
    draws = space.draws_for(500)
    assert space.expected_distinct(draws - 1) < 499.5 <= space.expected_distinct(draws)


@pytest.mark.parametrize(("law", "lengths", "vocabulary"), TINY)
def test_draws_for_is_monotone_and_never_below_the_phrases(phrases_of, law, lengths, vocabulary):
    space = Space(phrases_of(law, lengths, vocabulary))
    size = space.size()
    asked = sorted({1, 2, size // 3 + 1, size // 2 + 1, 2 * size // 3 + 1, size})
    draws = [space.draws_for(n) for n in asked]
    known = [n for n in draws if n is not None]
    assert sorted(known) == known
    assert [None] * (len(draws) - len(known)) == draws[len(known) :]  # beyond the first None there are only Nones
    assert all(n <= d <= MOST_DRAWS_A_PHRASE * n for n, d in zip(asked, known, strict=False))


def test_a_corpus_without_expected_duplicates_needs_as_many_draws_as_phrases(phrases_of):
    assert Space(phrases_of("uniform", "uniform:min=10,max=190", 250_000)).draws_for(10**9) == 10**9


def test_the_last_phrases_of_a_skewed_space_need_too_many_draws(phrases_of):
    assert Space(phrases_of("zipf:s=20.0", "fixed:length=2", 4)).draws_for(16) is None


def test_a_skewed_law_with_long_phrases_has_no_overflow(phrases_of):
    """The rarest phrases have probabilities below 2^-1024; what they lose is nothing, and not NaN."""
    phrases = phrases_of("zipf:s=5.0", "fixed:length=190", 250_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = Space(phrases).expected_distinct(20_000_000.0)
    most_frequent = float(phrases.law.probabilities[0]) ** 190
    assert 1 < expected < 20_000_000 * (1 - most_frequent) + 1  # that phrase alone repeats thousands of times


def test_the_expectation_of_a_skewed_law_is_met_by_drawing(phrases_of, phrase_tuples):
    phrases = phrases_of("zipf:s=5.0", "fixed:length=20", 250_000)
    distinct = len(set(phrase_tuples(phrases, seed_range(0, 100_000))))
    assert math.isclose(distinct, Space(phrases).expected_distinct(100_000), rel_tol=0.02)


@pytest.mark.parametrize("law", ["permutation", "exhaustive"])
def test_a_law_that_gives_no_phrase_twice_has_no_duplicates(phrases_of, law):
    space = Space(phrases_of(law, "uniform:min=4,max=5", 5))
    assert space.injective
    assert space.in_closed_form
    assert 600.0 == space.expected_distinct(600)
    assert 600 == space.draws_for(600)
    assert 0.0 == space.duplicates_bound(600)
    assert space.log10_birthday() is None
    assert (space.phrase_entropy() is None) == (law == "exhaustive")


@pytest.mark.parametrize(("lengths", "vocabulary"), [("fixed:length=1", 365), ("fixed:length=3", 10)])
def test_the_birthday_is_that_of_a_uniform_law(phrases_of, lengths, vocabulary):
    space = Space(phrases_of("uniform", lengths, vocabulary))
    size, draws, alone = space.size(), 0, 1.0
    while alone > 0.5:
        alone *= 1 - draws / size
        draws += 1
    assert draws == math.ceil(10 ** space.log10_birthday())


def test_the_birthday_of_a_skewed_law_is_met_by_drawing(phrases_of, phrase_tuples):
    phrases = phrases_of("zipf:s=1.0", "uniform:min=2,max=4", 30)
    draws = round(10 ** Space(phrases).log10_birthday())
    trials = [phrase_tuples(phrases, seed_range(i * draws, (i + 1) * draws)) for i in range(2000)]
    repeated = sum(len(set(trial)) < len(trial) for trial in trials)
    assert 0.4 < repeated / 2000 < 0.55  # equal draws come in clumps, so a little below 1/2


def test_what_is_known_of_a_law_by_its_collision_entropy_alone_is_a_bound(phrases_of):
    """A law that is no table, but has the entropies of one: what is said of it is never above the table's."""
    exact = Space(phrases_of("zipf:s=1.0", "uniform:min=1,max=4", 6))
    bound = Space(phrases_of("zipf:s=1.0", "uniform:min=1,max=4", 6))
    known = exact.phrases.law
    bound.phrases.law = SimpleNamespace(entropy=known.entropy, collision_entropy=known.collision_entropy)
    assert exact.in_closed_form
    assert not bound.in_closed_form
    assert bound.log10_birthday() < exact.log10_birthday()
    for draws in (2, 10, 1000):
        assert bound.expected_distinct(draws) <= exact.expected_distinct(draws) * (1 + 1e-9)


def test_a_law_of_which_little_is_known_is_not_refused(phrases_of):
    """Its bound says that all draws may be equal: it is drawn from, and more where that was too few."""
    space = Space(phrases_of("uniform", "uniform:min=1,max=4", 6))
    drawn = space.phrases.law
    space.phrases.law = SimpleNamespace(entropy=3.0, collision_entropy=0.0)
    assert math.isclose(4.0, space.expected_distinct(10**6), rel_tol=1e-4)  # a phrase of each length
    space.phrases.law.lengths, space.phrases.law.draw = drawn.lengths, drawn.draw
    assert 2000 == space.draws_for(1000)


@pytest.mark.parametrize(("length", "most"), [(2, 1), (10, 42), (20, 16_796)])
def test_a_law_that_has_no_more_phrases_is_refused_by_its_first_draws(phrases_of, length, most):
    """The balanced strings of one kind of bracket are counted by Catalan's numbers, and no entropy tells that."""
    space = Space(phrases_of("dyck:k=1", f"fixed:length={length}", 2))
    assert space.draws_for(most) is not None
    assert [None, None] == [space.draws_for(6 * most), space.draws_for(10**9)]


def test_what_more_draws_give_at_most_is_not_below_what_they_give(phrases_of, phrase_tuples):
    phrases = phrases_of("zipf:s=1.0", "uniform:min=1,max=4", 20)
    found = [len(set(phrase_tuples(phrases, seed_range(0, draws)))) for draws in (1000, 2000, 20_000)]
    bound = at_most((1000, found[0]), (2000, found[1]), 20_000)
    assert found[2] <= bound < found[1] / 2000 * 20_000
    assert found[1] / 2000 * 20_000 <= at_most((0, 0), (2000, found[1]), 20_000)


@pytest.mark.parametrize("draws", [1, 2, 7, 50, 1000, 10**6])
def test_what_many_draws_give_at_least_is_met_by_a_law_of_equally_likely_phrases(phrases_of, draws):
    space = Space(phrases_of("uniform", "fixed:length=2", 8))
    exact = space.expected_distinct(draws)
    space.phrases.law = SimpleNamespace(entropy=3.0, collision_entropy=3.0)
    assert 0.75 * exact < space.expected_distinct(draws) <= exact * (1 + 1e-9)


def test_birthdays_and_entropies_of_long_phrases_have_no_overflow(phrases_of):
    space = Space(phrases_of("uniform", "fixed:length=65535", 1 << 20))
    assert math.isclose(10 * 65_535 * math.log10(2), space.log10_birthday(), rel_tol=1e-5)
    assert math.isclose(20 * 65_535, space.phrase_entropy())
    assert math.isclose(20 * 65_535, space.collision_bits())


@pytest.mark.parametrize(("law", "lengths", "vocabulary"), TINY)
def test_entropy_and_collisions_are_those_of_the_list_of_all_phrases(phrases_of, law, lengths, vocabulary):
    space = Space(phrases_of(law, lengths, vocabulary))
    p = every_probability(space.phrases)
    p = p[p > 0]
    assert math.isclose(-(p * np.log2(p)).sum(), space.phrase_entropy(), rel_tol=1e-6, abs_tol=1e-9)
    assert math.isclose(-math.log2((p**2).sum()), space.collision_bits(), rel_tol=1e-6, abs_tol=1e-9)


def test_sizes_leave_out_lengths_that_cannot_be(phrases_of):
    space = Space(phrases_of("uniform", "uniform:min=2,max=9", 3))
    vars(space)["lengths"] = {2: 0.25, 3: 0.25, 5: 0.25, 9: 0.25}
    assert 3**2 + 3**3 + 3**5 + 3**9 == space.size()
