"""Fingerprints: equal phrases share them, and the prefix is as long as the law's entropy asks for."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.deduplication.fingerprints import COLLISION_BITS, LONGEST_PREFIX, WHOLE, fingerprints, prefix_length
from hyperphrase.phrases.phrases import seed_range


def groups_of(values):
    order = {}
    return [order.setdefault(value, len(order)) for value in values]


@given(st.sampled_from([1, 2, 3, 5, WHOLE]), st.integers(0, 2**64 - 1))
def test_fingerprints_are_equal_exactly_where_length_and_prefix_are(phrases_of, phrase_tuples, prefix, salt):
    """Among 3,000 phrases two different prefixes share 64 bits by chance once in 10^12 runs."""
    phrases = phrases_of("zipf", "uniform:min=1,max=5", 9)
    seeds = seed_range(0, 3000)
    prefixes = [(len(phrase), phrase[:prefix]) for phrase in phrase_tuples(phrases, seeds)]
    assert groups_of(prefixes) == groups_of(fingerprints(phrases, seeds, prefix, salt).tolist())


def test_a_salt_gives_another_hash(phrases_of):
    phrases = phrases_of()
    assert (
        np.count_nonzero(fingerprints(phrases, seed_range(0, 500)) == fingerprints(phrases, seed_range(0, 500), salt=1))
        == 0
    )


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20))
def test_a_fingerprint_does_not_depend_on_its_company(phrases_of, seeds):
    phrases = phrases_of("zipf")
    alone = [int(fingerprints(phrases, np.array([seed], np.uint64), 3)[0]) for seed in seeds]
    assert alone == fingerprints(phrases, np.array(seeds, np.uint64), 3).tolist()


def test_the_bits_of_fingerprints_are_even(phrases_of):
    """Buckets are chosen by the top bits: each bit is set in half of 100,000 fingerprints, to 5 sigma."""
    values = fingerprints(phrases_of("uniform", "fixed:length=5", 250_000), seed_range(0, 100_000))
    for bit in range(64):
        share = np.count_nonzero((values >> np.uint64(bit)) & np.uint64(1)) / 100_000
        assert abs(share - 0.5) < 5 * 0.5 / math.sqrt(100_000)


@pytest.mark.parametrize(
    ("law", "vocabulary", "expected"), [("uniform", 250_000, 4), ("zipf:s=1.0", 250_000, 10), ("uniform", 2, 64)]
)
def test_the_prefix_is_the_shortest_that_reaches_64_bits(phrases_of, law, vocabulary, expected):
    phrases = phrases_of(law, "uniform:min=100,max=190", vocabulary)
    assert expected == prefix_length(phrases)
    bits = phrases.law.collision_entropy
    assert expected * bits >= COLLISION_BITS > (expected - 1) * bits


def test_a_law_without_entropy_is_fingerprinted_whole(phrases_of):
    sure = np.array([1.0, 0.0])
    assert prefix_length(phrases_of("lexicon", "fixed:length=9", 2, frequencies=sure)) == WHOLE


@pytest.mark.parametrize(("bits", "expected"), [(COLLISION_BITS / 128, LONGEST_PREFIX), (COLLISION_BITS / 129, WHOLE)])
def test_the_longest_prefix_has_128_symbols(phrases_of, bits, expected):
    phrases = phrases_of("uniform", "fixed:length=200", 1000)
    phrases.law.collision_entropy = bits
    assert expected == prefix_length(phrases)


def test_a_law_that_states_too_much_entropy_falls_back_to_whole_phrases(phrases_of):
    """The pilot notices prefixes that collide far more often than the phrases do."""
    phrases = phrases_of("uniform", "fixed:length=40", 3)
    assert prefix_length(phrases) == 41
    phrases.law.collision_entropy = 40.0  # says that 2 symbols are enough, which have 9 values
    assert prefix_length(phrases) == WHOLE


def test_repeated_whole_phrases_do_not_count_against_the_prefix(phrases_of):
    phrases = phrases_of("uniform", "fixed:length=2", 3)  # 9 phrases in all: prefix and phrase collide alike
    assert prefix_length(phrases) == 41


def test_prefix_length_works_at_the_end_of_the_seeds(phrases_of):
    assert prefix_length(phrases_of("uniform", "fixed:length=40"), 2**63 - 1) == 7
