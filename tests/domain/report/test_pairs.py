"""Pairs of brackets and of words: those that the laws draw."""

import pytest

from hyperphrase.laws.dependencies.dyck import Dyck
from hyperphrase.laws.dependencies.nest import Nest
from hyperphrase.laws.dependencies.repetition import Repetition
from hyperphrase.laws.dependencies.shuffle_dyck import ShuffleDyck
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.report.pairs import has_pairs, pairs_of
from hyperphrase.report.shown_phrases import CELL, shown
from tests.domain.report.pages import corpus_of


def test_brackets_are_paired_by_type():
    assert [(0, 2), (1, 3)] == pairs_of(ShuffleDyck(k=2), [0, 1, 2, 3], 4)
    assert [(1, 2), (0, 3)] == pairs_of(Dyck(k=1), [0, 0, 1, 1], 2)
    assert [(1, 2)] == pairs_of(Dyck(k=1), [0, 0, 1], 2)  # cut off: the first is open


def test_words_are_paired_with_themselves_or_their_partners():
    assert [(1, 2), (0, 3)] == pairs_of(Nest(), [5, 7, 7, 5], 10)
    assert [(0, 2), (1, 3)] == pairs_of(Repetition(m=2, paired=True), [1, 1, 6, 6], 10)
    assert [(0, 2), (1, 3), (4, 6)] == pairs_of(Repetition(m=2), [1, 1, 1, 1, 8, 1, 8], 10)
    assert [(1, 2), (0, 3)] == pairs_of(Nest(paired=True), [1, 1, 6, 6], 10)
    assert [] == pairs_of(Nest(paired=True), [6, 1], 10)
    assert ([], False) == (pairs_of(Zipf(), [1, 1], 10), has_pairs(Zipf()))


@pytest.mark.parametrize(
    "law", ["dyck:k=5", "shuffle_dyck:k=5", "flat:paired=true", "nest:paired=true,close=true", "flat"]
)
def test_all_of_a_closed_phrase_is_paired(law):
    corpus = corpus_of(law, "uniform:min=2,max=60", 10, (0, 200))
    offset = 5 if "dyck" in law or "paired" in law else 0
    for phrase in corpus:
        ids = phrase.ids.tolist()
        pairs = pairs_of(corpus.recipe.law, ids, 10)
        if "shuffle" not in law and not (law == "flat" and any(ids.count(i) % 2 for i in ids)):
            assert sorted(place for pair in pairs for place in pair) == list(range(len(ids)))
        assert all(first < second and ids[second] == ids[first] + offset for first, second in pairs)


@pytest.mark.parametrize("name", ["copy", "reverse", "sort", "set", "union", "delete"])
@pytest.mark.parametrize("cut", [None, 25])
def test_what_a_transduction_makes_is_paired_with_what_it_is_made_of(name, cut):
    corpus = corpus_of(name, "uniform:min=5,max=40", 7, (0, 200))
    for phrase in corpus:
        ids = phrase.ids.tolist()[:cut]
        ends = [place for place, symbol in enumerate(ids) if symbol == 6]
        pairs = pairs_of(corpus.recipe.law, ids, 7)
        if len(ends) < (2 if name in ("union", "delete") else 1):
            assert [] == pairs
            continue
        assert [second for _, second in pairs] == list(range(ends[-1] + 1, len(ids)))
        assert all(ids[first] == ids[second] and first < ends[-1] for first, second in pairs)
        sources = [first for first, _ in pairs]
        assert len(set(sources)) == len(sources)
        if name == "sort":
            assert sources == sorted(range(ends[0]), key=lambda place: (ids[place], place))[: len(sources)]
        else:
            assert sources == sorted(sources, reverse=name == "reverse")
        if name in ("set", "union"):
            assert all(ids[first] not in ids[:first] for first in sources)


def test_arcs_join_the_symbols_of_a_pair():
    corpus = corpus_of("dyck:k=5", "fixed:length=80", 10, (0, 5))
    phrase = shown(corpus[0], corpus.recipe.law, corpus.lexicon)
    assert phrase.arcs.width == 48 * CELL
    pairs = [pair for pair in pairs_of(corpus.recipe.law, corpus[0].ids.tolist(), 10) if pair[1] < 48]
    assert [(first * CELL + CELL / 2, second * CELL + CELL / 2) for first, second in pairs] == [
        arc[:2] for arc in phrase.arcs.arcs
    ]
    for first, second in pairs:
        cells = [*phrase.first, *phrase.rest]
        assert cells[first].colour == cells[second].colour is not None


def test_laws_without_pairs_have_no_colours():
    corpus = corpus_of(seeds=(0, 3))
    phrase = shown(corpus[0], corpus.recipe.law, corpus.lexicon)
    assert (None, {None}) == (phrase.arcs, {cell.colour for cell in phrase.first})
