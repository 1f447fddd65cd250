"""The time of day jumps by hours, forwards and backwards, fifty times a second, in all processes of the run.

    python tests/faults/test_jumping_clock.py --times=6

The clock that only counts on (CLOCK_MONOTONIC) is left alone: its whole promise is that it never turns back.
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PLAIN, PROCESSES, SAME, THREADS, Run, Trial, judges_of
from tests.faults.unreliable import jumping_clock, library


def trials(folder, times, moments, corpora=(PLAIN, MIXED)):
    judges = judges_of(folder, corpora)
    for i in range(times):
        judge, engine = judges[i % len(judges)], [THREADS, PROCESSES][i // len(judges) % 2]
        with Run(folder / "out", [*judge.arguments, *engine], jumping_clock(moments.randint(1, 100))) as run:
            outcome = run.finish()
            result, why = judge.verdict(run.folder, outcome)
        if result != SAME or "-" in outcome.out.partition(" in ")[2].partition(" ")[0]:
            result, why = LOST, why or f"status {outcome.status}: {outcome.error!r:.500} {outcome.out!r:.500}"
        yield Trial(f"clock jumps, {engine[0].rpartition('=')[2]}", "all", result, why)


def test_a_clock_that_jumps_changes_nothing(tmp_path, need):
    try:
        library()
    except FileNotFoundError:
        need("a C compiler", "install gcc")
    tried = list(trials(tmp_path, 2, random.Random(), [MIXED]))
    assert [SAME, SAME] == [trial.result for trial in tried], tried
    assert LOST not in {trial.result for trial in tried}


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=6))
