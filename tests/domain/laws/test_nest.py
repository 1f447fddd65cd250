"""``nest``: a stack's discipline, its depth, its words; and what all laws of pairs share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import nest
from hyperphrase.errors import InputError
from tests.domain.laws.pair_laws import (
    KEY,
    bound_law_of,
    differs,
    digest,
    draw,
    law_of,
    prefixes_agree,
    shares,
    steps_of,
)

# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    ("nest", 250_000): "14ab666bef98b3934f395e08a52e61d0",
    ("nest:q=0.4,paired=true,s=0", 50_000): "421502cb482fe27707516f6b7c603bfc",
    ("nest:close=true,paired=true,s=0.5,beta=0", 30): "aab7252a00b72e171d022af19227d393",
}


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(recipe, expected):
    assert expected == digest(*recipe)


@pytest.mark.parametrize("law", ["nest", "nest:close=true", "nest:paired=true,q=0.7"])
def test_a_prefix_is_the_beginning_of_the_phrase(law):
    assert prefixes_agree(law, 1000)


def replay(law, vocabulary, seed, length):
    """Draw a phrase step by step with a list for a stack."""
    bound = bound_law_of(str(law), vocabulary)
    draws, words = steps_of(bound.table, 1, seed, length)
    stack, phrase = [], []
    for t in range(length):
        opens = draws[t][0] < round(law.q * 2**32)
        if not stack or (opens and not (law.close and len(stack) == length - t)):
            stack.append(words[t])
            phrase.append(words[t])
        else:
            phrase.append(stack.pop() + int(bound.partner))
    return phrase


@given(st.sampled_from(["nest", "nest:q=0.55,s=0,paired=true", "nest:close=true,paired=true"]), st.integers(0, 2**63))
def test_many_steps_at_a_time_are_one_step_after_the_other(law, seed):
    expected = replay(law_of(law), 500_000, seed, 300)
    assert expected == draw(law, 500_000, 1, 300, first=seed)[0].tolist()


def test_words_that_tie_are_drawn_exactly_too():
    """Of 300,000 words some 18 tie at 2^18 columns."""
    expected = [replay(law_of("nest"), 250_000, seed, 300) for seed in range(1000)]
    assert expected == draw("nest", 250_000, 1000, 300).tolist()


def opened(ids, words):
    return ids < words


def test_partners_close_what_was_opened_last():
    for law in ("nest", "nest:q=0.4", "nest:close=true"):
        plain = draw(law, 50, 300, 120)
        paired = draw(f"{law}{',' if ':' in law else ':'}paired=true", 100, 300, 120)
        assert (paired % 50).tolist() == plain.tolist()  # the same words, and partners are told apart
        for phrase in paired.tolist():
            stack = []
            for word in phrase:
                if word < 50:
                    stack.append(word)
                else:
                    assert stack.pop() == word - 50
            assert not stack or "close" not in law


def depths(q, length, close=False):
    """Return the distribution of the stack's depth after each step, exactly: (length + 1, length + 2)."""
    at = np.zeros((length + 1, length + 2))
    at[0, 0] = 1.0
    for t in range(length):
        opens = q * at[t]
        opens[0] = at[t, 0]
        if close:
            opens[length - t] = 0.0
        at[t + 1, 1:] += opens[:-1]
        at[t + 1, :-1] += (at[t] - opens)[1:]
    return at


def depth_counts(ids, words, t):
    depth = np.where(opened(ids[:, :t], words), 1, -1).sum(axis=1)
    return np.bincount(depth, minlength=ids.shape[1] + 2)


@pytest.mark.parametrize(("q", "close"), [(0.49, False), (0.4, False), (0.49, True), (0.7, True)])
def test_the_stack_is_as_deep_as_the_law_says(q, close):
    exact = depths(q, 60, close)
    law = f"nest:q={q},paired=true,close={str(close).lower()}"
    ours = draw(law, 100, 50_000, 60)
    plain = np.array(nest.phrases(3, 3000, 60, 100, q=q, close=close, paired=True))
    for t in (7, 30, 59, 60):
        assert not differs(depth_counts(ours, 50, t), exact[t])
        assert not differs(depth_counts(plain, 50, t), exact[t])


@pytest.mark.parametrize("wrong", [0.47, 0.51])
def test_a_slightly_wrong_depth_is_refused(wrong):
    counts = depth_counts(draw(f"nest:q={wrong},paired=true", 100, 50_000, 60), 50, 30)
    assert differs(counts, depths(0.49, 60)[30])


