"""A small corpus that is made in surroundings of all kinds: its bytes are always the same."""

import os
import subprocess
import sys

import pytest

from tests.pipeline.conftest import ROOT

LAW = ["--seeds=0:200", "--sampler=uniform", "--lengths=fixed:length=6", "--format=txt"]


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text("".join(f"{letter}\n" for letter in "abcdefgh"))
    return path


@pytest.fixture(scope="module")
def small(words, corpus):
    """The corpus that all others here are compared with."""
    return corpus(*LAW, f"--lexicon={words}", "--direct_num_workers=1")


@pytest.fixture
def make(words, tmp_path):
    """Return a maker of that corpus in a process of its own: (*more arguments, options of Popen) -> (process, out)."""

    def run(*more, folder="out", **how):
        line = [*LAW, f"--lexicon={words}", f"--output={tmp_path}/{folder}", *more]
        return command("run", *line, **how), tmp_path / folder

    return run


def command(*arguments, env=None, first="", **how):
    """Run the program with variables set, after a shell did something ``first``."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    line = ["bash", "-c", f'{first}\nexec "$@"', "bash", sys.executable, "-m", "beam_pipeline", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run(line, env=environment, check=False, timeout=60, **pipes)
