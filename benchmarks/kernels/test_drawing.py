"""Drawing phrases, telling them apart, counting them."""

import numpy as np
import pytest

from hyperphrase.corpus.statistics import Counter
from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span
from hyperphrase.deduplication.fingerprints import fingerprints, prefix_length
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.phrases import CHUNK, Phrases, WorkUnit, seed_range
from hyperphrase.phrases.recipe import Recipe

VOCABULARY = 250_000
UNIT = 1 << 18  # seeds, as in a run


@pytest.mark.parametrize("vocabulary", [250_000, 500_000])
@pytest.mark.parametrize("law", ["zipf", "uniform"])
def test_draw(rate, phrases_of, law, vocabulary):
    """Lengths and ids of 2,048 phrases."""
    phrases, seeds = phrases_of(law, vocabulary), seed_range(0, CHUNK)
    rate(lambda: phrases.draw_reused(seeds), len(phrases.draw_reused(seeds).ids), "symbols")


@pytest.mark.parametrize("language", ["english", "russian"])
@pytest.mark.parametrize("law", ["loglinear", "scene", "template"])
def test_draw_meaning(rate, law, language):
    """Lengths and words of 2,048 phrases of the laws of meaning at their defaults: 250,000 words."""
    lexicon = Lexicon.load(language, vocabulary=VOCABULARY)
    phrases, seeds = Phrases(Recipe.create(law, lexicon=lexicon), lexicon), seed_range(0, CHUNK)
    rate(lambda: phrases.draw_reused(seeds), len(phrases.draw_reused(seeds).ids), "words")


@pytest.mark.parametrize("language", ["english", "russian"])
@pytest.mark.parametrize("law", ["loglinear", "scene"])
def test_tables(rate, monkeypatch, law, language):
    """The tables of a law of meaning at its defaults, on all cores, the vectors in memory."""
    monkeypatch.setenv("HYPERPHRASE_TABLES", "off")
    lexicon = Lexicon.load(language, vocabulary=VOCABULARY)
    recipe = Recipe.create(law, lexicon=lexicon)
    rate(lambda: Phrases(recipe, lexicon), recipe.law.k, "points")


def test_lengths(rate, phrases_of):
    """Lengths alone."""
    phrases, seeds = phrases_of("zipf", 250_000), seed_range(0, CHUNK)
    rate(lambda: phrases.lengths(seeds), CHUNK, "phrases")


@pytest.mark.parametrize("law", ["zipf", "uniform"])
def test_fingerprints(rate, phrases_of, law):
    """Fingerprints of the prefixes that a run looks at."""
    phrases, seeds = phrases_of(law, 250_000), seed_range(0, UNIT // 8)
    prefix = prefix_length(phrases)
    rate(lambda: fingerprints(phrases, seeds, prefix), len(seeds), f"phrases, {prefix} symbols of each")


def test_distinct_in_span(rate, phrases_of):
    """The first pass over a span: fingerprints, sorted, without repetitions."""
    phrases = phrases_of("zipf", 250_000)
    dedup = Deduplication(prefix_length(phrases), offset_bits=18, bucket_bits=4)
    rate(lambda: distinct_in_span(phrases, WorkUnit(0, 0, UNIT), dedup), UNIT, "phrases")


def test_sort(rate):
    """Numpy's sort of a unit's keys, with the copy that makes them unsorted again."""
    keys = np.random.default_rng(0).integers(0, 1 << 63, UNIT, np.uint64)
    buffer = np.empty_like(keys)

    def work():
        buffer[:] = keys
        buffer.sort()

    rate(work, UNIT, "keys")


def test_count(rate, block):
    """Lengths and ranks of a block."""
    counter = Counter()
    rate(lambda: counter.add(block), len(block.ids), "symbols")