def word_counts(ids, words):
    return np.bincount(ids[opened(ids, words)], minlength=words)


def test_words_follow_their_weights():
    assert not differs(word_counts(draw("nest:paired=true", 100, 20_000, 60), 50), shares(50))
    assert not differs(word_counts(draw("nest:paired=true,s=0", 100, 20_000, 60), 50), shares(50, 0))
    plain = np.array(nest.phrases(5, 3000, 60, 100, paired=True))
    assert not differs(word_counts(plain, 50), shares(50))
    assert differs(word_counts(draw("nest:paired=true,s=1.02", 100, 20_000, 60), 50), shares(50))
    assert differs(word_counts(draw("nest:paired=true,beta=1.9", 100, 20_000, 60), 50), shares(50))


def test_closed_phrases_are_even_and_lengths_are_conditioned_on_that(recipe_of):
    lengths = np.arange(1, 6)
    assert [False, True, False, True, False] == law_of("nest:close=true").makes(lengths, 100).tolist()
    assert law_of("nest").makes(lengths, 100).all()
    assert {2: 0.5, 4: 0.5} == recipe_of("nest:close=true", "uniform:min=1,max=4").length_probabilities()
    with pytest.raises(InputError, match="makes no phrase of these lengths"):
        recipe_of("nest:close=true", "fixed:length=7").length_weights()


@pytest.mark.parametrize("law", ["nest:q=1.01", "nest:q=-0.1", "nest:s=-1", "nest:paired=1", "nest:close=maybe"])
def test_parameters_outside_their_range_are_refused(law):
    with pytest.raises(InputError, match=f"law={law}: "):
        law_of(law)


def test_a_vocabulary_that_cannot_be_halved_is_refused():
    law_of("nest:paired=true").check(100)
    law_of("nest").check(101)
    with pytest.raises(InputError, match="paired=true halves the vocabulary, and 101 is odd; give an even one, as 100"):
        law_of("nest:paired=true").check(101)


@pytest.mark.parametrize("law", ["nest:paired=true", "nest:paired=true,q=0.4,s=0", "nest:paired=true,close=true,q=0.6"])
def test_the_entropy_is_that_of_what_is_drawn(law):
    ids, q = draw(law, 10_000, 20_000, 100), law_of(law).q
    opens = opened(ids, 5000)
    depth = np.concatenate([np.zeros((len(ids), 1), int), np.where(opens, 1, -1).cumsum(axis=1)[:, :-1]], axis=1)
    decided = (depth > 0) & ~((depth == 100 - np.arange(100)) & law_of(law).close)
    p = shares(5000, law_of(law).s)
    bits = opens.sum() * -(p * np.log2(p)).sum() - decided.sum() * (q * np.log2(q) + (1 - q) * np.log2(1 - q))
    assert bound_law_of(law, 10_000).entropy == pytest.approx(bits / ids.size, rel=2e-3)


@pytest.mark.parametrize("law", ["nest", "nest:paired=true", "nest:close=true", "cross", "mix:eps=0.3", "flat"])
@pytest.mark.parametrize("symbols", [2, 5, 6])
def test_phrases_are_equal_no_more_often_than_the_collision_entropy_says(law, symbols):
    ids = draw(law, 8, 20_000, 6, symbols)
    _, counts = np.unique(ids @ 8 ** np.arange(symbols), return_counts=True)
    equal = (counts * (counts - 1)).sum() / (len(ids) * (len(ids) - 1))
    assert equal < 2.0 ** (-symbols * bound_law_of(law, 8).collision_entropy) * 1.05


def test_a_law_of_one_word_has_no_bits_but_those_of_the_stack():
    bound = bound_law_of("nest:paired=true", 2)
    assert bound.collision_entropy == 0.0
    assert 0.8 < bound.entropy < 1.0
    assert {0, 1} == set(draw("nest:paired=true", 2, 10, 50).ravel().tolist())


def test_every_seed_and_key_gives_its_own_phrase():
    ids = draw("nest", 250_000, 1000, 30)
    assert len({tuple(phrase) for phrase in ids.tolist()}) == 1000
    assert draw("nest", 250_000, 10, 30, key=KEY + 1).tolist() != ids[:10].tolist()
