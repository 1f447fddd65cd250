"""The report: well-formed HTML, all of it in one file, and nothing of it believed to be markup."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from hyperphrase.corpus.manifest import DroppedSeeds, Manifest
from hyperphrase.corpus.request import Output
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.formatting import format_bytes
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import Uniform
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.report.page import render

VOID = {"meta", "br", "hr", "img", "link", "input"}
MANIFEST = Manifest(
    recipe=Recipe(Zipf(), Uniform(min=1, max=9), 1000, "5eed" * 16, 42),
    first_seed=0,
    stop_seed=1_000_010,
    phrases_per_shard=500_000,
    outputs=(Output("tfrecord", "none", "symbols"),),
    kept=1_000_007,
    length_histogram={2: 3, 9: 1_000_004},
    shards=(Shard("phrases-00000-of-00001.tfrecord", 1_000_007, 9_000_042, 12_345_678, 0xBEEF, 0, 1_000_006),),
    dropped=DroppedSeeds(3, (1, 2, 3)),
    files=(),
    lexicon="english",
    versions={},
)
EMPTY = dataclasses.replace(
    MANIFEST, kept=0, length_histogram={}, shards=(), outputs=(), dropped=DroppedSeeds(1_000_010, None)
)
RANKS = [4, 3, 2, *[1] * 18]


class Page(HTMLParser):
    """Reads a page, checks that its tags are closed in order, and gathers what is in it."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def page_of(manifest=MANIFEST, ranks=RANKS, entropy=7.5):
    return Page(render(manifest, ranks, entropy))


@pytest.mark.parametrize("manifest", [MANIFEST, EMPTY])
def test_the_report_is_well_formed(manifest):
    page = page_of(manifest)
    assert page.tags[:7] == ["html", "head", "meta", "title", "style", "body", "h1"]


def test_the_check_of_well_formedness_can_fail():
    with pytest.raises(AssertionError):
        Page(render(MANIFEST, RANKS, 7.5).replace("</table>", "", 1))


@pytest.mark.parametrize("manifest", [MANIFEST, EMPTY])
def test_nothing_is_loaded_from_elsewhere(manifest):
    text, page = render(manifest, RANKS, 7.5), page_of(manifest)
    assert re.findall(r"https?:|//|url\(|@import", text) == []
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"src", "href", "xlink:href", "srcset", "style"} & names
    assert not [name for name in names if name.startswith("on")]


def test_what_a_user_named_is_shown_as_text():
    hostile = "<script>alert('&')</script>\"><img src=x onerror=y>"
    text = render(dataclasses.replace(MANIFEST, lexicon=hostile), RANKS, 7.5)
    assert "<script" not in text
    assert "<img" not in text
    assert f"{hostile}, 1,000 hyperwords" in Page(text).texts


def test_the_numbers_of_the_corpus_are_there():
    texts = page_of().texts
    expected = [
        "hyperphrase corpus: 1,000,007 phrases, 9,000,042 symbols",
        "1,000,010 = 1,000,007 + 3",
        "0 to 1,000,009",
        "42",
        "zipf:s=1.0,beta=0.0",
        "uniform:min=1,max=9",
        MANIFEST.recipe.digest,
        "phrases-00000-of-00001.tfrecord",
        "0000beef",
        "12.35 MB, 1.37 bytes a symbol",
        "7.50 bits a symbol: no file of its symbols is below 8.44 MB",
        "9 symbols: 1,000,004 phrases",
    ]
    assert [text for text in expected if text not in texts] == []


def test_every_length_and_rank_bin_has_its_bar():
    assert page_of().tags.count("rect") == 8 + 11  # lengths 2 to 9; ranks 0, 1, 2-3, ... 512-999
    assert page_of(ranks=()).tags.count("rect") == 8  # no symbols drawn, no ranks


def test_bars_stay_inside_the_picture():
    page = page_of(dataclasses.replace(MANIFEST, length_histogram={1: 1, 65_535: 1_000_006}))
    edges = [float(value) for name, value in page.attributes if name in ("x", "y", "height", "y1", "y2", "x1", "x2")]
    assert all(0 <= edge <= 860 for edge in edges)
    assert page.tags.count("rect") <= 200 + 11


def test_an_empty_corpus_has_a_report():
    texts = page_of(EMPTY, [0] * 21, 0.0).texts
    assert "Nothing to show: the corpus is empty." in texts
    assert any(text.startswith("None: the manifest is the corpus") for text in texts)


def test_many_shards_are_counted_and_not_listed():
    shard = MANIFEST.shards[0]
    page = page_of(dataclasses.replace(MANIFEST, shards=(shard,) * 1234))
    assert page.texts.count(shard.name) == 100
    assert "and 1,134 more" in page.texts


def test_the_same_corpus_has_the_same_bytes():
    assert render(MANIFEST, RANKS, 7.5).encode() == render(MANIFEST, tuple(RANKS), 7.5).encode()


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.00 kB"), (1.234e9, "1.23 GB"), (3.5e18, "3,500.00 PB")],
)
def test_sizes_are_in_decimal_units(count, expected):
    assert expected == format_bytes(count)
