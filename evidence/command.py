"""Run the experiments, and write their tables, data and pictures.

python -m evidence                              all experiments with 8 seeds: an hour on two cores
python -m evidence copying plateau              some of them
python -m evidence --quick --output=quick       2 seeds, and the arms that decide: 4 minutes
python -m evidence --seeds=0:8 --output=mine    other seeds: evidence/results is for seeds 100 to 107

What is finished is kept in the folder --work; a run that was stopped goes on from there.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from beam_pipeline.terminal.progress import followed
from evidence.experiments import EXPERIMENTS, Experiment, Options
from evidence.experiments.base import MOST_SEEDS, QUICK_SEEDS, SEEDS, Key
from evidence.jobs import Result, run
from evidence.pages import write

RESULTS = Path(__file__).parent / "results"
WORK = Path("evidence_work")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line names; return the exit status."""
    given = _given(arguments)
    options = Options(given.seeds or (QUICK_SEEDS if given.quick else SEEDS), quick=given.quick)
    for name in given.names or EXPERIMENTS:
        experiment = EXPERIMENTS[name]
        results = measure(experiment, options, given.work, given.processes)
        print(write(experiment, options, results, given.output))
    return 0


def measure(experiment: Experiment, options: Options, work: Path, processes: int) -> dict[Key, Result]:
    """Return the results of all jobs of an experiment, and show how far it is. work: where results are kept."""
    jobs = experiment.jobs(options)
    keys, found = list(jobs), {}
    with followed(experiment.name, "trainings") as tell:
        tell(experiment.name, 0, len(jobs))
        for place, result in run(list(jobs.values()), work, processes):
            found[keys[place]] = result
            tell(experiment.name, len(found), len(jobs))
    return {key: found[key] for key in keys}


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says; a mistake ends the program with status 2."""
    parser = argparse.ArgumentParser(
        "python -m evidence",
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"experiments: {', '.join(EXPERIMENTS)}; default all")
    parser.add_argument("--quick", action="store_true", help="2 seeds, and the arms that decide")
    parser.add_argument("--seeds", type=_seeds, metavar="A:B", help="seeds A to B - 1; default 100:108, quick 100:102")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write; default evidence/results")
    parser.add_argument("--work", type=Path, default=WORK, help="folder of what is finished; default %(default)s")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one for each core")
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in EXPERIMENTS:
            parser.error(f"{name}: there is no such experiment; choose from {', '.join(EXPERIMENTS)}")
    if given.processes < 1:
        parser.error(f"--processes={given.processes}: give 1 or more")
    if (given.quick or given.seeds) and given.output == RESULTS:
        parser.error("--output: name another folder; evidence/results is for whole experiments and their own seeds")
    return given


def _seeds(given: str) -> range:
    """Return the seeds A to B - 1 of ``A:B``."""
    first, _, end = given.partition(":")
    if not (first.isdecimal() and end.isdecimal() and 2 <= int(end) - int(first) <= MOST_SEEDS and int(end) <= 1 << 20):
        raise argparse.ArgumentTypeError(f"{given!r}: give 2 to {MOST_SEEDS} seeds below 2^20, as in 0:8")
    return range(int(first), int(end))
