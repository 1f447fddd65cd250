"""The report: well-formed HTML, all of it in one file, and nothing of it believed to be markup."""

import dataclasses
import re

import pytest

from hyperphrase.corpus.shard_table import Shard
from hyperphrase.formatting import format_bytes
from hyperphrase.report import Command, of_corpus, render
from tests.domain.report.pages import Page, corpus_of, lexicon_of, page_of

HOSTILE = "<script>alert('&')</script>\"><img src=x onerror=y>"
LIMIT = 1_000_000  # bytes of a page
LAWS = ["zipf:s=1.0", "permutation", "nest", "topics", "exhaustive", "flat:paired=true"]


def all_pages():
    yield page_of(corpus_of())
    yield page_of(corpus_of(), corpus_of("dyck:k=8", "fixed:length=20", 16))
    yield page_of(corpus_of(seeds=(0, 1)))
    yield page_of(corpus_of(), phrases=None, lexicon=None, count=0, corpus=None, missing=("lexicon.parquet: gone",))


@pytest.mark.parametrize("law", LAWS)
def test_a_page_is_well_formed_whatever_the_law(law):
    page = Page(page_of(corpus_of(law, "uniform:min=4,max=40", seeds=(0, 50))))
    assert page.tags[:4] == ["html", "head", "meta", "meta"]
    assert (page.tags.count("h1"), page.tags.count("svg") >= 3) == (1, True)


def test_the_check_of_well_formedness_can_fail():
    with pytest.raises(AssertionError):
        Page(page_of(corpus_of()).replace("</table>", "", 1))


@pytest.mark.parametrize("text", [*all_pages()])
def test_nothing_is_loaded_from_elsewhere(text):
    page = Page(text)
    assert re.findall(r"https?:|//|url\(|@import", text) == []
    assert not {"script", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert [("link", "href", "data:,")] == [each for each in page.attributes if each[1] in ("href", "src", "srcset")]
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name in ("style", "xlink:href")]


def test_texts_of_a_corpus_are_shown_as_text():
    words = lexicon_of(HOSTILE, "</p>", "&amp;", "\u202eright to left", name=HOSTILE)
    text = page_of(corpus_of("uniform", "fixed:length=8", seeds=(0, 20), lexicon=words))
    page = Page(text)
    assert not {"script", "img"} & set(page.tags)
    assert HOSTILE in page.text
    assert "&amp; " in page.text
    assert f"{HOSTILE}, 4 hyperwords" in page.texts
    assert "\u202e" not in text


def test_paths_of_two_corpora_are_shown_as_text():
    named = [of_corpus(corpus_of(), name=name) for name in (f"a/\"'{HOSTILE}", "b\n\x1b[31m")]
    page = Page(render(named, [Command((f"run '{HOSTILE}'",), (HOSTILE,)), Command(("run",))]))
    assert not {"script", "img"} & set(page.tags)
    assert f"a/\"'{HOSTILE}" in page.texts
    assert "b\\n\\x1b[31m" in page.texts


def test_the_numbers_of_the_corpus_are_there():
    corpus = corpus_of("zipf:s=1.0", "uniform:min=1,max=3", 20, (10, 2010))
    manifest, page = corpus.manifest, Page(page_of(corpus))
    assert 0 < manifest.dropped.count
    expected = [
        f"{manifest.kept:,} phrases, {manifest.symbols:,} symbols",
        f"2,000 = {manifest.kept:,} + {manifest.dropped.count:,}",
        "10 to 2,009", "zipf:s=1.0,beta=0.0", "uniform:min=1,max=3", corpus.recipe.digest, "synthetic, 20 hyperwords",
    ]  # fmt: skip
    assert [text for text in expected if text not in page.texts] == []
    floor = format_bytes(corpus.phrases.law.entropy * manifest.symbols / 8)
    assert f"{corpus.phrases.law.entropy:.2f} bits a symbol: no file of its symbols is below {floor}" in page.texts
    told = re.search(r"([0-9,]+) dropped, expected ([0-9,]+)", page.text)
    dropped, duplicates = (int(number.replace(",", "")) for number in told.groups())
    assert dropped == manifest.dropped.count
    assert abs(dropped - duplicates) < 5 * dropped**0.5


def test_twenty_phrases_are_shown_as_symbols_and_as_words():
    corpus = corpus_of(lengths="uniform:min=30,max=60")
    page = Page(page_of(corpus))
    assert page.tags.count("details") == 20
    places = [i * len(corpus) // 20 for i in range(20)]
    for phrase in (corpus[place] for place in places):
        assert f"seed {phrase.seed}, {len(phrase)} symbols" in page.texts
        assert corpus.lexicon.to_symbols(phrase.ids[:24]) + "…" in page.texts
        assert corpus.lexicon.to_symbols(phrase.ids[24:]) in page.texts
        assert corpus.lexicon.to_words(phrase.ids[24:]) in page.text


def test_a_phrase_that_is_too_long_is_counted_and_not_shown():
    page = Page(page_of(corpus_of(lengths="fixed:length=5000", seeds=(0, 2))))
    assert page.text.count("4600 more are not in this page") == 2
    assert page.text.count("376 more symbols") == 2


def test_pages_stay_below_a_megabyte():
    long_words = lexicon_of(*(f"{i}" + "<" * 240 for i in range(200)))
    worst = corpus_of("nest", "fixed:length=2000", seeds=(0, 60), lexicon=long_words)
    text = page_of(worst, worst)
    assert 200_000 < len(text.encode()) < LIMIT
    many = corpus_of("dyck:k=400", "uniform:min=300,max=500", 800, (0, 4000))
    assert len(page_of(many, many).encode()) < LIMIT


def test_many_shards_are_counted_and_not_listed():
    shard = Shard("phrases-00000-of-00001.tfrecord", 1, 9, 12_345_678, 0xBEEF, 0, 0)
    page = Page(page_of(corpus_of(seeds=(0, 30)), shards=(shard,) * 1234))
    assert page.texts.count(shard.name) == 100
    assert page.texts.count("0000beef") == 100
    assert "and 1,134 more" in page.texts


def test_what_is_missing_is_said_and_the_rest_shown():
    page = Page(page_of(corpus_of(), missing=("shards/x: is missing",)))
    assert "This corpus is not complete" in page.texts
    assert "shards/x: is missing" in page.texts
    assert page.tags.count("svg") >= 3
    bare = Page(page_of(corpus_of(), phrases=None, lexicon=None, count=0, corpus=None, missing=("gone",)))
    assert bare.tags.count("svg") == 0
    assert "zipf:s=1.0,beta=0.0" in bare.texts


def test_the_same_corpus_has_the_same_bytes():
    assert page_of(corpus_of()) == page_of(corpus_of())
    assert page_of(corpus_of()) != page_of(corpus_of(seeds=(1, 501)))


def test_a_large_corpus_is_sampled():
    corpus = corpus_of("permutation", "uniform:min=50,max=150", 200_000, (0, 10))
    claimed = dataclasses.replace(of_corpus(corpus), count=10**9, seeds=lambda places: places.astype("uint64"))
    page = Page(render([claimed], [Command(("run",))]))
    assert re.search(r"a sample of 10,000 phrases, [0-9,]+ symbols, evenly spread over the corpus", page.text)
    assert "seed 950000000, " in page.text


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.00 kB"), (1.234e9, "1.23 GB"), (3.5e18, "3,500.00 PB")],
)
def test_sizes_are_in_decimal_units(count, expected):
    assert expected == format_bytes(count)
