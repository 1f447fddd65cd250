"""A worker process stands still (SIGSTOP) for a while at random moments of each phase, and then goes on.

    python tests/faults/test_slow_worker.py --times=12

The others wait for it, and the corpus is the same.
"""

import random
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, OF_WORKERS, PLAIN, PROCESSES, SAME, Run, Trial, judges_of


def trials(folder, times, moments, corpora=(PLAIN, MIXED), longest=5.0):
    judges = judges_of(folder, [[*arguments, *PROCESSES] for arguments in corpora])

    def stop_worker(folder, phase, judge):
        with Run(folder / "out", judge.arguments) as run:
            met, workers = run.await_moment(phase, judge.seconds, moments), run.workers()
            if met == "over" or not workers:
                return None
            worker = moments.choice(workers)
            if not run.signal(signal.SIGSTOP, worker):
                return None
            time.sleep(moments.uniform(0.5, longest))  # the standstill itself
            run.signal(signal.SIGCONT, worker)
            outcome = run.finish()
            result, why = judge.verdict(run.folder, outcome)
        if result != SAME:
            result, why = LOST, why or f"status {outcome.status}: {outcome.error!r:.500}"
        return Trial("worker stands still", met, result, why)

    yield from harness.try_at_all_phases(folder, times, moments, judges, stop_worker, OF_WORKERS)


def test_a_worker_that_stands_still_changes_nothing(tmp_path):
    tried = list(trials(tmp_path, 2, random.Random(), [MIXED], longest=1.0))
    assert [] == [trial for trial in tried if trial.result == LOST]


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=12))
