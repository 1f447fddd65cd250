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
from tests.faults.harness import LOST, MIXED, OF_WORKERS, PLAIN, PROCESSES, Judge, Run, Trial


def trials(folder, times, moments, corpora=(PLAIN, MIXED)):
    judges = [Judge(folder, [*arguments, *PROCESSES]) for arguments in corpora]

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

    yield from harness.try_at_all_phases(folder, times, moments, judges, kill_worker, OF_WORKERS)


def test_a_killed_worker_ends_the_run_and_the_same_command_finishes_it(tmp_path):
    tried = list(trials(tmp_path, 3, random.Random(), [MIXED]))
    assert [] == [trial for trial in tried if trial.result == LOST]


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=20))
