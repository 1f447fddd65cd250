"""exhaustive: all phrases once, in order."""

import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import exhaustive as plain
from hyperphrase.errors import InputError
from hyperphrase.limits import SEED_STOP
from hyperphrase.numbers.digits import digits_of

GOLDEN = {
    (2, "uniform:min=1,max=70"): "4ad69947797da618231643e1d19a52f7",
    (5, "uniform:min=3,max=40"): "0becc162e80a4f1b7f4cbe40c1988cf4",
    (1000, "fixed:length=3"): "bcc5b0349b554a83f4b326a1ff19463a",
    (250_000, "uniform:min=10,max=190"): "50c68df0791fdc40b9c277be3b375dc9",
    (1 << 20, "uniform:min=1,max=6"): "1685f9bbc080580ae600b445537ff3ac",
}


def all_phrases(vocabulary, low, high):
    """Return every phrase in order, by the standard library."""
    return [p for length in range(low, high + 1) for p in itertools.product(range(vocabulary), repeat=length)]


@pytest.mark.parametrize(("vocabulary", "low", "high"), [(2, 1, 9), (5, 1, 4), (5, 3, 3), (70, 2, 2), (3, 4, 6)])
def test_the_space_is_listed_once_and_in_order(phrases_of, recipe_of, phrase_tuples, vocabulary, low, high):
    lengths = f"uniform:min={low},max={high}"
    expected = all_phrases(vocabulary, low, high)
    assert expected == phrase_tuples(phrases_of("exhaustive", lengths, vocabulary), range(len(expected)))
    assert len(expected) == recipe_of("exhaustive", lengths, vocabulary).seed_stop()


def test_every_symbol_stands_at_every_place_equally_often(phrases_of):
    ids = phrases_of("exhaustive", "fixed:length=3", 7).draw(np.arange(343, dtype=np.uint64)).ids.reshape(343, 3)
    assert [49] * 21 == [n for place in range(3) for n in Counter(ids[:, place].tolist()).values()]


def test_another_order_is_refused():
    """Digits the other way round, and numbers that start at 1, are not this law."""
    expected = all_phrases(3, 2, 2)
    assert expected != [tuple(digits_of(n, 3, 2)[::-1]) for n in range(9)]
    assert expected != [tuple(digits_of(n + 1, 3, 2)) for n in range(9)]


def test_the_plain_version_lists_the_same(phrases_of, phrase_tuples):
    phrases = phrases_of("exhaustive", "fixed:length=12", 4)
    assert [list(phrase) for phrase in phrase_tuples(phrases, range(5000))] == plain.phrases(0, 5000, 12, 4)


@given(st.integers(2, 500_000), st.integers(1, 500), st.integers(0, 40), st.data())
def test_seeds_have_the_phrases_of_their_numbers(phrases_of, phrase_tuples, vocabulary, low, more, data):
    phrases = phrases_of("exhaustive", f"uniform:min={low},max={low + more}", vocabulary)
    stop = phrases.recipe.seed_stop()
    seeds = data.draw(st.lists(st.integers(0, stop - 1), min_size=1, max_size=5))
    seeds += [seed + 1 for seed in seeds if seed + 1 < stop]
    expected = [tuple(phrases.law.unrank(seed)) for seed in sorted(seeds)]
    assert expected == phrase_tuples(phrases, sorted(seeds))
    assert sorted(seeds) == [phrases.law.rank(0, phrase) for phrase in expected]


@given(st.integers(0, 2**63 - 40), st.integers(1, 30), st.integers(1, 9))
def test_a_prefix_is_the_beginning_of_the_phrase(phrases_of, phrase_tuples, first, count, symbols):
    phrases = phrases_of("exhaustive", "uniform:min=1,max=80", 3)
    seeds = np.arange(first, first + count, dtype=np.uint64)
    lengths, rows = phrases.prefixes(seeds, symbols)
    read = [tuple(column[:length]) for column, length in zip(rows.T.tolist(), lengths, strict=True)]
    assert [phrase[:symbols] for phrase in phrase_tuples(phrases, seeds)] == read


@given(st.lists(st.integers(0, 779), min_size=1, max_size=40))
def test_a_phrase_is_the_same_in_any_company(phrases_of, phrase_tuples, seeds):
    phrases = phrases_of("exhaustive", "uniform:min=1,max=4", 5)
    everything = all_phrases(5, 1, 4)
    assert [everything[seed] for seed in seeds] == phrase_tuples(phrases, seeds)


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(phrases_of, recipe, expected):
    vocabulary, lengths = recipe
    seeds = np.array([*range(1000), 2**53 + 1, 2**62, 2**62 + 1, 2**63 - 1], np.uint64)
    block = phrases_of("exhaustive", lengths, vocabulary).draw_reused(seeds)
    state = hashlib.sha256(block.lengths.astype("<u4").tobytes() + block.ids.astype("<u4").tobytes())
    assert expected == state.hexdigest()[:32]


def test_the_key_has_no_say(phrases_of, phrase_tuples):
    one, other = (phrases_of("exhaustive", "uniform:min=1,max=4", 5, key) for key in (0, 2**64 - 1))
    assert phrase_tuples(one, range(780)) == phrase_tuples(other, range(780))


def test_a_seed_beyond_the_space_counts_on_from_its_start(phrases_of, phrase_tuples):
    phrases = phrases_of("exhaustive", "uniform:min=1,max=2", 3)
    assert phrase_tuples(phrases, range(12)) == phrase_tuples(phrases, range(12, 24))


def test_a_space_that_holds_all_seeds_has_no_end_before_theirs(recipe_of):
    assert SEED_STOP == recipe_of("exhaustive", "uniform:min=1,max=63", 2).seed_stop()
    assert 2**63 - 2 == recipe_of("exhaustive", "uniform:min=1,max=62", 2).seed_stop()


@pytest.mark.parametrize("lengths", ["geometric", "lognormal:min=1,max=9"])
def test_other_length_laws_are_refused(recipe_of, lengths):
    with pytest.raises(InputError, match=r"law=exhaustive: takes every phrase .* give uniform or fixed"):
        recipe_of("exhaustive", lengths).check()
    recipe_of("exhaustive", "fixed:length=3").check()


def test_there_is_no_phrase_beyond_the_last(phrases_of):
    with pytest.raises(InputError, match="the space has 12 phrases"):
        phrases_of("exhaustive", "uniform:min=1,max=2", 3).law.unrank(12)
