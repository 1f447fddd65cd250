"""The run is killed (SIGKILL), or interrupted (SIGINT, SIGTERM), at random moments of each phase.

    python tests/faults/test_killed_run.py --times=24

Its worker processes have to end by themselves, and the same command, started at once, to end with the same bytes.
"""

import random
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PLAIN, PROCESSES, THREADS, Run, Trial, judges_of


def trials(folder, times, moments, corpora=(PLAIN, MIXED)):
    judges = judges_of(folder, corpora)

    def stop(folder, phase, choice):
        number, judge, engine = choice
        if phase == "start" and number != signal.SIGKILL:
            phase = "begin"  # Python itself has nothing to say before the program is loaded
        with Run(folder / "out", [*judge.arguments, *engine]) as run:
            met = run.await_moment(phase, judge.seconds, moments)
            if met == "over" or not run.signal(number):
                return None
            outcome = run.finish()
            result, why = judge.verdict(run.folder, outcome, killed=number == signal.SIGKILL)
            if left := run.await_no_processes():
                result, why = LOST, f"worker processes {left} live on"
        name = "killed" if number == signal.SIGKILL else "interrupted"
        return Trial(f"run {name}, {engine[0].rpartition('=')[2]}", met, result, why)

    choices = [
        (number, judge, engine)
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGINT)
        for judge in judges
        for engine in (THREADS, PROCESSES)
    ]
    yield from harness.try_at_all_phases(folder, times, moments, choices, stop)


def test_a_run_that_is_stopped_at_any_moment_is_finished_by_the_same_command(tmp_path):
    tried = list(trials(tmp_path, 4, random.Random(), [MIXED]))
    assert [] == [trial for trial in tried if trial.result == LOST]


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=24))
