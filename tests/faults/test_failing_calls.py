"""Calls of the system go wrong: writes that come short or fail, renames, closes and new folders that fail once.

    python tests/faults/test_failing_calls.py --times=40

A library loaded before the C library (``unreliable.c``) does it to files of the output folder, in all processes. Short
and interrupted writes have to change nothing; what fails has to end the run in one line, and a rerun to finish it.
"""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PLAIN, PROCESSES, SAME, THREADS, Judge, Run, Trial
from tests.faults.unreliable import failing, library

ALWAYS = [("write", "short"), ("write", "EINTR")]  # every second one; nothing may come of it
ONCE = [("write", "EIO"), ("write", "ENOSPC"), ("rename", "EIO"), ("close", "EIO"), ("mkdir", "ENOSPC")]


def calls_made(folder, judge, engine, call):
    """Return how many such calls the process that makes most of them makes."""
    count = folder / "count"
    with Run(folder / "out", [*judge.arguments, *engine], failing(folder / "out", call, "EIO", 10**9, count)) as run:
        judge.verdict(run.folder, run.finish())
    made = max(map(int, count.read_text().split()))
    count.unlink()
    return made


def trials(folder, times, moments, corpora=(PLAIN, MIXED)):
    judges = [Judge(folder, arguments) for arguments in corpora]
    made = {}
    for i in range(times):
        call, kind = [*ALWAYS, *ONCE][i % (len(ALWAYS) + len(ONCE))]
        judge, engine = moments.choice(judges), moments.choice([THREADS, PROCESSES])
        at, key = 0, (call, judge, engine[0])
        if (call, kind) in ONCE:
            if key not in made:
                made[key] = calls_made(folder, judge, engine, call)
            at = moments.randint(1, made[key])
        with Run(folder / "out", [*judge.arguments, *engine], failing(folder / "out", call, kind, at)) as run:
            outcome = run.finish()
            phase = run.phase() if at else "all"
            result, why = judge.verdict(run.folder, outcome)
        if (call, kind) in ALWAYS and result != SAME:
            result, why = LOST, f"status {outcome.status}: {outcome.error!r:.500}"
        yield Trial(f"{call}: {kind}{'' if at else ', every second one'}", phase, result, why or f"call {at}")


def test_calls_that_go_wrong_lose_nothing(tmp_path, need):
    try:
        library()
    except FileNotFoundError:
        need("a C compiler", "install gcc")
    tried = list(trials(tmp_path, 7, random.Random(), [MIXED]))
    assert [] == [trial for trial in tried if trial.result == LOST]
    assert 7 == len(tried)


@pytest.mark.parametrize("call", ["rename", "close", "write"])
def test_the_library_does_what_it_is_asked(tmp_path, call, need):
    """A fault that nothing meets would prove nothing."""
    try:
        library()
    except FileNotFoundError:
        need("a C compiler", "install gcc")
    with Run(tmp_path / "out", MIXED, failing(tmp_path / "out", call, "EIO", 3)) as run:
        outcome = run.finish()
    assert (1, True) == (outcome.status, "Input/output error" in outcome.error)


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=28))
