"""``python -m benchmarks.plan_check``: what ``plan --machine=this`` says, against runs on this machine.

For each number of phrases, and each of several rounds: plan, run, plan again, so that the calibrations lie on both
sides of the run and saw the machine under the same load; each is a process of its own, and what is planned is the mean
of the two. Runs count what reaches the buckets on their way. The table goes to results/plan.md.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.process import ROOT, measured
from benchmarks.shuffle_simulation import markdown
from hyperphrase.corpus.layout import MANIFEST_FILE
from hyperphrase.errors import WorkFailedError
from hyperphrase.planning.work import POINTER_BYTES

RESULTS = Path(__file__).parent / "results" / "plan.md"
SIZES = "1000000,3000000,10000000,30000000,100000000"
_MEGA = 1e6
_UNITS = {"bytes": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}

#: What is compared: name in the table, unit, places behind the point.
QUANTITIES = {
    "shuffled": ("keys shuffled, MB", 2),
    "elements": ("elements of the shuffle", 0),
    "largest": ("largest bucket, keys", 0),
    "shards": ("shards", 0),
    "shard": ("mean shard, MB", 2),
    "memory": ("peak memory, MB", 0),
    "seconds": ("seconds", 2),
}
Values = dict[str, float]


def child(options: Sequence[str], out: str, report: str) -> int:
    """Make the corpus in this process and count what reaches its buckets."""
    from beam_pipeline import run
    from hyperphrase.corpus import manifest as manifests
    from transforms import find_duplicates as module

    find_duplicates: Any = module  # whose function is replaced
    original, lock = find_duplicates.duplicates_in_bucket, threading.Lock()
    runs: list[int] = []
    buckets: list[int] = []

    def counted(phrases: Any, parts: Any, dedup: Any) -> Any:
        sizes = [len(keys) // 8 for _, keys in parts]
        with lock:
            runs.append(len(sizes))
            buckets.append(sum(sizes))
        return original(phrases, parts, dedup)

    find_duplicates.duplicates_in_bucket = counted
    status = run.main([*options, f"--output={out}", "--quiet"])
    manifest = manifests.loads((Path(out) / MANIFEST_FILE).read_bytes(), out)
    shards = [shard.bytes for shard in manifest.shards]
    counts = {
        "shuffled": (8 * sum(buckets) + POINTER_BYTES * sum(runs)) / _MEGA,
        "elements": sum(runs),
        "largest": max(buckets),
        "shards": len(shards),
        "shard": statistics.fmean(shards) / _MEGA,
    }
    Path(report).write_text(json.dumps(counts))
    return status


def run_once(options: list[str]) -> Values:
    """Make a corpus in a process of its own and return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        report = f"{folder}/report.json"
        cost = measured([sys.executable, "-m", "benchmarks.plan_check", "child", f"{folder}/out", report, *options])
        counts: Values = json.loads(Path(report).read_text())
    return {**counts, "memory": cost.peak_bytes / _MEGA, "seconds": cost.seconds}


def plan_once(options: list[str]) -> Values:
    """Return what ``plan`` says, read from what it prints."""
    command = [sys.executable, "-m", "beam_pipeline.plan", *options, "--machine=this"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise WorkFailedError(f"plan: {done.stderr.strip()}")
    rows = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in done.stdout.splitlines() if "  " in line)
    elements = _number(rows["elements"])
    shards, _, shard = rows["shard files"].partition(" of ")
    return {
        "shuffled": (8 * _number(rows["keys"]) + POINTER_BYTES * elements) / _MEGA,
        "elements": elements,
        "largest": _number(rows["buckets"].rpartition(" ")[2]),
        "shards": _number(shards),
        "shard": _size(shard) / _MEGA,
        "memory": _size(rows["memory per machine"].removeprefix("at most ").partition(":")[0]) / _MEGA,
        "seconds": _number(rows["total"]),
    }


def _number(text: str) -> float:
    return float(text.split()[0].replace(",", ""))


def _size(text: str) -> float:
    number, unit = text.split()
    return float(number.replace(",", "")) * _UNITS[unit]


@dataclass(frozen=True)
class Check:
    """One size. planned, real: a value a round, by quantity."""

    phrases: int
    planned: list[Values]
    real: list[Values]

    def error(self, quantity: str) -> float:
        """Return how far the median of what was planned lies above the median of what was measured."""
        planned, real = (statistics.median(values[quantity] for values in side) for side in (self.planned, self.real))
        return planned / real - 1

    def cell(self, quantity: str) -> str:
        """Return what was planned, measured, and the error; with the least and the most where they differ."""
        places = QUANTITIES[quantity][1]
        sides = [_spread([values[quantity] for values in side], places) for side in (self.planned, self.real)]
        return f"{sides[0]} / {sides[1]} ({self.error(quantity):+.1%})"


def _spread(values: list[float], places: int) -> str:
    least, most = (f"{value:,.{places}f}" for value in (min(values), max(values)))
    median = f"{statistics.median(values):,.{places}f}"
    return median if least == most else f"{median} [{least}, {most}]"


def check(phrases: int, rounds: int, options: list[str]) -> Check:
    """Plan and make a corpus of so many phrases in turn."""
    wanted, planned, real = [f"--phrases={phrases}", *options], [], []
    for _ in range(rounds):
        before = plan_once(wanted)
        real.append(run_once(wanted))
        after = plan_once(wanted)
        planned.append({name: (before[name] + after[name]) / 2 for name in before})
    return Check(phrases, planned, real)


def main(arguments: Sequence[str]) -> int:
    """Check all sizes, and write and print the table."""
    if arguments[:1] == ["child"]:
        return child(arguments[3:], arguments[1], arguments[2])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="numbers of phrases, with commas between them")
    parser.add_argument("--rounds", type=int, default=3)
    given, options = parser.parse_known_args(arguments)
    options = options or ["--sampler=zipf"]
    checks = []
    for phrases in map(int, given.sizes.split(",")):
        checks.append(check(phrases, given.rounds, options))
        print({name: f"{checks[-1].error(name):+.1%}" for name in QUANTITIES}, flush=True)
    head = ("phrases", *(name for name, _ in QUANTITIES.values()))
    rows = [head, *((f"{found.phrases:,}", *map(found.cell, QUANTITIES)) for found in checks)]
    here = machine()
    text = (
        f"`python -m benchmarks.plan_check {' '.join(arguments)}` on {here['cores']} cores of {here['processor']}, "
        f"{here['memory']}. Planned / measured (error); medians of {given.rounds} rounds, with the least and the most."
    )
    page = "# Plans and runs\n\n" + markdown(" ".join(options), text, rows)
    RESULTS.write_text(page)
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
