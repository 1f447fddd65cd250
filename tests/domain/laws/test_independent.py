"""Samplers: each law's probabilities and entropies against its formula."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.laws.base import BoundLaw
from hyperphrase.laws.independent.lexicon import Lexicon
from hyperphrase.laws.independent.uniform import Uniform
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.numbers.batch import Batch


def no_frequencies():
    raise AssertionError("this law has no use for the lexicon's frequencies")


def test_the_registry_finds_every_law_by_its_name():
    assert {"lexicon": Lexicon, "uniform": Uniform, "zipf": Zipf}.items() <= SYMBOL_LAWS.items()
    assert all(law.source for law in SYMBOL_LAWS.values())


@given(st.integers(2, 3000))
def test_uniform_has_the_entropy_of_its_vocabulary(vocabulary):
    law = Uniform().bind(vocabulary, no_frequencies)
    assert math.isclose(math.log2(vocabulary), law.entropy, rel_tol=1e-9)
    assert math.isclose(math.log2(vocabulary), law.collision_entropy, rel_tol=1e-9)


@given(st.integers(2, 300), st.floats(0, 4), st.floats(0, 10))
def test_zipf_is_its_formula(vocabulary, s, beta):
    weights = [(r + 1 + beta) ** -s for r in range(vocabulary)]
    expected = np.array(weights) / math.fsum(weights)
    law = Zipf(s=s, beta=beta).bind(vocabulary, no_frequencies)
    np.testing.assert_allclose(law.probabilities, expected, atol=1e-11)
    assert math.isclose(-(expected * np.log2(expected)).sum(), law.entropy, rel_tol=1e-8)
    assert math.isclose(-math.log2((expected**2).sum()), law.collision_entropy, rel_tol=1e-8, abs_tol=1e-9)


def test_zipf_over_250_000_words_has_the_entropies_that_the_design_states():
    law = Zipf().bind(250_000, no_frequencies)
    assert (round(law.entropy, 2), round(law.collision_entropy, 1)) == (12.26, 6.7)


@given(st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=100))
def test_lexicon_draws_by_the_frequencies_it_is_given(frequencies):
    law = Lexicon().bind(len(frequencies), lambda: SimpleNamespace(frequencies=np.array(frequencies)))
    expected = np.array(frequencies) / math.fsum(frequencies)
    np.testing.assert_allclose(law.probabilities, expected, atol=2.0**-32)


@pytest.mark.parametrize("name", ["lexicon", "uniform", "zipf"])
def test_a_sampler_writes_no_more_than_it_is_asked_for(name):
    law = SYMBOL_LAWS[name]().bind(50, lambda: SimpleNamespace(frequencies=np.ones(50)))
    ids = np.full(9, 77, np.uint32)
    seeds, lengths = np.arange(2, dtype=np.uint64), np.array([4, 6])
    law.draw(Batch(np.uint64(1), seeds, lengths, np.array([0, 3, 7]), ids))
    assert ids[7:].tolist() == [77, 77]
    assert ids[:7].max() < 50


@given(st.integers(0, 20), st.lists(st.integers(1, 9), max_size=20))
def test_a_law_that_only_draws_whole_phrases_has_rows_too(symbols, lengths):
    """Rows through ``draw`` are those that a table gives, up to the end of each phrase."""
    law = Uniform().bind(1000, no_frequencies)
    seeds, lengths = np.arange(len(lengths), dtype=np.uint64), np.array(lengths, np.int64)
    plain, fast = (np.zeros((symbols, len(seeds)), np.uint32) for _ in range(2))
    BoundLaw.draw_rows(law, np.uint64(1), seeds, lengths, plain)
    law.draw_rows(np.uint64(1), seeds, lengths, fast)
    inside = np.arange(symbols)[:, None] < lengths
    assert np.where(inside, fast, 0).tolist() == plain.tolist()
