"""Processes of a Dask cluster are killed (SIGKILL) at random moments of each phase.

    python tests/faults/test_dask_workers.py --times=20

One worker, or all of them, whose nannies start new ones; one machine or all, with their nannies, so that nobody does;
the scheduler; the run, which is then started at once on the same cluster. Dask does lost tasks again; where nobody is
left to do them, the run has to end, not to wait for ever.
"""

import contextlib
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.engines.dask_cluster import Cluster
from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PHASES, PLAIN, SAME, Run, Trial, judges_of

WORKERS = 3
BEGUN = {  # kinds of tasks, by the phase that they begin; of the other phases the folder tells
    "FingerprintPhrases/FingerprintUnits": "fingerprint",
    "FindDuplicates/CompareCandidates": "compare",
}


def kill_worker(cluster, run, moments):
    run.signal(signal.SIGKILL, moments.choice(cluster.worker_processes() or [0]))


def kill_workers(cluster, run, _):
    for worker in cluster.worker_processes():
        run.signal(signal.SIGKILL, worker)


def kill_machine(cluster, _, moments):
    cluster.kill_machines([moments.randrange(WORKERS)])


def kill_machines(cluster, *_):
    cluster.kill_machines(range(WORKERS))


def kill_scheduler(cluster, *_):
    cluster.kill_scheduler()


def kill_run(_, run, __):
    run.signal(signal.SIGKILL)


KILLS = {
    "Dask worker killed": kill_worker,
    "all Dask workers killed": kill_workers,
    "Dask machine killed": kill_machine,
    "all Dask machines killed": kill_machines,
    "Dask scheduler killed": kill_scheduler,
    "run on Dask killed": kill_run,
}
HARMLESS = {"Dask worker killed", "all Dask workers killed", "Dask machine killed"}  # somebody is left, or comes anew


def phase_of(cluster, run):
    """Return the phase of the work, by what is in the folder, and before that by what the scheduler has begun."""
    phase = run.phase()
    begun = cluster.tasks_begun() if phase == "begin" else []
    return max(
        [phase, *(BEGUN[label] for label in BEGUN for name in begun if name.startswith(label))],
        key=[*PHASES, "over"].index,
    )


def await_moment(cluster, run, phase, moments):
    """Wait for ``phase`` or a later one, and then up to a random moment of it; return the phase that is met then."""
    order = [*PHASES, "over"]
    while not run.over and order.index(phase_of(cluster, run)) < order.index(phase):
        pass
    time.sleep(moments.uniform(0, {"begin": 1.0, "manifest": 0.0}.get(phase, 0.3)))
    return "over" if run.over else phase_of(cluster, run)


def trials(folder, times, moments, corpora=(PLAIN, MIXED), kills=tuple(KILLS)):
    judges = judges_of(folder, corpora)

    def strike(folder, phase, choice):
        judge, kill = choice
        with contextlib.ExitStack() as stack:
            place = stack.enter_context(tempfile.TemporaryDirectory(dir=folder))
            cluster = stack.enter_context(Cluster(place, WORKERS))
            run = stack.enter_context(Run(folder / "out", [*judge.arguments, *cluster.engine()]))
            met = await_moment(cluster, run, phase, moments)
            if met == "over":
                return None
            KILLS[kill](cluster, run, moments)
            outcome = run.finish()
            killed = KILLS[kill] is kill_run
            result, why = judge.verdict(run.folder, outcome, killed, cluster.engine() if killed else ())
        if kill in HARMLESS and result != SAME:
            result, why = LOST, why or f"status {outcome.status}: {outcome.error!r:.500}"
        return Trial(kill, met, result, why)

    choices = [(judge, kill) for kill in kills for judge in judges]
    yield from harness.try_at_all_phases(folder, times, moments, choices, strike, PHASES[1:])


def test_what_is_killed_on_dask_loses_nothing(tmp_path):
    tried = list(trials(tmp_path, 2, random.Random(), [MIXED], ["Dask worker killed", "Dask scheduler killed"]))
    assert [] == [trial for trial in tried if trial.result == LOST]


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=20))
