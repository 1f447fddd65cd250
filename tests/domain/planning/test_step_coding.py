"""Phrases by the probabilities of a law that looks back: decoded again, and within a percent of their information."""

import math

import numpy as np
import pytest

from hyperphrase import Lexicon, Phrases, Recipe
from hyperphrase.laws.base import Stepwise, Successors
from hyperphrase.planning.step_coding import step_coded

TEXT = "sun sun moon\nsun moon moon\nmoon sun star\n" * 5


@pytest.fixture(scope="module")
def phrases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("markov")
    (folder / "text.txt").write_text(TEXT)
    (folder / "words.txt").write_text("sun\nmoon\nstar\nrain\n")
    lexicon = Lexicon.load(f"{folder}/words.txt")
    recipe = Recipe.create(f"markov:file={folder}/text.txt,order=1", lengths="uniform:min=1,max=80", lexicon=lexicon)
    return Phrases(recipe, lexicon)


def test_what_follows_in_markov_is_what_followed_in_the_text(phrases):
    law = phrases.law
    assert isinstance(law, Stepwise)
    first = law.successors(law.first_state)
    assert {0: 2 / 3, 1: 1 / 3} == pytest.approx(dict(zip(first.ids.tolist(), first.probabilities, strict=True)))
    after_sun = law.successors(int(first.states[first.ids.tolist().index(0)]))
    expected = {0: 1 / 4, 1: 2 / 4, 2: 1 / 4}  # sun sun, sun moon, sun moon, sun star
    assert expected == pytest.approx(dict(zip(after_sun.ids.tolist(), after_sun.probabilities, strict=True)))


def test_the_coder_reaches_the_information_of_markov(phrases):
    block = phrases.draw(range(300))
    found = step_coded([phrase.ids for phrase in block], phrases.law)
    assert found.bits <= 8 * found.bytes < found.bits * 1.01 + 64
    assert found.bits / len(block.ids) == pytest.approx(phrases.law.entropy, rel=0.03)


def test_phrases_that_the_law_cannot_give_are_not_coded(phrases):
    with pytest.raises(KeyError):
        step_coded([np.array([3], np.uint32)], phrases.law)  # rain is not in the text


class _Forced(Stepwise):
    """Symbol 5 always, then 6 or 7."""

    first_state = 0

    def successors(self, state):
        ids = ([5], [6, 7])[state]
        return Successors(np.array(ids, np.uint32), np.full(len(ids), 1 / len(ids)), np.full(len(ids), 1 - state))


def test_a_symbol_that_must_follow_takes_nothing():
    found = step_coded([np.array([5, 6, 5, 7] * 100, np.uint32), np.array([5, 7], np.uint32)], _Forced())
    assert 201 == found.bits
    assert found.bytes == 4 * math.ceil(201 / 32)
