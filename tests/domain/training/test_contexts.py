"""Contexts for training: what each one holds, their order, and streams that agree on any number of ranks."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase import Corpus, InputError, Lexicon, Recipe
from hyperphrase.training import token_positions

LEXICON = Lexicon.load("synthetic", vocabulary=50)
SEPARATOR, BEGIN, PADDING = 50, 51, 52


def corpus_of(lengths="uniform:min=1,max=9", seeds=(0, 700), key=0):
    return Corpus.virtual(Recipe.create("zipf:s=1.0", lengths=lengths, lexicon=LEXICON, key=key), LEXICON, seeds)


CORPUS = corpus_of()


def tokens_of(corpus, special):
    """Return the tokens of each phrase, special ones included, in plain Python."""
    begin, separator = special.get("begin"), special.get("separator")
    lead, end = ([] if one is None else [one] for one in (begin, separator))
    return [[*lead, *phrase.ids.tolist(), *end] for phrase in corpus]


def context_of(pieces, length, padding=0):
    """Return (ids, document ids, position ids) of a context of pieces: lists of tokens."""
    rows = [(token, document, at) for document, piece in enumerate(pieces) for at, token in enumerate(piece)]
    rows += [(padding, -1, 0)] * (length - len(rows))
    return tuple(zip(*rows, strict=True))


def concatenated(corpus, length, special, tail):
    """Return the contexts of ``concat`` in the order of the corpus, one token at a time."""
    stream = [(token, place) for place, phrase in enumerate(tokens_of(corpus, special)) for token in phrase]
    contexts = []
    for start in range(0, len(stream), length):
        part = stream[start : start + length]
        if len(part) < length and tail == "drop":
            break
        while len(part) < length and tail == "wrap":
            part += [(token, ("again", len(part), place)) for token, place in stream[: length - len(part)]]
        pieces, last = [], None
        for token, place in part:
            owner = place if not isinstance(place, tuple) else (place[1], place[2])
            if owner != last:
                pieces.append([])
                last = owner
            pieces[-1].append(token)
        contexts.append(context_of(pieces, length, special.get("padding", 0)))
    return contexts


def read(plan, indices):
    made = plan[indices]
    columns = (made["input_ids"], made["document_ids"], made["position_ids"])
    assert all(column.dtype == np.int32 for column in columns)
    return [tuple(tuple(column[i].tolist()) for column in columns) for i in range(len(columns[0]))]


@pytest.mark.parametrize("tail", ["drop", "pad", "wrap"])
@pytest.mark.parametrize("length", [1, 2, 7, 64, 1000, 3400])
@pytest.mark.parametrize(
    "special",
    [
        {},
        {"separator": SEPARATOR},
        {"begin": BEGIN},
        {"begin": BEGIN, "separator": SEPARATOR, "padding": PADDING},
    ],
)
def test_concat_joins_all_phrases_and_cuts_them(length, special, tail):
    plan = CORPUS.contexts(length=length, tail=tail, **special)
    expected = concatenated(CORPUS, length, special, tail)
    assert len(plan) == len(expected)
    assert sorted(read(plan, range(len(plan)))) == sorted(expected)


def test_a_context_longer_than_the_corpus_wraps_around_as_often_as_it_takes():
    small = corpus_of(seeds=(0, 3))
    special = {"separator": SEPARATOR}
    plan = small.contexts(length=100, tail="wrap", **special)
    assert read(plan, [0]) == concatenated(small, 100, special, "wrap")


def test_positions_in_huge_units_are_wider(monkeypatch):
    narrow = CORPUS.contexts(length=16)
    monkeypatch.setattr(token_positions, "_MOST_NARROW", 100)
    wide = CORPUS.contexts(length=16)
    assert [plan._packing._positions._index.inside.dtype for plan in (narrow, wide)] == [np.uint32, np.int64]
    assert read(narrow, range(len(narrow))) == read(wide, range(len(narrow)))


@pytest.mark.parametrize("special", [{}, {"separator": SEPARATOR}, {"begin": BEGIN, "padding": PADDING}])
def test_pad_puts_each_phrase_into_a_context_of_its_own(special):
    plan = CORPUS.contexts(length=12, packing="pad", **special)
    expected = [context_of([tokens], 12, special.get("padding", 0)) for tokens in tokens_of(CORPUS, special)]
    assert len(plan) == len(CORPUS)
    assert sorted(read(plan, range(len(plan)))) == sorted(expected)


@pytest.mark.parametrize("seeds", [(0, 700), (0, 4000)])
@pytest.mark.parametrize("length", [3, 9, 16, 200])
def test_best_fit_splits_no_phrase_that_fits_and_loses_none(length, seeds):
    corpus = corpus_of("uniform:min=1,max=12", seeds)
    special = {"separator": SEPARATOR, "padding": PADDING}
    plan = corpus.contexts(length=length, packing="best_fit", **special)
    found, padding = [], 0
    for ids, documents, positions in read(plan, range(len(plan))):
        pieces = [[] for _ in range(max(documents) + 1)]
        for token, document, position in zip(ids, documents, positions, strict=True):
            if document < 0:
                assert token == PADDING
                padding += 1
            else:
                assert len(pieces[document]) == position
                pieces[document].append(token)
        found += map(tuple, pieces)
    expected = []
    for tokens in tokens_of(corpus, special):
        expected += [tuple(tokens[start : start + length]) for start in range(0, len(tokens), length)]
    assert sorted(found) == sorted(expected)
    used = sum(map(len, expected))
    assert len(plan) * length == used + padding
    sizes = [len(tokens) for tokens in tokens_of(corpus, special)]
    assert len(plan) == sum(bins_of(sizes[start : start + 1024], length) for start in range(0, len(sizes), 1024))


def bins_of(sizes, length):
    """Return how many bins best-fit decreasing takes, by looking at all bins each time."""
    pieces = [min(length, size - start) for size in sizes for start in range(0, size, length)]
    rooms = []
    for piece in sorted(pieces, reverse=True):
        fitting = [room for room in rooms if room >= piece]
        if fitting:
            rooms.remove(min(fitting))
        rooms.append((min(fitting) if fitting else length) - piece)
    return len(rooms)


def test_an_epoch_has_each_context_once_and_the_next_one_in_another_order():
    plan = CORPUS.contexts(length=16, separator=SEPARATOR)
    n = len(plan)
    first, second, third = (read(plan, range(epoch * n, (epoch + 1) * n)) for epoch in range(3))
    assert sorted(first) == sorted(second) == sorted(third)
    assert len({tuple(first), tuple(second), tuple(third)}) == 3
    assert np.mean([one == other for one, other in zip(first, second, strict=True)]) < 0.1


def test_seed_and_epoch_are_not_added():
    plans = [CORPUS.contexts(length=16, seed=seed) for seed in (0, 1)]
    n = len(plans[0])
    assert read(plans[0], range(n, 2 * n)) != read(plans[1], range(n))
    assert read(plans[0], range(n)) != read(plans[1], range(n))


def test_one_context_several_and_a_slice_are_the_same():
    plan = CORPUS.contexts(length=16)
    for name, rows in plan[3:9].items():
        assert rows.shape == (6, 16)
        assert np.array_equal(rows[[4, 1, 1]], plan[[7, 4, 4]][name])
        assert np.array_equal(rows[2], plan[5][name])
        assert np.array_equal(rows[2], plan[np.int64(5)][name])
        assert plan[[]][name].shape == (0, 16)
    n = len(plan)
    indices = [2 * n + 3, n - 1, n, 0, 5 * n]  # of several epochs at once
    assert read(plan, indices) == [read(plan, [index])[0] for index in indices]
    assert len(list(plan)) == n
    for wrong in (-1, [1, -5], slice(-3, 2)):
        with pytest.raises(IndexError):
            plan[wrong]
    with pytest.raises(IndexError, match="give the end"):
        plan[3:]
    with pytest.raises(TypeError, match="whole number"):
        plan["a"]


def test_a_plan_can_be_pickled_and_has_a_stable_repr():
    for packing in ("concat", "best_fit", "pad"):
        plan = CORPUS.contexts(length=16, packing=packing)
        other = pickle.loads(pickle.dumps(plan))
        assert repr(other) == repr(plan)
        assert read(other, range(5)) == read(plan, range(5))


def test_the_way_a_corpus_is_stored_does_not_change_its_contexts():
    """Units say how many symbols they have where there are shards, and are counted where there are none."""
    whole = corpus_of(seeds=(0, 3000))
    plan = whole.contexts(length=32, separator=SEPARATOR)

    class Stored(type(plan._source)):
        def units(self):
            lengths = self.lengths(np.arange(self.count))
            bounds = np.array([0, 700, 700, 701, 2000, self.count])  # units of any size, an empty one among them
            return bounds, np.append(0, np.cumsum(lengths))[bounds]

    from hyperphrase.training.packing import Concat

    stored = Concat(Stored(whole), 32, plan._special, "drop")
    assert stored.count == len(plan)
    for ours, theirs in zip(
        stored.pieces(np.arange(len(plan))), plan._packing.pieces(np.arange(len(plan))), strict=True
    ):
        assert np.array_equal(ours, theirs)


PLAN = CORPUS.contexts(length=16, separator=SEPARATOR)


@pytest.mark.parametrize(("batch_size", "world_size"), [(12, 1), (6, 2), (4, 3), (3, 4), (1, 12)])
def test_any_number_of_ranks_sees_the_same_contexts_at_each_step(batch_size, world_size):
    streams = [PLAN.stream(batch_size, rank, world_size) for rank in range(world_size)]
    for step in range(2 * len(PLAN) // 12):
        seen = np.concatenate([next(stream)["input_ids"] for stream in streams])
        assert np.array_equal(seen, PLAN[12 * step : 12 * step + 12]["input_ids"])
    assert len({str(stream.state_dict()) for stream in streams}) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([(12, 1), (6, 2), (4, 3), (1, 12)])), max_size=4))
def test_a_stream_goes_on_where_it_stopped_on_any_number_of_ranks(legs):
    consumed, state = 0, None
    for steps, (batch_size, world_size) in [*legs, (1, (12, 1))]:
        streams = [PLAN.stream(batch_size, rank, world_size) for rank in range(world_size)]
        for stream in streams:
            if state is not None:
                stream.load_state_dict(state)
        for _ in range(steps):
            seen = np.concatenate([next(stream)["input_ids"] for stream in streams])
            assert np.array_equal(seen, PLAN[consumed : consumed + 12]["input_ids"])
            consumed += 12
        state = streams[-1].state_dict()
        assert state["contexts"] == consumed


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_take_turns_with_the_batches_of_a_rank(workers):
    stream, expected = PLAN.stream(3, 1, 2), PLAN.stream(3, 1, 2)
    for one in (stream, expected):
        next(one)
        one.skip()  # the second batch is nobody's
    parts = [stream.part(number, workers) for number in range(workers)]
    for step in range(40):
        if step % 7 == 0:  # a part goes on by its own state
            parts = [part_of(stream, number, workers, part.state_dict()) for number, part in enumerate(parts)]
        seen = next(parts[step % workers])["input_ids"]
        assert np.array_equal(seen, next(expected)["input_ids"])
        assert np.array_equal(seen, PLAN[6 * step + 15 : 6 * step + 18]["input_ids"])
    assert stream.state_dict()["contexts"] == 12


def part_of(stream, number, workers, state):
    part = stream.part(number, workers)
    part.load_state_dict(state)
    return part


def test_steps_are_equal_on_all_ranks():
    assert PLAN.steps(4, 3) == PLAN.steps(12) == len(PLAN) // 12


def test_a_foreign_state_is_refused():
    state = PLAN.stream(4).state_dict()
    assert all(isinstance(value, int) for value in state.values())
    others = [
        CORPUS.contexts(length=16),
        CORPUS.contexts(length=16, separator=SEPARATOR, seed=1),
        corpus_of(key=1).contexts(length=16, separator=SEPARATOR),
        corpus_of(seeds=(0, 701)).contexts(length=16, separator=SEPARATOR),
    ]
    for other in others:
        with pytest.raises(InputError, match=r"^state=.*another corpus or of other options"):
            other.stream(4).load_state_dict(state)
    for wrong in ({}, None, {**state, "more": 1}, {**state, "version": 2}, {**state, "contexts": -1}):
        with pytest.raises(InputError, match=r"^state"):
            PLAN.stream(4).load_state_dict(wrong)


@pytest.mark.parametrize(
    ("options", "field", "reason"),
    [
        ({"length": 0}, "length", "whole number from 1"),
        ({"length": 9, "packing": "greedy"}, "packing", "concat, best_fit, pad"),
        ({"length": 9, "tail": "keep"}, "tail", "drop, pad, wrap"),
        ({"length": 9, "tail": "wrap", "packing": "pad"}, "tail", "leave it out"),
        ({"length": 8, "packing": "pad"}, "length", "the longest phrase has 9 symbols"),
        ({"length": 9, "packing": "pad", "separator": 1}, "length", "give 10 or more"),
        ({"length": 9, "separator": 53}, "separator", "from 0 to 52"),
        ({"length": 9, "begin": -1}, "begin", "from 0 to 52"),
        ({"length": 9, "padding": None}, "padding", "from 0 to 52"),
        ({"length": 9, "seed": -1}, "seed", "from 0 to"),
    ],
)
def test_wrong_options_are_refused(options, field, reason):
    with pytest.raises(InputError, match=reason) as caught:
        CORPUS.contexts(**options)
    assert caught.value.field == field


@pytest.mark.parametrize("given", [(0, 0, 1), (4, 1, 1), (4, -1, 2), (4, 0, 0), ("4", 0, 1)])
def test_a_stream_of_no_rank_is_refused(given):
    with pytest.raises(InputError):
        PLAN.stream(*given)


def test_a_corpus_too_small_for_a_context_has_no_stream():
    plan = corpus_of(seeds=(0, 3)).contexts(length=1000)
    assert len(plan) == 0
    with pytest.raises(InputError, match="too few tokens"):
        plan.stream(1)
