"""Fixtures of the domain's tests: laws by their option texts, and recipes and phrases made of them."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe


def no_file(path):
    raise FileNotFoundError(2, "No such file or directory", path)


@pytest.fixture(scope="session")
def recipe_of():
    """Return a maker of recipes: (sampler, lengths, vocabulary, key) -> Recipe."""

    def make(law="uniform", lengths="uniform:min=1,max=9", vocabulary=1000, key=0):
        return Recipe(
            parse_law(law, SYMBOL_LAWS, "law", no_file),
            parse_law(lengths, LENGTH_LAWS, "lengths", no_file),
            vocabulary,
            "5eed" * 16,
            key,
        )

    return make


@pytest.fixture(scope="session")
def phrases_of(recipe_of):
    """Return a maker of phrases; the lexicon's frequencies are 1/(1 + rank) + 0.001 unless given."""

    def make(law="uniform", lengths="uniform:min=1,max=9", vocabulary=1000, key=0, frequencies=None):
        default = 1.0 / np.arange(1, vocabulary + 1) + 0.001
        lexicon = SimpleNamespace(frequencies=default if frequencies is None else frequencies)
        return Phrases(recipe_of(law, lengths, vocabulary, key), lambda: lexicon)

    return make


@pytest.fixture(scope="session")
def phrase_tuples():
    """Return a reader of phrases: (phrases, seeds) -> one tuple of ids a seed."""

    def read(phrases, seeds):
        block = phrases.draw_reused(np.asarray(seeds, np.uint64))  # any seed: ``draw`` refuses those beyond the space
        ids, bounds = block.ids.tolist(), block.offsets.tolist()
        return [tuple(ids[a:b]) for a, b in pairwise(bounds)]

    return read
