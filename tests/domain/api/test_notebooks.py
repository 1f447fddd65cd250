"""What notebooks show of corpora, recipes, manifests and lexicons: tables and charts, by IPython's own protocol."""

import dataclasses
from xml.etree import ElementTree

import pytest
from IPython.core.formatters import DisplayFormatter

import hyperphrase as hp
from hyperphrase.corpus.request import Output
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.corpus.virtual import NoFiles
from tests.domain.report.pages import Page, corpus_of, lexicon_of

SVG = "{http://www.w3.org/2000/svg}"


def shown_as(value, kind):
    """Return what a notebook gets of a value, of one kind."""
    data, _ = DisplayFormatter().format(value)
    return data[kind]


def texts_of(plot):
    """Return the texts of a chart, after reading it as XML."""
    return [each.text for each in ElementTree.fromstring(shown_as(plot, "image/svg+xml")).iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def corpus():
    return corpus_of(seeds=(0, 500))


def test_tables_say_what_a_thing_is(corpus):
    tables = {
        "recipe": (corpus.recipe, ["zipf:s=1.0,beta=0.0", "uniform:min=1,max=60, 30.5 symbols on average"]),
        "phrases": (corpus.phrases, ["zipf:s=1.0,beta=0.0", f"{corpus.phrases.law.entropy:.2f} bits a symbol"]),
        "manifest": (
            corpus.manifest,
            [
                f"{len(corpus)} of 500 seeds, 0 to 499",
                f"{corpus.manifest.symbols:,}, of the lexicon synthetic",
            ],
        ),
        "lexicon": (corpus.lexicon, ["synthetic", "1,000", f"{corpus.lexicon.symbol(0)} {corpus.lexicon.words[0]}"]),
        "corpus": (corpus, ["drawn again", "none"]),
    }
    for name, (value, texts) in tables.items():
        page = Page(shown_as(value, "text/html"))
        assert f"hyperphrase {name}" == page.texts[0]
        assert set(texts) <= set(page.texts)
        assert set(page.tags) == {"b", "table", "tr", "td"}


def test_a_manifest_shows_the_bytes_of_each_format(corpus):
    shard = Shard("phrases-00000-of-00001.txt", 1, 9, 12_345, 0, 0, 0)
    manifest = dataclasses.replace(corpus.manifest, outputs=(Output("txt", "gzip", "words"),), shards=(shard,))
    assert "<td>txt, gzip</td><td>12.35 kB</td>" in shown_as(manifest, "text/html")


def test_words_of_strangers_are_escaped():
    hostile = lexicon_of("<script>alert(1)</script>", "&amp;", '"><img src=x>', "\u202eright", name="<b>mine</b>")
    corpus = corpus_of("uniform", "fixed:length=3", 4, (0, 30), lexicon=hostile)
    for value in (corpus, corpus.manifest, corpus.lexicon, corpus.recipe, corpus.phrases):
        text = shown_as(value, "text/html")
        assert not {"script", "img"} & set(Page(text).tags)
        assert text.count("<b>") == 1
        assert "\u202e" not in text


def test_each_thing_has_its_charts(corpus):
    assert "probabilities of lengths" in hp.plot(corpus.recipe).svg
    assert "this corpus" not in texts_of(hp.plot(corpus.manifest))  # one series needs no legend
    assert {"this corpus", "expected by the length law"} <= set(texts_of(hp.plot(corpus)))
    assert {"sample", "law", "rank of the word"} <= set(texts_of(hp.plot(corpus, "ranks")))
    assert {"sample", "expected by the law", "words read"} <= set(texts_of(hp.plot(corpus, "growth")))


def test_a_chart_of_a_recipe_has_the_probabilities_of_its_length_law():
    recipe = hp.Recipe.create("dyck:k=4", lengths="uniform:min=5,max=9", lexicon=hp.Lexicon.load("english", 8))
    assert ["0%", "10%", "20%", "30%", "40%", "50%"] == [text for text in texts_of(hp.plot(recipe)) if "%" in text]


def test_a_chart_loads_nothing_and_is_saved_as_it_is_shown(corpus, tmp_path):
    plot = hp.plot(corpus)
    plot.save(tmp_path / "lengths.svg")
    assert (tmp_path / "lengths.svg").read_text("utf-8") == shown_as(plot, "image/svg+xml")
    root = ElementTree.fromstring(plot.svg)
    assert {"svg", "style", "rect", "g", "path", "text", "title"} >= {
        each.tag.removeprefix(SVG) for each in root.iter()
    }
    assert not any(text in plot.svg for text in ("https://", "url(", "@import"))
    assert plot.svg.count("http://") == 1  # the name of the format
    assert "Plot('lengths')" == repr(plot)


def test_a_corpus_without_a_phrase_is_shown(corpus):
    manifest = dataclasses.replace(corpus.manifest, kept=0, length_histogram={})
    empty = hp.Corpus("", NoFiles(), manifest)
    vars(empty).update(lexicon=corpus.lexicon, phrases=corpus.phrases, dropped=corpus.dropped)
    assert "0 of 0 symbols" in shown_as(empty, "text/html")
    assert "0 of 500 seeds" in shown_as(manifest, "text/html")
    assert texts_of(hp.plot(manifest)) == texts_of(hp.plot(empty)) == ["There is nothing to show."]


@pytest.mark.parametrize("what", ["ranks", "growth", "length", ""])
def test_what_cannot_be_plotted_is_refused(corpus, what):
    for value in (corpus.recipe, corpus.manifest):
        with pytest.raises(
            hp.InputError, match=f"allowed for this {type(value).__name__} are lengths; a corpus has"
        ) as e:
            hp.plot(value, what)
        assert e.value.field == "what"


def test_other_values_are_refused(corpus, tmp_path):
    with pytest.raises(hp.InputError, match="give a Corpus, a Recipe or a Manifest"):
        hp.plot(corpus.lexicon)
    with pytest.raises(hp.InputError, match=r"allowed for this Corpus are lengths, ranks, growth$"):
        hp.plot(corpus, "entropy")
    for name, problem in [("x.png", "ends with .svg"), ("nowhere/x.svg", "cannot be written")]:
        with pytest.raises(hp.InputError, match=problem):
            hp.plot(corpus.recipe).save(tmp_path / name)
    assert [] == [*tmp_path.iterdir()]
