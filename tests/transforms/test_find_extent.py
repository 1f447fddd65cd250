"""FindExtent adds up drops that arrive in parts and finds the end of the corpus."""

import apache_beam as beam
import pytest

from hyperphrase.corpus.request import Extent
from transforms.find_extent import FindExtent

# 10 units of 100 seeds; units 3 and 7 drop 30 and 50, in parts; all seeds are seen, in parts
COUNTS = [({7: 20}, 20), ({3: 10}, 10), ({7: 30, 3: 20}, 500), ({}, 470)]


@pytest.mark.parametrize("order", range(2))
@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        (None, Extent(10, None, 920, short=False)),
        (920, Extent(10, 100, 920, short=False)),
        (921, Extent(0, None, 920, short=True)),
        (370, Extent(4, 70, 370, short=False)),
        (371, Extent(5, 1, 371, short=False)),
        (1, Extent(1, 1, 1, short=False)),
    ],
)
def test_the_corpus_ends_with_its_last_phrase(outputs_of, context_of, shuffled, phrases, expected, order):
    context = context_of(phrases=phrases)
    arriving = shuffled(COUNTS, order)
    assert [expected] == outputs_of(lambda p: p | beam.Create(arriving) | FindExtent(context.request))


def test_without_drops_all_is_kept(outputs_of, context_of):
    context = context_of((0, 950))
    everything = outputs_of(lambda p: p | beam.Create([({}, 950)]) | FindExtent(context.request))
    assert [Extent(10, None, 950, short=False)] == everything


@pytest.mark.parametrize("seen", [999, 1001, 0])
def test_seeds_that_nobody_compared_are_an_error(outputs_of, context_of, seen):
    """A run of keys that an engine lost would else let its duplicates through."""
    context = context_of()
    with pytest.raises(Exception, match=f"{seen} seeds were compared, 1000 were drawn"):
        outputs_of(lambda p: p | beam.Create([({4: 0}, seen)]) | FindExtent(context.request))
