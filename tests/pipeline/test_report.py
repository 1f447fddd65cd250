"""The command ``report``, and the page that ``run`` leaves."""

import shlex
import shutil

import pytest

from beam_pipeline.folder import report_page
from hyperphrase.report import MARK
from tests.domain.report.pages import Page

LAW = ["--vocabulary=1000", "--sampler=zipf:s=1.0", "--lengths=uniform:min=4,max=40", "--lexicon=synthetic"]
SMALL = [*LAW, "--seeds=0:600", "--phrases_per_shard=100", "--format=txt"]


def page_in(path):
    return Page(path.read_text(encoding="utf-8"))


def test_run_leaves_the_page_that_report_writes(copied, program):
    out = copied(*SMALL)
    first = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    outcome = program("report", out)
    assert (outcome.status, outcome.error) == (0, "")
    assert outcome.out.startswith(f"{out}/report.html: ")
    assert (out / "report.html").read_bytes() == first
    assert not (out / ".work").exists()
    assert program("verify", out).status == 0


def test_the_page_is_no_part_of_the_corpus(copied, program, run_into):
    out = copied(*SMALL)
    assert "report.html" not in (out / "manifest.json").read_text()
    (out / "report.html").write_text("damaged")
    assert program("verify", out).status == 0
    (out / "report.html").unlink()
    outcome = program("verify", out)
    assert (outcome.status, outcome.error) == (0, "")
    run_into(out, *SMALL)
    assert (out / "report.html").read_text().startswith(MARK)


@pytest.mark.parametrize(
    "options",
    [
        SMALL,
        [
            "--preset=shuffle-dyck-hu2025",
            "--seeds=5:50",
            "--key=7",
            "--format=jsonl,avro",
            "--compression=gzip,deflate",
        ],
        ["--lexicon=english", "--vocabulary=5000", "--seeds=0:40", "--format=none"],
        [*LAW, "--phrases=50", "--format=megatron", "--phrases_per_shard=20"],
        [*LAW, "--phrases=50", "--format=txt", "--text=words"],
    ],
    ids=" ".join,
)
def test_the_command_on_the_page_makes_the_same_corpus(corpus, run_into, tmp_path, options):
    out = corpus(*options)
    (command,) = [text for text in page_in(out / "report.html").texts if text.startswith("hyperphrase run")]
    program, name, *arguments = shlex.split(command.replace("\\\n", " "))
    assert (program, name, arguments.pop()) == ("hyperphrase", "run", "--output=out")
    run_into(tmp_path / "again", *arguments)
    assert (tmp_path / "again/manifest.json").read_bytes() == (out / "manifest.json").read_bytes()


def test_an_unfinished_corpus_is_shown_as_far_as_it_is_there(copied, program):
    from beam_pipeline.folder import output_folder
    from hyperphrase.corpus.manifest import loads

    out = copied(*SMALL)
    manifest = loads((out / "manifest.json").read_bytes(), "manifest.json")
    output_folder.reopen(str(out), manifest)
    for name in ("phrases-00002-of-00006.txt.json", "phrases-00004-of-00006.txt.json"):
        (out / ".work/rows" / name).unlink()
    assert program("report", out).status == 0
    page = page_in(out / "report.html")
    assert "This corpus is not complete" in page.texts
    assert "manifest.json: the run has not finished; the same command goes on with it" in page.texts
    assert "shards of txt: 4 of about 6 are finished" in page.texts
    assert page.tags.count("svg") == 3
    assert "seed 0, " in page.text
    (out / "lexicon.parquet").unlink()
    assert program("report", out).status == 0
    assert "lexicon.parquet: without it no phrase can be shown" in page_in(out / "report.html").texts


@pytest.mark.parametrize(
    "lost", ["shards/phrases-00001-of-00006.txt", "lexicon.parquet", "statistics/symbol_ranks.csv"]
)
def test_what_a_complete_corpus_has_lost_is_said(copied, program, lost):
    out = copied(*SMALL)
    (out / lost).unlink()
    assert program("report", out).status == 0
    page = page_in(out / "report.html")
    assert f"{lost}: is missing, or of another size" in page.texts
    assert page.tags.count("svg") == (0 if lost == "lexicon.parquet" else 3)


