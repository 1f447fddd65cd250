"""``python -m benchmarks``: run the peers and the project in turn, check what they made, write table and plot."""

import shlex
import sys
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path

from beam_pipeline.terminal.command import DONE, Parser, run_command
from benchmarks.contestants import PEERS, PROJECT, TPCH, Contestant, check_installed, contestants
from benchmarks.machine import machine, versions
from benchmarks.process import measured
from benchmarks.rendering import document, render
from benchmarks.results import MEGA, Entry, Results, Run
from benchmarks.terminal import say, some_of
from hyperphrase.errors import InputError, WorkFailedError

RESULTS = Path(__file__).parent / "results"
PROGRAMS = (PROJECT, *(peer[0] for peer in PEERS), TPCH)
_WARM_UP = 0.001  # scale of the first, unmeasured run of each: kernels get compiled, packages read from disk


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("benchmarks", _main, arguments)


def parser() -> Parser:
    """Return the parser of the command line."""
    made = Parser("benchmarks", (__doc__ or "").partition("``: ")[2])
    made.add_argument("action", nargs="?", choices=("run", "render"), default="run", help="render: results again")
    made.add_argument("--repeats", type=_number(int, 1), default=5, help="runs of each, in turn; default 5")
    made.add_argument("--only", type=some_of(PROGRAMS), default=PROGRAMS, metavar="NAME,...", help="; ".join(PROGRAMS))
    made.add_argument("--large", action="store_true", help="with 20,000,000 phrases too")
    made.add_argument("--scale", type=_number(float, 1e-6), default=1.0, help="makes all works smaller; default 1")
    made.add_argument("--workers", type=_number(int, 1), default=cpu_count(), help="cores for each; default all")
    made.add_argument("--results", type=Path, default=RESULTS, metavar="FOLDER", help="default benchmarks/results")
    made.add_argument("--name", default="peers", help="of the files in the folder of results; default peers")
    return made


def _main(arguments: Sequence[str]) -> int:
    given = parser().parse_args(arguments)
    path = given.results / f"{given.name}.json"
    check_installed()
    if given.action == "render":
        if not path.exists():
            raise InputError(f"{path}: no such file; python -m benchmarks makes it")
        results = Results.load(path)
    else:
        chosen = [one for one in contestants(given.large, given.scale) if one.program in given.only]
        begun, command = (
            datetime.now(UTC).isoformat(timespec="minutes"),
            shlex.join(["python", "-m", "benchmarks", *arguments]),
        )
        warm_up(chosen, given.workers)
        entries = compete(chosen, given.repeats, given.workers)
        results = Results(begun, command, given.workers, machine(), versions(), entries)
        results.save(path)
    print("\n".join(document(results, given.name)))
    print(f"written: {', '.join(map(str, [path, *render(results, path)]))}", file=sys.stderr)
    return DONE


def warm_up(chosen: Sequence[Contestant], workers: int) -> None:
    """Run each of the chosen programs once with little work."""
    little = {one.program: one for one in contestants(False, _WARM_UP)}
    for program in dict.fromkeys(one.program for one in chosen):
        say(f"warming up: {little[program]}")
        run_once(little[program], workers)


def compete(chosen: Sequence[Contestant], repeats: int, workers: int) -> list[Entry]:
    """Run all of ``chosen`` in turn, ``repeats`` times, and check what each made; return what was measured."""
    runs: list[list[Run]] = [[] for _ in chosen]
    for repeat in range(repeats):
        for one, mine in zip(chosen, runs, strict=True):
            run = run_once(one, workers)
            mine.append(run)
            rate = "" if run.symbols is None else f"{run.symbols / run.seconds / MEGA:.1f} M symbols/s, "
            rate += f"{run.bytes / run.seconds / MEGA:.1f} MB/s"
            say(f"repeat {repeat + 1} of {repeats}: {one}: {run.seconds:.2f} s, {rate}")
    return [Entry(one.program, one.size, one.law, one.writes, mine) for one, mine in zip(chosen, runs, strict=True)]


def run_once(one: Contestant, workers: int) -> Run:
    """Run one program in a folder that is removed, and check what it made. Raises WorkFailedError."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        output = Path(folder) / "out"
        output.mkdir()
        try:
            cost = measured(one.command(output, workers))
            symbols = one.check(output)
        except (WorkFailedError, ValueError) as error:
            raise WorkFailedError(f"{one}: {error}") from error
        return Run(cost.seconds, cost.cpu_seconds, cost.peak_bytes, one.bytes_in(output), symbols)


def _number(kind: Callable[[str], float], least: float) -> Callable[[str], float]:
    """Return a type of argument: a number that is not less than ``least``."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = float("nan")
        if not least <= value < float("inf"):
            raise ArgumentTypeError(f"{text!r:.40} is not a number from {least} on")
        return value

    return read


if __name__ == "__main__":
    sys.exit(main())
