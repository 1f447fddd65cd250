"""Every work item is done twice, as on engines with backup workers and retries: in turn, at once, and too late.

    python tests/faults/test_done_twice.py --times=12

A worker that was thought dead may do its work when the corpus is complete. It finds nothing to change; what it leaves
in OUT/.work, the same command takes away.
"""

import random
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PLAIN, SAME, THREADS, Run, Trial, judges_of, make

WAYS = ["in_turn", "at_once", "late"]


def trials(folder, times, moments, corpora=(PLAIN, MIXED), ways=WAYS):
    judges = judges_of(folder, corpora)
    for i in range(times):
        judge, way = judges[i // len(ways) % len(judges)], ways[i % len(ways)]
        line = [*judge.arguments, *THREADS]
        with Run(folder / "out", line, {"TWICE": way}, "tests.faults.twice") as run:
            outcome = run.finish()
            if way == "late" and outcome.status == 0:
                make(run.folder, judge.arguments)
            result, why = judge.verdict(run.folder, outcome)
        done = re.search(r"(\d+) items of (\d) kinds were done twice", outcome.error)
        if result != SAME or not done:
            result, why = LOST, why or f"status {outcome.status}: {outcome.error!r:.2000}"
        yield Trial(f"items done twice, {way}", "all", result, why or done[0])


@pytest.mark.parametrize("way", WAYS)
def test_work_done_twice_is_done_once(tmp_path, way):
    (trial,) = trials(tmp_path, 1, random.Random(), [MIXED], [way])
    assert SAME == trial.result, trial.why
    assert "6 kinds" in trial.why  # all of them, meanings too


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=6))
