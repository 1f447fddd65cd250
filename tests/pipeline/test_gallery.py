"""The command ``gallery``: its page, and the commands on it, which make what it shows."""

import shlex

import pytest

from beam_pipeline.gallery import command
from hyperphrase import Corpus
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.report.gallery import card
from hyperphrase.report.gallery_cells import strip
from tests.domain.report.pages import Page

LIMIT = 1_000_000  # bytes
QUICK = {"dyck", "set"}  # of these the commands run in the everyday tests
SLOW = {"eca", "markov", "mixture", "permutation", "scene"}  # each has something that no other card has


@pytest.fixture(scope="module")
def page(program, tmp_path_factory):
    """The page of all laws."""
    path = tmp_path_factory.mktemp("gallery") / "page.html"
    outcome = program("gallery", f"--output={path}")
    assert (outcome.status, outcome.out) == (0, f"{path}: {path.stat().st_size / 1000:.2f} kB\n")
    return path.read_text("utf-8")


def test_all_laws_are_on_the_page(page):
    assert len(page.encode()) < LIMIT
    read = Page(page)
    ids = {value for _, name, value in read.attributes if name == "id"}
    assert {f"law-{name}" for name in SYMBOL_LAWS} <= ids
    assert {value for tag, name, value in read.attributes if (tag, name) == ("a", "href")} == {
        f"#{each}" for each in ids
    }
    for law in SYMBOL_LAWS.values():
        assert " ".join(law.summary.split()) in read.text
        assert " ".join(law.source.split()) in read.text
    assert read.tags.count("article") == len(SYMBOL_LAWS)
    assert "script" not in read.tags


@pytest.mark.parametrize(
    "name", [*sorted(QUICK), *(pytest.param(name, marks=pytest.mark.slow) for name in sorted(SLOW))]
)
def test_the_commands_of_a_card_make_what_it_shows(program, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    made = card(SYMBOL_LAWS[name])
    assert len(made.phrases) == made.shown.phrases
    for fields in made.corpora:
        first, verb, *arguments = shlex.split(" ".join(command(fields)))
        assert (first, verb, program("run", *arguments).status) == ("hyperphrase", "run", 0)
    corpus = Corpus.open("out")
    assert made.facts.startswith(f"{len(corpus):,} phrases, {corpus.manifest.symbols:,} symbols, ")
    shown = made.shown
    for i, phrase in enumerate(made.phrases):
        assert phrase == strip(corpus[i], corpus.phrases, corpus.lexicon, shown.colours, shown.words)


def test_a_file_of_others_is_not_replaced(program, tmp_path):
    mine = tmp_path / "notes.html"
    mine.write_text("mine")
    outcome = program("gallery", f"--output={mine}")
    assert (outcome.status, outcome.out, mine.read_text()) == (2, "", "mine")
    problem = "is a file that is no page of hyperphrase; choose another name"
    assert outcome.error == f"hyperphrase gallery: --output={mine}: {problem}\n"


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("--output={folder}", "cannot be written"),
        ("--output={folder}/nowhere/page.html", "cannot be written"),
        ("--outptu=page.html", "--outptu"),
        ("page.html", "page.html"),
    ],
)
def test_bad_input_is_an_error_of_one_line(program, tmp_path, monkeypatch, option, problem):
    monkeypatch.setattr("beam_pipeline.gallery.families", lambda: pytest.fail("it was drawn in vain"))
    outcome = program("gallery", option.format(folder=tmp_path))
    assert (outcome.status, outcome.out, outcome.error.count("\n")) == (2, "", 1)
    assert problem in outcome.error
    assert [] == [*tmp_path.iterdir()]
