"""A worker process of multi_processing is killed (SIGKILL) at random moments of each phase, as for want of memory.

    python tests/faults/test_killed_worker.py --times=20

The run has to notice and to end with one line, or to end well if nobody needed that worker any more.
"""

import random
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, OF_WORKERS, PLAIN, PROCESSES, SAME, Run, Trial, judges_of


def at_random(folder, times, moments, judges):
    """Yield trials in which one worker is killed at a random moment."""

    def kill_worker(folder, phase, judge):
        with Run(folder / "out", judge.arguments) as run:
            met, workers = run.await_moment(phase, judge.seconds, moments), run.workers()
            if met == "over" or not workers or not run.signal(signal.SIGKILL, moments.choice(workers)):
                return None
            begin = time.monotonic()
            outcome = run.finish()
            seconds = time.monotonic() - begin
            result, why = judge.verdict(run.folder, outcome)
            if left := run.await_no_processes():
                result, why = LOST, f"worker processes {left} live on"
        return Trial("worker killed", met, result, why or f"ended after {seconds:.1f} s")

    return harness.try_at_all_phases(folder, times, moments, judges, kill_worker, OF_WORKERS)


def kill_when_all_is_done(folder, judge):
    """Kill all workers as soon as the manifest is there: the corpus is complete, and the run has to say so."""
    with Run(folder / "out", judge.arguments) as run:
        workers = run.await_phase("write") and run.workers()
        while not (run.folder / "manifest.json").exists() and not run.over:
            pass
        for worker in workers:
            run.signal(signal.SIGKILL, worker)
        outcome = run.finish()
        result, why = judge.verdict(run.folder, outcome)
    return Trial("worker killed", "over", result if result == SAME else LOST, why or outcome.error.strip())


def trials(folder, times, moments):
    judges = judges_of(folder, [[*arguments, *PROCESSES] for arguments in (PLAIN, MIXED)])
    yield from at_random(folder, times, moments, judges)
    for i in range(-(-times // 4)):
        yield kill_when_all_is_done(folder, judges[i % len(judges)])


def test_a_killed_worker_ends_the_run_and_the_same_command_finishes_it(tmp_path):
    tried = list(at_random(tmp_path, 2, random.Random(), judges_of(tmp_path, [[*MIXED, *PROCESSES]])))
    assert [] == [trial for trial in tried if trial.result == LOST]


def test_workers_that_are_killed_when_all_is_done_are_not_missed(tmp_path):
    (judge,) = judges_of(tmp_path, [[*MIXED, *PROCESSES]])
    trial = kill_when_all_is_done(tmp_path, judge)
    assert SAME == trial.result, trial


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=20))
