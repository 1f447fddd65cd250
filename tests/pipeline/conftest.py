"""Fixtures of the program's tests: commands called in this process, and small corpora that tests share."""

import contextlib
import importlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from beam_pipeline.terminal import progress
from hyperphrase.corpus import manifest as manifests
from transforms.worker.context import CorpusContext, load_lexicon

ROOT = Path(__file__).parents[2]
REPEATING = [  # a law so narrow that about half of all draws repeat
    "--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=0:4000",
    "--phrases_per_shard=500",
]  # fmt: skip


class Outcome(NamedTuple):
    """What a command gave."""

    status: int
    out: str
    error: str


class Phrase(NamedTuple):
    """A phrase, however it was come by."""

    seed: int
    ids: tuple[int, ...]


@pytest.fixture(scope="session", autouse=True)
def no_logged_progress():
    """Let commands in this process log no progress, however slow the machine is: what they print is compared."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(progress, "LOG_SECONDS", 3600.0)
        yield


@pytest.fixture(scope="session")
def program():
    """Return a caller of commands in this process: (command, *arguments) -> Outcome. An exception is a failure."""

    def call(command, *arguments):
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            status = importlib.import_module(f"beam_pipeline.{command}").main(list(map(str, arguments)))
        return Outcome(status, out.getvalue(), error.getvalue())

    return call


@pytest.fixture(scope="session")
def start():
    """Return a starter of the program in a process of its own: (command, *arguments) -> Popen."""

    def popen(command, *arguments, **how):
        line = [sys.executable, "-m", f"beam_pipeline.{command}", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(line, cwd=ROOT, env=os.environ | how.pop("env", {}), **pipes, **how)

    return popen


@pytest.fixture(scope="session")
def run_into(program):
    """Return a runner that has to succeed: (folder, *arguments) -> Outcome."""

    def run(folder, *arguments):
        outcome = program("run", *arguments, f"--output={folder}")
        assert (outcome.status, outcome.error) == (0, outcome.error)
        return outcome

    return run


@pytest.fixture(scope="session")
def corpus(run_into, tmp_path_factory):
    """Return a maker of corpora to look at: the same arguments give the same folder, made once. Do not change it."""
    made = {}

    def make(*arguments):
        if arguments not in made:
            made[arguments] = tmp_path_factory.mktemp("corpus") / "out"
            run_into(made[arguments], *arguments)
        return made[arguments]

    return make


@pytest.fixture
def copied(corpus, tmp_path):
    """Return a maker of corpora to change: a copy of what ``corpus`` gives."""

    def copy(*arguments):
        return shutil.copytree(corpus(*arguments), tmp_path / "out")

    return copy


@pytest.fixture(scope="session")
def repeating(corpus):
    """The corpus of the narrow law, one worker, in memory: all others are compared with it."""
    return corpus(*REPEATING, "--direct_num_workers=1")


@pytest.fixture(scope="session")
def files_of():
    """Return a reader of folders: folder -> {name: bytes} of all files in it, hidden ones among them."""

    def read(folder):
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in paths}

    return read


@pytest.fixture(scope="session")
def manifest_of():
    """Return a reader of manifests: folder -> Manifest."""
    return lambda folder: manifests.loads((Path(folder) / "manifest.json").read_bytes(), "manifest.json")


@pytest.fixture(scope="session")
def lexicon_of(manifest_of):
    """Return a reader of lexicons: folder -> Lexicon."""
    return lambda folder: load_lexicon(str(folder), manifest_of(folder).recipe)


@pytest.fixture(scope="session")
def drawn_of(manifest_of):
    """Return a drawer of whole ranges: folder -> one Phrase a seed, repeated or not, each drawn alone."""

    def draw(folder):
        manifest = manifest_of(folder)
        phrases = CorpusContext(str(folder), manifest.request).phrases()
        seeds = range(manifest.first_seed, manifest.stop_seed)
        return [Phrase(seed, tuple(phrases.draw(np.array([seed], np.uint64)).ids.tolist())) for seed in seeds]

    return draw


@pytest.fixture(scope="session")
def distinct_of(drawn_of):
    """Return the oracle: folder -> the Phrases of its range that no lower seed gives, by a set."""

    def keep(folder):
        seen, kept = set(), []
        for phrase in drawn_of(folder):
            if phrase.ids not in seen:
                kept.append(phrase)
            seen.add(phrase.ids)
        return kept

    return keep


@pytest.fixture(scope="session")
def shards_of(manifest_of):
    """Return a lister of shards: (folder, extension) -> their paths in order."""

    def paths(folder, extension):
        names = [shard.name for shard in manifest_of(folder).shards if shard.name.partition(".")[2] == extension]
        return [Path(folder) / "shards" / name for name in names]

    return paths
