"""Fixtures of the engines' tests: the program in a process of its own, and corpora that every engine has to equal.

A process of its own, because what an engine leaves behind (servers, threads, log handlers) is no concern of the next
test, and because its whole stderr is what a user sees.
"""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
RUN = ["-m", "beam_pipeline.run"]
TOO_FEW = [  # run, with no seeds to spare: those of --phrases are too few wherever phrases repeat
    "-c",
    "import sys\n"
    "from beam_pipeline.run import main\n"
    "from hyperphrase.space import Space\n"
    "Space.draws_for = lambda self, phrases: phrases\n"
    "sys.exit(main())",
]
REPEATING = [  # a law so narrow that about half of all draws repeat
    "--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=0:4000",
    "--phrases_per_shard=500",
]  # fmt: skip
SECONDS = 120  # a run takes some 3 to 6; one that hangs must not hold up the tests


class Outcome(NamedTuple):
    """What a run gave."""

    status: int
    out: str
    error: str


class Corpus(NamedTuple):
    """What to make: the options, and how the program is started."""

    options: list[str]
    program: list[str]


@pytest.fixture(scope="session")
def corpora(tmp_path_factory):
    """Corpora by name, {name: Corpus}: together they use all that an engine may get wrong."""
    texts, rng = tmp_path_factory.mktemp("texts"), random.Random(1)
    words = [f"word{i}" for i in range(50)]
    (texts / "words.txt").write_text("\n".join(words))
    (texts / "text.txt").write_text("\n".join(" ".join(rng.choices(words, k=9)) for _ in range(300)))
    markov = [f"--lexicon={texts}/words.txt", f"--sampler=markov:file={texts}/text.txt,order=1"]
    repeating_text = [*markov, "--lengths=uniform:min=2,max=3", "--phrases=1500", "--phrases_per_shard=400"]
    meaning = ["--vocabulary=1000", "--sampler=loglinear", "--seeds=0:2000", "--phrases_per_shard=500", "--dictionary"]
    formats = ["--format=tfrecord,avro,jsonl,txt", "--compression=gzip,zstandard,none,none", "--text=words"]
    return {
        "repeating": Corpus(REPEATING, RUN),
        "formats": Corpus([*meaning, *formats], RUN),  # four formats and the meanings of each unit
        "drawn again": Corpus([*repeating_text, "--format=avro"], TOO_FEW),  # a law with a file, and a second draw
        "manifest alone": Corpus([*REPEATING, "--format=none"], RUN),
    }


@pytest.fixture(scope="session")
def run_program():
    """Return a caller of the program: (*arguments, program=RUN, around=[], **subprocess's own) -> Outcome.

    around: what begins the command line, such as a command that runs it on another machine.
    """

    def run(*arguments, program=RUN, **how):
        line = [*how.pop("around", []), sys.executable, *program, *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)} | how.pop("env", {})
        how = {"cwd": ROOT, "timeout": SECONDS} | how
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, **how)
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def reference(corpora, run_program, tmp_path_factory):
    """Return a maker of corpora by the default engine: name -> folder, made once. Do not change it."""
    made = {}

    def make(name):
        if name not in made:
            made[name] = tmp_path_factory.mktemp("reference") / "out"
            corpus = corpora[name]
            outcome = run_program(*corpus.options, f"--output={made[name]}", program=corpus.program)
            assert (0, corpus.program is TOO_FEW) == (outcome.status, "drawing more" in outcome.error), outcome.error
        return made[name]

    return make


@pytest.fixture(scope="session")
def same_as_reference(reference):
    """Return a comparison: (folder, name) fails unless the folder's files have the reference's names and bytes."""

    def compare(folder, name="repeating"):
        expected, actual = files_of(reference(name)), files_of(folder)
        assert sorted(expected) == sorted(actual)
        assert [] == [file for file in expected if expected[file] != actual[file]]

    return compare


@pytest.fixture
def equals_reference(corpora, run_program, same_as_reference, tmp_path):
    """Return a whole test: (name, *options of an engine) makes the corpus on that engine and compares it."""

    def make(name, *engine):
        corpus = corpora[name]
        outcome = run_program(*corpus.options, *engine, f"--output={tmp_path}/out", program=corpus.program)
        assert (0, corpus.program is TOO_FEW) == (outcome.status, "drawing more" in outcome.error), outcome.error
        same_as_reference(tmp_path / "out", name)
        return outcome

    return make


def files_of(folder):
    """Return {name: bytes} of all files in ``folder``, hidden ones among them."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
