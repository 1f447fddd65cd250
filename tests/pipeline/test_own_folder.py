"""A run writes into a new or an empty folder or one of its own, and touches nothing else."""

import os
from pathlib import Path

import pytest

TINY = ["--vocabulary=1000", "--seeds=0:10", "--format=txt"]


def content_of(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    "name",
    [
        "report.html",
        "manifest.json",
        "statistics/length_histogram.csv",
        "shards/phrases-00000-of-00001.txt",
        "shards/mine.txt",
        "lexicon.parquet",
        "notes.txt",
        "sub/folder/deep.txt",
        ".work/mine.txt",
        ".work/temporary/../rows/mine.json",
        ".hidden",
    ],
)
def test_a_folder_of_the_users_own_is_not_touched(program, tmp_path, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    Path(os.path.normpath(tmp_path / name)).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")
    before = content_of(tmp_path)
    outcome = program("run", *TINY, f"--output={tmp_path}")
    top = name.partition("/")[0]
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error == (
        f"hyperphrase run: --output={tmp_path}: holds what no run has made, such as '{top}'; "
        "choose a new or an empty folder\n"
    )
    assert content_of(tmp_path) == before


def test_a_recipe_of_the_users_own_is_not_touched(program, tmp_path):
    (tmp_path / "recipe.json").write_text('{"flour": 500}')
    outcome = program("run", *TINY, f"--output={tmp_path}")
    assert (outcome.status, "the recipe.json of another recipe; choose another folder" in outcome.error) == (2, True)
    assert content_of(tmp_path) == {tmp_path / "recipe.json": b'{"flour": 500}'}


def test_a_folder_is_empty_that_only_systems_have_written_to(run_into, tmp_path):
    for name in ("lost+found/x", ".DS_Store", "._.DS_Store", ".ipynb_checkpoints/x", ".Trash-1000/x", ".gitkeep"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a system's")
    before = content_of(tmp_path)
    run_into(tmp_path, *TINY)
    assert before.items() <= content_of(tmp_path).items()


def test_a_run_that_was_killed_before_its_first_file_goes_on(run_into, tmp_path):
    (tmp_path / ".work/temporary").mkdir(parents=True)
    (tmp_path / ".work/temporary/recipe.json.0123456789abcdef0123456789abcdef").write_text("{")
    run_into(tmp_path, *TINY)
    assert (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize("lost", ["recipe.json", "manifest.json"])
def test_a_folder_of_its_own_is_one_without_one_of_its_files_too(run_into, program, tmp_path, lost):
    run_into(tmp_path, *TINY)
    before = content_of(tmp_path)
    (tmp_path / lost).unlink()
    (tmp_path / "notes.txt").write_text("mine")
    run_into(tmp_path, *TINY)
    assert content_of(tmp_path) == before | {tmp_path / "notes.txt": b"mine"}


def test_home_folders_and_urls_are_places_too(run_into, program, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my words,list.txt").write_text("cat dog\ncow cat\n")
    law = '--sampler=markov:file="~/my words,list.txt",order=1'
    (tmp_path / "words.txt").write_text("cat\ndog\ncow\n")
    options = ["--lexicon=~/words.txt", "--seeds=0:+10", "--lengths=fixed:length=+6", "--format=txt", law]
    run_into("~/out", *options)
    run_into(f"file://{tmp_path}/a%20b", *options)
    assert (tmp_path / "a b/manifest.json").read_bytes() == (tmp_path / "out/manifest.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a b", "my words,list.txt", "out", "words.txt"]
    for command, *arguments in (["verify", "~/out"], ["inspect", f"file:{tmp_path}/out"], ["find", "~/out", "cat"]):
        outcome = program(command, *arguments)
        assert outcome.status == 0 or "has no dictionary" in outcome.error
