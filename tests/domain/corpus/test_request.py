"""A corpus on paper: units, names, extent and kept phrases against plain loops; and what its digest stands for."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.corpus.layout import shard_name
from hyperphrase.corpus.request import CorpusRequest, Extent, KeptPhrases, Output, extent, parts
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import Uniform
from hyperphrase.phrases.phrases import WorkUnit, seed_range
from hyperphrase.phrases.recipe import Recipe

RECIPE = Recipe(Zipf(), Uniform(), 1000, "5eed" * 16)
TFRECORD = Output("tfrecord", "none", "symbols")


def request_of(first=0, stop=100, phrases=None, size=30, outputs=(TFRECORD,), recipe=RECIPE):
    return CorpusRequest(recipe, first, stop, phrases, size, outputs)


@st.composite
def corpora(draw):
    """A request, and the offsets that each of its units drops."""
    first = draw(st.sampled_from([0, 5, 2**62, 2**63 - 200]))
    request = request_of(first, first + draw(st.integers(1, 200)), size=draw(st.integers(1, 60)))
    units = [request.unit(i) for i in range(request.unit_count)]
    drops = [sorted(draw(st.sets(st.integers(0, len(unit) - 1)))) for unit in units]
    return request, units, drops


def kept_seeds(units, drops):
    return [
        unit.first_seed + offset
        for unit, dropped in zip(units, drops, strict=True)
        for offset in range(len(unit))
        if offset not in dropped
    ]


def kept_phrases(unit, dropped, limit, total=1):
    return KeptPhrases(unit, np.array(dropped, np.uint32).tobytes(), limit, total)


@given(corpora())
def test_units_cover_the_range_once_and_only_the_last_is_shorter(corpus):
    request, units, _ = corpus
    assert list(range(request.first_seed, request.stop_seed)) == [
        seed for unit in units for seed in range(unit.first_seed, unit.stop_seed)
    ]
    assert {request.phrases_per_shard} >= {len(unit) for unit in units[:-1]}
    assert list(range(len(units))) == [unit.index for unit in units]


@given(corpora())
def test_a_seed_range_keeps_all_that_is_not_dropped(corpus):
    request, units, drops = corpus
    counts = np.array([len(dropped) for dropped in drops], np.int64)
    assert Extent(len(units), None, len(kept_seeds(units, drops)), short=False) == extent(request, counts)


@given(corpora(), st.integers(1, 250))
def test_a_number_of_phrases_ends_just_after_the_last_one_kept(corpus, phrases):
    request, units, drops = corpus
    request = dataclasses.replace(request, phrases=phrases)
    kept = kept_seeds(units, drops)
    found = extent(request, np.array([len(dropped) for dropped in drops], np.int64))
    if len(kept) < phrases:
        assert Extent(0, None, len(kept), short=True) == found
        return
    last = next(unit for unit in units if unit.stop_seed > kept[phrases - 1])
    in_last = sum(seed >= last.first_seed for seed in kept[:phrases])
    assert Extent(last.index + 1, in_last, phrases, short=False) == found
    shards = [
        kept_phrases(unit, dropped, found.last_kept if unit == last else None)
        for unit, dropped in zip(units[: found.units], drops[: found.units], strict=True)
    ]
    assert kept[:phrases] == [seed for shard in shards for seed in shard.seeds().tolist()]
    stop = shards[-1].stop_seed()
    assert kept[phrases - 1] + 1 == stop
    dropped = [seed for shard in shards for seed in shard.dropped_seeds().tolist()]
    assert sorted(set(range(request.first_seed, stop)) - set(kept)) == dropped  # kept + dropped = drawn


@given(corpora())
def test_kept_and_dropped_seeds_of_a_unit_are_its_seeds(corpus):
    _, units, drops = corpus
    for unit, dropped in zip(units, drops, strict=True):
        shard = kept_phrases(unit, dropped, None)
        assert np.uint64 == shard.seeds().dtype
        assert [unit.first_seed + offset for offset in dropped] == shard.dropped_seeds().tolist()
        assert sorted([*shard.seeds().tolist(), *shard.dropped_seeds().tolist()]) == list(
            range(unit.first_seed, unit.stop_seed)
        )
        assert unit.stop_seed == shard.stop_seed()


@given(corpora(), st.integers(1, 60))
def test_a_limit_keeps_the_lowest_seeds(corpus, limit):
    _, units, drops = corpus
    for unit, dropped in zip(units, drops, strict=True):
        every = kept_phrases(unit, dropped, None).seeds().tolist()
        if len(every) >= limit:
            shard = kept_phrases(unit, dropped, limit)
            assert every[:limit] == shard.seeds().tolist()
            assert every[limit - 1] + 1 == shard.stop_seed()
            assert all(seed < shard.stop_seed() for seed in shard.dropped_seeds().tolist())


def test_a_unit_that_loses_everything_makes_an_empty_shard():
    shard = kept_phrases(WorkUnit(1, 10, 13), [0, 1, 2], None)
    assert (shard.seeds().tolist(), shard.stop_seed(), shard.dropped_seeds().tolist()) == ([], 13, [10, 11, 12])


def test_the_digest_changes_with_everything_that_the_corpus_depends_on():
    by_phrases = request_of(phrases=50)
    others = [
        request_of(first=1),
        request_of(stop=101),
        request_of(size=31),
        request_of(outputs=()),
        request_of(outputs=(Output("tfrecord", "gzip", "symbols"),)),
        request_of(outputs=(Output("txt", "none", "symbols"),)),
        request_of(outputs=(Output("txt", "none", "words"),)),
        request_of(outputs=(TFRECORD, Output("txt", "none", "words"))),
        request_of(outputs=(Output("txt", "none", "words"), TFRECORD)),
        request_of(recipe=dataclasses.replace(RECIPE, key=1)),
        by_phrases,
        request_of(phrases=51),
        request_of(phrases=50, size=31),
    ]
    assert 1 + len(others) == len({request_of().digest, *(request.digest for request in others)})


def test_the_digest_does_not_change_with_how_far_the_drawn_range_overshoots():
    assert request_of(phrases=50, stop=100).digest == request_of(phrases=50, stop=1000).digest


def test_the_digest_is_frozen():
    """A run resumes with the same command: a new release must find the request of an old one."""
    assert request_of().digest == "b1bebc5d6419fc3eb2d2b942ac408a21bf2083962047e10965d2951a6697d176"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (Output("tfrecord", "none", "symbols"), "phrases-00003-of-00016.tfrecord"),
        (Output("jsonl", "gzip", "words"), "phrases-00003-of-00016.jsonl.gz"),
    ],
)
def test_shards_are_named_as_the_design_says(output, expected):
    assert expected == shard_name(3, 16, output.extension)


def test_names_of_more_than_99999_shards_are_longer_and_distinct():
    assert shard_name(100_000, 123_456, TFRECORD.extension) == "phrases-100000-of-123456.tfrecord"


@given(st.integers(0, 100), st.integers(1, 40))
def test_parts_put_together_are_the_seeds(count, size):
    seeds = seed_range(7, 7 + count)
    pieces = [part.tolist() for part in parts(seeds, size)]
    assert seeds.tolist() == [seed for piece in pieces for seed in piece]
    assert all(len(piece) == size for piece in pieces[:-1])
    assert all(pieces)
