"""Fixtures of the engines' tests: the program in a process of its own, and corpora that every engine has to equal.

A process of its own, because what an engine leaves behind (servers, threads, log handlers) is no concern of the next
test, and because its whole stderr is what a user sees.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
RUN = ["-m", "beam_pipeline.run"]
TOO_FEW = [  # run, with no seeds to spare: those of --phrases are too few wherever phrases repeat
    "-c",
    "import sys\n"
    "from beam_pipeline.terminal.process import prepare_process\n"
    "prepare_process()\n"
    "from beam_pipeline.run import main\n"
    "from hyperphrase.space.phrase_space import Space\n"
    "Space.draws_for = lambda self, phrases: phrases\n"
    "sys.exit(main())",
]
REPEATING = [  # a law so narrow that about half of all draws repeat
    "--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=0:4000",
    "--phrases_per_shard=500",
]  # fmt: skip
PACKAGES = ("hyperphrase", "transforms", "beam_pipeline")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
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
    formats = [
        "--format=tfrecord,avro,parquet,jsonl,txt",
        "--compression=gzip,zstandard,none,none,none",
        "--text=words",
    ]
    return {
        "repeating": Corpus(REPEATING, RUN),
        "formats": Corpus([*meaning, *formats], RUN),  # all formats and the meanings of each unit
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
        assert not re.search("Traceback|INFO|WARN|ERROR", outcome.error), outcome.error
        same_as_reference(tmp_path / "out", name)
        return outcome

    return make


def files_of(folder):
    """Return {name: bytes} of all files in ``folder``, hidden ones among them."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="session")
def prism(need):
    """The path of Prism, Beam's portable engine."""
    path = Path(sys.prefix) / "bin" / "prism"
    if not path.exists():
        need("Prism", "'./run.sh test' builds it where Go is installed")
    return path


@pytest.fixture(scope="session")
def job_server(prism, tmp_path_factory):
    """The port of Prism as a job server by itself, as that of Flink is."""
    with prism_serving(prism, tmp_path_factory.mktemp("prism")) as (port, _):
        yield port


@contextlib.contextmanager
def prism_serving(prism, folder):
    """Run Prism as a job server; gives its port and its process."""
    port = free_port()
    with serving([prism, f"--job_port={port}", "--serve_http=false"], port, folder) as process:
        yield port, process


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The path of the project's wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a build leaves folders behind, and the checkout is to stay clean
    source.mkdir()
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = [*PIP, "wheel", source, "--no-deps", "--no-build-isolation", "--check-build-dependencies", "--no-index"]
    subprocess.run([*build, "--wheel-dir", folder], check=True, cwd=folder)
    (path,) = folder.glob("hyperphrase-*.whl")
    return path


@pytest.fixture(scope="session")
def wheel_python(wheel):
    """The Python of a virtual environment that has the project's wheel, and the checkout's environment without it."""
    python = bare_python(wheel.parent / "venv")
    site = next((wheel.parent / "venv").glob("lib/python*/site-packages"))
    install = [*PIP, "install", "--no-deps", "--no-index", "--target", site, wheel]
    subprocess.run(install, check=True, cwd=wheel.parent)
    for compiled in (path for package in PACKAGES for path in (ROOT / package).rglob("__pycache__/*.nb[ci]")):
        beside = site / compiled.relative_to(ROOT)  # an image brings its kernels too; else they compile for 20 s
        beside.parent.mkdir(exist_ok=True)
        shutil.copy(compiled, beside)
    return python


def bare_python(folder):
    """Return the Python of a new virtual environment: all that the checkout's has, but not this project."""
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))  # whose own .pth files are not read
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def worker_pool(wheel_python, tmp_path_factory):
    """The address of a worker pool whose workers have the wheel only."""
    with pool_serving(wheel_python, tmp_path_factory.mktemp("pool")) as address:
        yield address


@contextlib.contextmanager
def pool_serving(python, folder, module="beam_pipeline.engines.worker_pool"):
    """Run a worker pool, as it stands beside a machine of an engine; gives its address."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PATH"] = f"{python.parent}:{environment['PATH']}"  # it starts its workers as "python"
    command = [python, "-m", module, f"--service_port={port}"]
    with serving(command, port, folder, env=environment):
        yield f"localhost:{port}"


@contextlib.contextmanager
def serving(command, port, folder, **how):
    """Run a server in ``folder``, with all processes it starts, until the block ends; gives its process."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, **how
        )
    try:
        last = time.monotonic() + SECONDS
        while socket.socket().connect_ex(("localhost", port)):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < last
            time.sleep(0.05)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port():
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]
