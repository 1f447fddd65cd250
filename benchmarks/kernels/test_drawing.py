"""Drawing phrases, telling them apart, counting them."""

import numpy as np
import pytest

from hyperphrase.corpus.statistics import Counter
from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span
from hyperphrase.deduplication.fingerprints import fingerprints, prefix_length
from hyperphrase.phrases.phrases import CHUNK, WorkUnit, seed_range

UNIT = 1 << 18  # seeds, as in a run


@pytest.mark.parametrize("vocabulary", [250_000, 500_000])
@pytest.mark.parametrize("law", ["zipf", "uniform"])
def test_draw(rate, phrases_of, law, vocabulary):
    """Lengths and ids of 2,048 phrases."""
    phrases, seeds = phrases_of(law, vocabulary), seed_range(0, CHUNK)
    rate(lambda: phrases.draw_reused(seeds), len(phrases.draw_reused(seeds).ids), "symbols")


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
