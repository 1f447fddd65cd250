"""``python -m benchmarks.readers``: feed the same contexts by the project and its peers, and write table and plot."""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from beam_pipeline.terminal.command import DONE, Parser, run_command
from benchmarks.machine import machine
from benchmarks.process import ROOT
from benchmarks.readers.contestants import READERS, Reader, check_installed, make_environment, python_of
from benchmarks.readers.files import CorpusFiles
from benchmarks.readers.many_phrases import write_manifests
from benchmarks.readers.measuring import COLD, WARM, Task
from benchmarks.readers.rendering import document, render
from benchmarks.readers.results import Measured, Results, Settings
from benchmarks.terminal import say, some_of
from hyperphrase.errors import InputError, WorkFailedError

RESULTS = Path(__file__).parents[1] / "results"
MANIFESTS = "10^9 phrases"  # what is measured beside the readers
NAMES = (*(reader.name for reader in READERS), MANIFESTS)
_CHECKED = 20_000  # phrases of the corpus that is read as a whole
_WARM_UP = 0.5  # the part of the window before it
_LONGEST = 900  # seconds that a reader may take
_QUIET = {"HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("benchmarks.readers", _main, arguments)


def parser() -> Parser:
    """Return the parser of the command line."""
    made = Parser("benchmarks.readers", (__doc__ or "").partition("``: ")[2])
    made.add_argument("action", nargs="?", choices=("run", "render"), default="run", help="render: results again")
    made.add_argument("--work", type=Path, metavar="FOLDER", help="for corpora and files of readers: kept, used again")
    made.add_argument("--only", type=some_of(NAMES), default=NAMES, metavar="NAME,...", help="; ".join(NAMES))
    made.add_argument("--workers", type=_numbers, default=[0, 1, 2], metavar="N,...", help="default 0,1,2")
    made.add_argument("--cache", choices=(WARM, COLD), help="default both")
    made.add_argument("--repeats", type=_at_least(1), default=5, help="runs of each; default 5")
    made.add_argument("--phrases", type=_at_least(1), default=1_000_000, help="default 1,000,000")
    made.add_argument("--vocabulary", type=_at_least(1), default=250_000, help="default 250,000")
    made.add_argument("--length", type=_at_least(1), default=1024, help="ids in a context; default 1,024")
    made.add_argument("--batch_size", type=_at_least(1), default=32, help="contexts in a batch; default 32")
    made.add_argument("--window", type=_positive, default=0.8, help="seconds on the clock of a run; default 0.8")
    made.add_argument("--manifest_phrases", type=_at_least(1), default=10**9, help="of the manifest; default 10^9")
    made.add_argument("--environments", action="store_true", help="make those of readers that need one: 5 GB, minutes")
    made.add_argument("--results", type=Path, default=RESULTS, metavar="FOLDER", help="default benchmarks/results")
    made.add_argument("--name", default="readers", help="of the files in the folder of results; default readers")
    return made


def _main(arguments: Sequence[str]) -> int:
    given = parser().parse_args(arguments)
    path = given.results / f"{given.name}.json"
    if given.action == "run":
        if given.work is None:
            raise InputError("--work: name a folder on a disk, with space for 5 GB; the files in it are used again")
        _Benchmark(given, path, _command(arguments)).run()
    elif not path.exists():
        raise InputError(f"{path}: no such file; python -m benchmarks.readers makes it")
    results = Results.load(path)
    print("\n".join(document(results, given.name)))
    print(f"written: {', '.join(map(str, [path, *render(results, path)]))}", file=sys.stderr)
    return DONE


def _command(arguments: Sequence[str]) -> str:
    """Return the command for others to repeat: their folders have other names."""
    folders = ("--work", "--results")
    names = [re.sub(f"({'|'.join(folders)})=.*", r"\1=FOLDER", argument) for argument in arguments]
    shown = ["FOLDER" if before in folders else name for before, name in zip(["", *names], names, strict=False)]
    return shlex.join(["python", "-m", "benchmarks.readers", *shown])


class _Benchmark:
    """One run of the command. Results are saved after each reader, so that one that was stopped can be gone on with."""

    def __init__(self, given: Namespace, path: Path, command: str) -> None:
        self._given, self._path, self._command = given, path, command
        self._work: Path = given.work.absolute()
        self._readers = [reader for reader in READERS if reader.name in given.only]
        check_installed(self._readers, max(given.workers))
        window = given.phrases, given.vocabulary, given.length, given.batch_size, given.repeats, given.window
        self._results = self._begin(Settings(*window))
        self._large = CorpusFiles(self._work / f"phrases-{given.phrases}", given.phrases, given.vocabulary)
        few = min(given.phrases, _CHECKED)
        self._small = CorpusFiles(self._work / f"phrases-{few}", few, given.vocabulary)

    def _begin(self, settings: Settings) -> Results:
        """Return the results to go on with: those in the file if only some readers are measured, or else none."""
        if len(self._given.only) == len(NAMES) or not self._path.exists():
            return Results(settings, machine())
        found = Results.load(self._path)
        if (found.settings, found.machine) != (settings, machine()):
            raise InputError(f"{self._path}: holds results of other settings or another machine; give another --name")
        return found

    def run(self) -> None:
        """Measure all that was chosen."""
        for files in (self._small, self._large):
            for prepared in files.prepare():
                self._results.prepared[prepared.what] = prepared
        failed = []
        for reader in self._readers:
            if self._given.environments and python_of(reader, self._work) is None:
                make_environment(reader, self._work)
            if python := python_of(reader, self._work):
                try:
                    self._measure(reader, python)
                except WorkFailedError as error:
                    say(f"{reader.name}: {error}")
                    failed.append(reader.name)
            else:
                say(f"{reader.name}: left out; --environments makes the one that it needs")
        if MANIFESTS in self._given.only:
            self._open_manifests()
        if failed:
            raise WorkFailedError(f"failed, see above: --only={','.join(failed)} measures them again")

    def _measure(self, reader: Reader, python: str) -> None:
        self._small.prepare_reader(reader, python, self._given.length)
        if prepared := self._large.prepare_reader(reader, python, self._given.length):
            self._results.prepared[prepared.what] = prepared
        counts = [workers for workers in self._given.workers if workers >= reader.least_workers]
        for workers in counts:
            begun = datetime.now(UTC).isoformat(timespec="minutes")
            found = _result_of(
                reader.name,
                python,
                "measuring",
                [json.dumps(asdict(self._task(reader, workers, workers in (counts[0], counts[-1]))))],
            )
            measured = Measured(reader.name, workers, begun, self._command, found)
            self._results.add(measured)
            self._results.save(self._path)
            rates = [f"{cache} {rate.median:.1f}" for cache in (WARM, COLD) if (rate := measured.rate(cache))]
            say(f"{reader.name}, workers {workers}: {', '.join(rates)} M tokens/s")

    def _task(self, reader: Reader, workers: int, resume: bool) -> Task:
        given = self._given
        tokens = self._large.tokens.stat().st_size // 4
        return Task(
            module=reader.module,
            imports=list(reader.for_workers) if workers else [],
            folder=str(self._large.of_reader(reader)),
            small=str(self._small.of_reader(reader)),
            small_tokens=str(self._small.tokens),
            variant=reader.variant,
            length=given.length,
            batch_size=given.batch_size,
            workers=workers,
            caches=[given.cache] if given.cache else [WARM, COLD],
            resume=resume,
            repeats=given.repeats,
            batches=tokens // given.length // given.batch_size,
            settle=reader.settles if workers else 0.0,
            warm_up=_WARM_UP * given.window,
            window=given.window,
        )

    def _open_manifests(self) -> None:
        phrases = self._given.manifest_phrases
        numbers = [str(self._given.length), str(self._given.batch_size)]
        folders = write_manifests(self._large.corpus, self._work / f"manifests-{phrases}", phrases)
        self._results.manifests = []
        for kind, folder in folders.items():
            runs = [_result_of(MANIFESTS, sys.executable, "many_phrases", [str(folder), *numbers]) for _ in range(3)]
            self._results.manifests.append(runs)
            say(f"{MANIFESTS}, {kind}: opened in {runs[-1]['parts']['open']['seconds']:.2f} s")
        self._results.save(self._path)


def _result_of(name: str, python: str, module: str, arguments: Sequence[str]) -> Any:
    """Return the result of a program of this package in a process of its own. Raises WorkFailedError."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        result = Path(folder) / "result.json"
        command = [python, "-m", f"benchmarks.readers.{module}", *arguments, str(result)]
        environment = {**os.environ, **_QUIET, "TMPDIR": folder}
        try:
            done = subprocess.run(  # noqa: S603  # our own
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=_LONGEST
            )
        except subprocess.TimeoutExpired as error:
            raise WorkFailedError(f"{name}: it took more than {_LONGEST} seconds") from error
        if done.returncode:
            raise WorkFailedError(f"{name}: {done.stderr.strip()[-2000:]}")
        return json.loads(result.read_text())


def _at_least(least: int) -> Callable[[str], int]:
    """Return a type of argument: a whole number that is not less than ``least``."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise ArgumentTypeError(f"{text!r:.40} is not a whole number from {least} on")
        return int(text)

    return read


def _positive(text: str) -> float:
    """Read a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"{text!r:.40} is not a number above 0")
    return value


def _numbers(text: str) -> list[int]:
    """Read numbers of workers, with commas between them."""
    return [_at_least(0)(part) for part in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
