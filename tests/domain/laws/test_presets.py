"""Presets: each is a recipe that works, and says what the published set-up says."""

import re

import numpy as np
import pytest

from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.presets import PRESETS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import build_lexicon
from hyperphrase.lexicon.sources import language_of
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe


def no_file(path):
    raise FileNotFoundError(2, "No such file or directory", path)


PUBLISHED = [name for name, preset in PRESETS.items() if preset.lexicon is None]  # those with a lexicon are our own


def law_of(preset):
    return parse_law(preset.law, SYMBOL_LAWS, "law", no_file, language_of(preset.lexicon or "english"))


def recipe_of(preset):
    law = law_of(preset)
    return Recipe(law, preset.lengths, preset.vocabulary or law.vocabulary(), "5eed" * 16)


def lexicon_of(preset):
    return preset.lexicon and (lambda: build_lexicon(preset.lexicon, preset.vocabulary, "stable", no_file))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_draws_phrases_of_its_lengths(name):
    recipe = recipe_of(PRESETS[name])
    recipe.check()
    phrases = Phrases(recipe, lexicon_of(PRESETS[name]))
    block = phrases.draw(seed_range(0, 20))
    assert block.ids.max() < recipe.vocabulary
    assert len(block.ids) > 0
    assert recipe == Recipe.from_json(recipe.to_json())


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_says_where_it_is_from(name):
    preset = PRESETS[name]
    assert name == preset.name
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*-[a-z]+20\d\d", name)
    assert re.search(r"20\d\d", preset.source).group() == name[-4:]
    assert preset.note.endswith(".")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_no_vocabulary_that_its_law_fixes(name):
    law = law_of(PRESETS[name])
    assert (PRESETS[name].vocabulary is None) == (law.vocabulary() is not None)


def test_lengths_of_sentences_are_those_of_10_000_of_wikipedia():
    law = PRESETS["zipf-ri2022"].lengths
    assert 10_000 == sum(count for _, count in law.counts)
    assert (6, 60) == (law.counts[0][0], law.counts[-1][0])
    assert 21 < law.mean() < 23


def test_lengths_of_pairs_are_even_and_half_a_symbol_longer_or_so():
    law = PRESETS["flat-ri2022"].lengths
    assert {0} == {length % 2 for length, _ in law.counts}
    sentences = PRESETS["zipf-ri2022"].lengths
    assert np.isclose(sentences.mean() + 0.5, law.mean(), atol=0.05)  # even ones gain 1, odd ones 0