def test_two_corpora_stand_side_by_side(corpus, program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = shutil.copytree(corpus(*SMALL), tmp_path / "o'n\"e<b>")
    outcome = program("report", one, corpus(*LAW, "--seeds=0:9"))
    assert (outcome.status, outcome.error) == (0, "")
    assert outcome.out.startswith("comparison.html: ")
    page = page_in(tmp_path / "comparison.html")
    assert str(one) in page.texts
    assert page.tags.count("svg") == 6
    assert "b" not in page.tags


def test_a_file_of_others_is_not_replaced(corpus, program, tmp_path):
    mine = tmp_path / "notes.html"
    mine.write_text("mine")
    outcome = program("report", corpus(*SMALL), f"--output={mine}")
    assert (outcome.status, outcome.out) == (2, "")
    problem = "is a file that is no page of hyperphrase; choose another name"
    assert outcome.error == f"hyperphrase report: --output={mine}: {problem}\n"
    assert mine.read_text() == "mine"
    page = tmp_path / "page.html"
    for _ in range(2):  # an earlier page is
        assert program("report", corpus(*SMALL), f"--output={page}").status == 0
    assert page.read_bytes() == (corpus(*SMALL) / "report.html").read_bytes()


@pytest.mark.parametrize("name", ["", "nowhere/page.html"])
def test_a_place_that_takes_no_page_is_an_error_of_one_line(corpus, program, tmp_path, name):
    outcome = program("report", corpus(*SMALL), f"--output={tmp_path}/{name}")
    assert (outcome.status, outcome.out, outcome.error.count("\n")) == (2, "", 1)
    assert f"--output={tmp_path}/{name}: cannot be written" in outcome.error


def test_a_folder_without_a_corpus_is_an_error_of_one_line(program, tmp_path):
    outcome = program("report", tmp_path)
    assert (outcome.status, outcome.out, outcome.error.count("\n")) == (2, "", 1)
    assert "holds no manifest.json" in outcome.error
    (tmp_path / "recipe.json").write_text('{"flour": 500}')
    outcome = program("report", tmp_path)
    assert (outcome.status, outcome.error.count("\n")) == (1, 1)
    assert [tmp_path / "recipe.json"] == [*tmp_path.iterdir()]
    assert 2 == program("report", tmp_path / "missing").status


def test_a_folder_that_is_written_to_is_left_alone(copied, program):
    from beam_pipeline.folder.folder_lock import lock

    out = copied(*SMALL)
    with lock(str(out)):
        outcome = program("report", out)
    assert (outcome.status, outcome.error.count("\n")) == (2, 1)
    assert "a run is writing there; wait for it, or name a file for the page with --output" in outcome.error


def test_a_run_is_complete_without_its_report(program, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no\nink")

    monkeypatch.setattr(report_page, "render", fail)
    outcome = program("run", *SMALL, f"--output={tmp_path}/out", "--quiet")
    assert (outcome.status, outcome.out) == (0, "")
    said = f"{tmp_path}/out is complete, but its report.html could not be written: no ink"
    assert [said] == [line.strip() for line in outcome.error.splitlines()]
    monkeypatch.undo()
    assert not (tmp_path / "out/report.html").exists()
    assert program("verify", tmp_path / "out").status == 0


def test_a_dictionary_shows_the_neighbours_of_a_phrase(corpus):
    law = ["--lexicon=english", "--vocabulary=2000", "--seeds=0:300", "--lengths=uniform:min=4,max=9"]
    page = page_in(corpus(*law, "--format=none", "--dictionary") / "report.html")
    assert "Nearest in meaning" in page.texts
    assert page.text.count("cosine 0.") == 5
    assert "among 300 phrases" in page.text


def test_inspect_shows_the_same_figures(corpus, program):
    lines = program("inspect", corpus(*SMALL)).out
    page = page_in(corpus(*SMALL) / "report.html")
    for name in ("entropy of the law", "entropy of single symbols", "distinct words", "duplicates"):
        (line,) = [line for line in lines.splitlines() if line.startswith(name + "  ")]
        assert line.removeprefix(name).strip() in page.texts
