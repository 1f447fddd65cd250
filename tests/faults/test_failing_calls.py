"""Calls of the system go wrong: all of one kind, as on file systems that lack it, or one of them, once.

    python tests/faults/test_failing_calls.py --times=40

A library loaded before the C library (``unreliable.c``) does it to files of the output folder, in all processes. What a
file system lacks has to change nothing; what fails has to end the run in one line, and a rerun to finish it.
"""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PLAIN, PROCESSES, SAME, THREADS, Run, Trial, judges_of
from tests.faults.unreliable import failing, library, run_failing

# (calls, how, which: 0 is every second one, -1 every one): nothing may come of these
ALWAYS = [
    ("write", "short", 0),
    ("write", "EINTR", 0),
    ("read", "EINTR", 0),
    ("fsync,fsyncdir", "EINVAL", -1),  # CIFS, shared folders of virtual machines
    ("fsyncdir", "EACCES", -1),
    ("flock", "EBADF", -1),  # NFS, for a folder
    ("flock,lockf", "ENOLCK", -1),  # a note says that there are no locks
    ("types", "short", -1),
    ("rename", "EBUSY", 0),
    ("rmdir", "ENOTEMPTY", 0),  # NFS, while a file is open
]
ONCE = [
    *((call, "EIO") for call in ("open", "opendir", "stat", "read", "write", "close", "fsync", "mkdir", "rename")),
    *((call, "ENOSPC") for call in ("open", "write", "close", "fsync", "fsyncdir", "mkdir", "rename")),
    *((call, "EDQUOT") for call in ("write", "close", "fsync")),
    *((call, "ESTALE") for call in ("open", "write", "rename")),
    *((call, "EACCES") for call in ("open", "opendir", "mkdir", "rename")),
    ("mkdir", "EROFS"),
    ("fsyncdir", "EIO"),
    ("unlink", "EBUSY"),
]  # fmt: skip


ALONE = ["--direct_num_workers=1"]  # of two threads one could meet every second call, whose next tries all fail


def calls_made(folder, judge, engine, call):
    """Return how many such calls the process that makes most of them makes."""
    count = folder / "count"  # where other processes write it
    outcome, made = run_failing(folder, [*judge.arguments, *engine], call, "EIO", 10**9, count)
    judge.verdict(folder / "out", outcome)
    of_workers = count.read_text().split() if count.exists() else []
    count.unlink(missing_ok=True)
    return max([made, *map(int, of_workers)])


def try_once(folder, judge, engine, call, kind, at):
    """Return the trial of one run in which one call fails."""
    with Run(folder / "out", [*judge.arguments, *engine], failing(folder / "out", call, kind, at)) as run:
        outcome = run.finish()
        phase = run.phase()
        result, why = judge.verdict(run.folder, outcome)
    return Trial(f"{call}: {kind}", phase, result, why or f"call {at}")


def try_all(folder, judge, call, kind, at):
    """Return the trial of a run in which all calls go wrong, or every second one, and how many there were."""
    outcome, count = run_failing(folder, [*judge.arguments, *ALONE], call, kind, at)
    result, why = judge.verdict(folder / "out", outcome)
    if result != SAME:
        result, why = LOST, f"status {outcome.status}: {outcome.error!r:.500}"
    which = {0: "every second one", -1: "every one"}[at]
    return Trial(f"{call}: {kind}, {which}", "all", result, why or f"{count} calls"), count


def trials(folder, times, moments, corpora=(PLAIN, MIXED)):
    judges = judges_of(folder, corpora)
    made, cases = {}, [*ALWAYS, *((*case, None) for case in ONCE)]
    for i in range(times):
        call, kind, at = cases[i % len(cases)] if times >= len(cases) else moments.choice(cases)
        judge, engine = moments.choice(judges), moments.choice([THREADS, PROCESSES])
        if at is not None:
            yield try_all(folder, judge, call, kind, at)[0]
            continue
        key = call, judge, engine[0]
        if key not in made:
            made[key] = calls_made(folder, judge, engine, call)
        at = moments.randint(1, max(1, made[key]))  # 0: workers made them, and were ended before they could tell
        yield try_once(folder, judge, engine, call, kind, at)


@pytest.fixture
def _compiler(need):
    try:
        library()
    except FileNotFoundError:
        need("a C compiler", "install gcc")


@pytest.mark.usefixtures("_compiler")
def test_calls_that_go_wrong_lose_nothing(tmp_path):
    tried = list(trials(tmp_path, 5, random.Random(), [MIXED]))
    assert [] == [trial for trial in tried if trial.result == LOST]
    assert 5 == len(tried)


@pytest.mark.usefixtures("_compiler")
def test_calls_that_a_file_system_lacks_change_nothing(tmp_path):
    (judge,) = judges_of(tmp_path, [MIXED])
    for case in ALWAYS:
        trial, count = try_all(tmp_path, judge, *case)
        assert (SAME, True) == (trial.result, count > 0), trial


@pytest.mark.usefixtures("_compiler")
@pytest.mark.parametrize("call", ["rename", "close", "write", "fsync", "fsyncdir"])
def test_the_library_does_what_it_is_asked(tmp_path, call):
    """A fault that nothing meets would prove nothing."""
    outcome, _ = run_failing(tmp_path, MIXED, call, "EIO", 3)
    assert (1, True) == (outcome.status, "Input/output error" in outcome.error)


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=2 * len([*ALWAYS, *ONCE])))
