"""The cards of the gallery: colours that mean what the legend says, and laws that nobody has listed."""

import itertools
import math
from dataclasses import dataclass

import pytest

from hyperphrase.laws.grammar import parameter
from hyperphrase.laws.independent.uniform import Uniform
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.report import gallery, gallery_cells
from hyperphrase.report.gallery_cells import COLOURS, strip
from hyperphrase.report.gallery_recipes import SHOWN
from tests.domain.report.pages import Page, corpus_of


def strips_of(law, lengths, vocabulary, colours, **how):
    corpus = corpus_of(law, lengths, vocabulary, (0, 5), **how)
    return [strip(phrase, corpus.phrases, corpus.lexicon, colours, words=False) for phrase in corpus]


def test_what_is_listed_is_a_law_with_colours_that_there_are():
    assert set(SHOWN) <= set(SYMBOL_LAWS)
    assert {shown.colours for shown in SHOWN.values()} <= set(COLOURS)


@dataclass(frozen=True, kw_only=True)
class Later(Uniform):
    """A law that was added after the gallery was written."""

    name = "later"
    summary = "a law of <later>"
    __module__ = "hyperphrase.laws.independent.later"


@dataclass(frozen=True, kw_only=True)
class Needy(Uniform):
    """One that has a parameter without a default."""

    name = "needy"
    summary = "a law that needs something"
    __module__ = "hyperphrase.laws.independent.needy"
    something: int = parameter(1, 9, "what only its user has")


def test_a_law_that_is_added_later_appears_by_itself(monkeypatch):
    monkeypatch.setattr(gallery, "SYMBOL_LAWS", {law.name: law for law in (Later, Needy)})
    (family,) = gallery.families()
    assert ("Independent", ["later", "needy"]) == (family.title, [card.law.name for card in family.cards])
    page = Page(gallery.page([family]))
    assert "a law of <later>" in page.texts
    assert 3 == [value for tag, name, value in page.attributes if (tag, name) == ("p", "class")].count("cells")
    assert "hyperphrase run --sampler=later" in page.text
    assert "hyperphrase run --sampler=needy" not in page.text
    assert "what only its user has, 1 to 9" in page.texts


def test_ranks_have_colours_on_a_logarithmic_scale():
    (first, *_) = strips_of("zipf:s=1.0", "fixed:length=30", 1000, "rank")
    corpus = corpus_of("zipf:s=1.0", "fixed:length=30", 1000, (0, 1))
    for cell, i in zip(first.cells, corpus[0].ids.tolist(), strict=True):
        assert (cell.colour, cell.text) == (f"r{int(8 * math.log(i + 1) / math.log(1001))}", "")


@pytest.mark.parametrize("vocabulary", [2, 3, 8, 9, 300])
def test_colours_in_order_run_from_the_first_to_the_last(vocabulary):
    numbers = [gallery_cells._spread(i, vocabulary) for i in range(vocabulary)]
    assert (0, 7, sorted(numbers)) == (numbers[0], numbers[-1], numbers)
    assert len(set(numbers)) == min(vocabulary, 8)


def test_a_separator_has_a_colour_of_its_own():
    for each in strips_of("union", "fixed:length=20", 9, "tokens"):
        assert 2 == [cell.colour for cell in each.cells].count("end")


def test_both_ends_of_an_arc_have_its_colour():
    for law, vocabulary in [("shuffle_dyck:k=4", 8), ("flat:paired=true", 16), ("reverse", 9)]:
        for each in strips_of(law, "uniform:min=20,max=31", vocabulary, "tokens" if law == "reverse" else "pair"):
            assert each.arcs
            for first, second, height, colour in each.arcs:
                ends = {each.cells[int(first)].colour, each.cells[int(second)].colour}
                assert ({colour}, True) == (ends, 0 < height <= each.height)


def test_a_long_phrase_is_cut():
    (first, *_) = strips_of("dyck:k=4", "fixed:length=60", 8, "pair")
    assert (32, 32, True) == (len(first.cells), first.columns, first.cut)
    assert max(second for _, second, _, _ in first.arcs) < 32


def test_words_that_come_again_have_a_colour():
    corpus = corpus_of("pitman_yor:d=0.3,theta=1", "fixed:length=40", 5000, (0, 5))
    for phrase in corpus:
        words = corpus.words(corpus.seeds.index(phrase.seed)).split()
        shown = strip(phrase, corpus.phrases, corpus.lexicon, "again", words=True)
        assert words == [cell.text for cell in shown.cells]
        for cell, i in zip(shown.cells, phrase.ids.tolist(), strict=True):
            assert bool(cell.colour) == (words.count(cell.text) > 1 and i >= 100)


def test_a_topic_is_the_one_that_draws_a_symbol_most_often():
    corpus = corpus_of("topics:k=3,eta=5", "fixed:length=30", 50, (0, 4))
    tables = corpus.phrases.law.tables(0)
    shares = [tables.probabilities(topic, 50) for topic in range(3)]
    for phrase in corpus:
        shown = strip(phrase, corpus.phrases, corpus.lexicon, "topic", words=False)
        for cell, i in zip(shown.cells, phrase.ids.tolist(), strict=True):
            assert shares[int(cell.colour[1:])][i] == max(share[i] for share in shares)


def test_an_automaton_is_shown_row_by_row():
    corpus = corpus_of("eca:rule=90,width=16,window=16,patch=4", "fixed:length=32", 16, (0, 1))
    shown = strip(corpus[0], corpus.phrases, corpus.lexicon, "bits", words=False)
    bits = [int(cell.colour == "on") for cell in shown.cells]
    rows = [bits[i : i + 16] for i in range(0, 128, 16)]
    assert (16, 8) == (shown.columns, len(rows))
    for old, new in itertools.pairwise(rows):
        assert new == [old[i - 1] ^ old[(i + 1) % 16] for i in range(16)]
