"""``flat``: how many pairs are open, and that each is as likely to be closed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import flat
from hyperphrase.errors import InputError
from tests.domain.laws.pair_laws import (
    bound_law_of,
    differs,
    digest,
    disagree,
    draw,
    law_of,
    prefixes_agree,
    shares,
    steps_of,
)

# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    ("flat", 250_000): "c3aa20afcb64223e3b4ed5bd587a6d17",
    ("flat:paired=true,s=0", 16_000): "802602be6b0854ace56777a77828f630",
    ("flat:s=0.5,beta=2", 30): "e0c85d408e1d3c667c8137a666d75584",
}


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(recipe, expected):
    assert expected == digest(*recipe)


@pytest.mark.parametrize("law", ["flat", "flat:paired=true,s=0"])
def test_a_prefix_is_the_beginning_of_the_phrase(law):
    assert prefixes_agree(law, 1000)


def replay(law, vocabulary, seed, length):
    """Draw a phrase step by step with a list of open words, in whole numbers of any size."""
    bound = bound_law_of(law, vocabulary)
    draws, words = steps_of(bound.table, 1, seed, length)
    left, pending, phrase = length // 2, [], []
    for (decides, chooses), word in zip(draws, words, strict=True):
        if decides * (left + len(pending)) < left * 2**32:
            left -= 1
            pending.append(word)
            phrase.append(word)
        else:
            place = chooses * len(pending) >> 32
            phrase.append(pending[place] + int(bound.partner))
            pending[place] = pending[-1]
            pending.pop()
    return phrase


@given(st.sampled_from(["flat", "flat:paired=true,s=0"]), st.integers(0, 2**63), st.integers(1, 300))
def test_many_steps_at_a_time_are_one_step_after_the_other(law, seed, pairs):
    expected = replay(law, 500_000, seed, 2 * pairs)
    assert expected == draw(law, 500_000, 1, 2 * pairs, first=seed)[0].tolist()


def test_all_pairs_are_closed():
    for ids in (draw("flat:paired=true", 100, 2000, 60), np.array(flat.phrases(1, 200, 60, 100, paired=True))):
        for phrase in ids.tolist():
            pending = []
            for word in phrase:
                if word < 50:
                    pending.append(word)
                else:
                    pending.remove(word - 50)
            assert not pending
    assert (draw("flat:paired=true", 100, 300, 60) % 50).tolist() == draw("flat", 50, 300, 60).tolist()


def pending_law(length, step, shift=0.0):
    """Return the distribution of the open words after ``step`` symbols, exactly; ``shift`` makes opening likelier."""
    at = np.zeros(length // 2 + 2)
    at[0] = 1.0
    for t in range(step):
        then = np.zeros_like(at)
        for k in np.flatnonzero(at):
            left = (length - t - k) // 2  # to be drawn: each takes two of the cells that are left
            opens = min(1.0, left / (left + k) + (shift if 0 < k and 0 < left else 0.0))
            then[k + 1] += at[k] * opens
            if k:
                then[k - 1] += at[k] * (1.0 - opens)
        at = then
    return at


def pending_counts(ids, step):
    return np.bincount(np.where(ids[:, :step] < 50, 1, -1).sum(axis=1), minlength=ids.shape[1] // 2 + 2)


def test_as_many_are_open_as_the_law_says():
    ours = draw("flat:paired=true", 100, 50_000, 60)
    plain = np.array(flat.phrases(2, 4000, 60, 100, paired=True))
    for step in (3, 20, 31, 45):
        assert not differs(pending_counts(ours, step), pending_law(60, step))
        assert not differs(pending_counts(plain, step), pending_law(60, step))
    for shift in (-0.02, 0.02):
        assert differs(pending_counts(ours, 31), pending_law(60, 31, shift))


def closed_places(ids, words, open_words):
    """Count which of ``open_words`` open words is closed, in the order of their opening, if all differ."""
    counts = np.zeros(open_words, int)
    for phrase in np.asarray(ids).tolist():
        pending = []
        for word in phrase:
            if word < words:
                pending.append(word)
            else:
                if len(pending) == open_words == len(set(pending)):
                    counts[pending.index(word - words)] += 1
                pending.remove(word - words)
    return counts


@pytest.mark.parametrize("open_words", [2, 3, 7])
def test_each_open_word_is_as_likely_to_be_closed(open_words):
    even = np.full(open_words, 1 / open_words)
    ours = closed_places(draw("flat:paired=true,s=0", 2000, 15_000, 40), 1000, open_words)
    assert not differs(ours, even)
    assert not differs(closed_places(flat.phrases(3, 3000, 40, 2000, s=0, paired=True), 1000, open_words), even)
    assert differs(ours, even + 0.02 * (np.arange(open_words) == 0) - 0.02 * (np.arange(open_words) == 1))


def test_distances_are_those_of_the_plain_version():
    def counts(ids):
        found = []
        for phrase in np.asarray(ids).tolist():
            at = {word: t for t, word in enumerate(phrase)}
            if len(at) == len(phrase):
                found += [at[word + 100_000] - t for word, t in at.items() if word < 100_000]
        return np.bincount(found, minlength=60)

    ours = counts(draw("flat:paired=true,s=0", 200_000, 5000, 60))
    assert not disagree(ours, counts(flat.phrases(5, 5000, 60, 200_000, s=0, paired=True)))
    assert disagree(ours, counts(draw("flat:paired=true,s=0", 200_000, 5000, 58)))


def test_words_follow_their_weights():
    def counts(ids):
        return np.bincount(ids[ids < 50], minlength=50)

    assert not differs(counts(draw("flat:paired=true", 100, 20_000, 60)), shares(50, beta=0))
    assert differs(counts(draw("flat:paired=true,s=1.02", 100, 20_000, 60)), shares(50, beta=0))


def test_lengths_are_even(recipe_of):
    assert [False, True, False, True] == law_of("flat").makes(np.arange(1, 5), 100).tolist()
    assert {2: 0.5, 4: 0.5} == recipe_of("flat", "uniform:min=1,max=4").length_probabilities()


@pytest.mark.parametrize("law", ["flat:s=-1", "flat:beta=nan", "flat:q=0.4"])
def test_parameters_outside_their_range_are_refused(law):
    with pytest.raises(InputError, match=f"law={law}: "):
        law_of(law)


def test_a_vocabulary_that_cannot_be_halved_is_refused():
    with pytest.raises(InputError, match="101 is odd"):
        law_of("flat:paired=true").check(101)


def test_the_entropy_counts_words_decisions_and_choices():
    """Of 100 symbols: 50 words, and from the law of how many are open, what opening and closing tell."""
    bits, p = 0.0, shares(5000, beta=0)
    for t in range(100):
        at = pending_law(100, t)
        for k in np.flatnonzero(at):
            left = (100 - t - k) // 2
            opens = left / (left + k)
            decision = -sum(each * np.log2(each) for each in (opens, 1 - opens) if each > 0)
            bits += at[k] * (decision + (1 - opens) * np.log2(max(k, 1)))
    expected = (50 * -(p * np.log2(p)).sum() + bits) / 100
    assert bound_law_of("flat:paired=true", 10_000).entropy == pytest.approx(expected, rel=1e-6)
