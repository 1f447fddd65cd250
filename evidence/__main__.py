"""``python -m evidence``: run the experiments, and write their tables, data and pictures.

python -m evidence                      all experiments, 8 seeds
python -m evidence copying plateau      some of them
python -m evidence --quick              2 seeds, and the arms that decide: see whether all works here
python -m evidence --output=mine        another folder than evidence/results

What is finished is kept in the folder --work; a run that was stopped goes on from there.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

try:
    import matplotlib  # noqa: F401 - so that what is missing is said at once
    import tokenizers  # noqa: F401
    import torch  # noqa: F401
except ImportError as missing:
    print(f"evidence: {missing.name} is not installed; pip install 'hyperphrase[evidence]'", file=sys.stderr)
    sys.exit(2)

from benchmarks.machine import machine
from evidence.arms import QUICK_SEEDS, SEEDS
from evidence.experiments import EXPERIMENTS, Experiment, Options
from evidence.experiments.base import Key
from evidence.jobs import Result, run
from evidence.reporting import save

RESULTS = Path(__file__).parent / "results"


def options_of() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m evidence", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"experiments: {', '.join(EXPERIMENTS)}; default all")
    parser.add_argument("--quick", action="store_true", help="2 seeds, and the arms that decide")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write; default evidence/results")
    parser.add_argument("--work", type=Path, default=Path("evidence_work"), help="folder of what is finished")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="default: as many as there are cores"
    )
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in EXPERIMENTS]
    if unknown:
        parser.error(f"{unknown[0]}: there is no such experiment; choose from {', '.join(EXPERIMENTS)}")
    if given.processes < 1:
        parser.error(f"--processes={given.processes}: give 1 or more")
    return given


def measure(experiment: Experiment, options: Options, given: argparse.Namespace) -> dict[Key, Result]:
    """Return the results of all jobs of an experiment, and show how far it is."""
    jobs = experiment.jobs(options)
    keys, begin, found = list(jobs), time.monotonic(), {}
    for place, result in run(list(jobs.values()), given.work, given.processes):
        found[keys[place]] = result
        arm, seed = keys[place]
        print(
            f"{experiment.name}: {len(found)} of {len(jobs)}, {time.monotonic() - begin:.0f} s: {arm}, seed {seed}",
            flush=True,
        )
    return {key: found[key] for key in keys}


def write(experiment: Experiment, options: Options, results: dict[Key, Result], folder: Path) -> None:
    """Write the answer of an experiment: Markdown, data, pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    text, pictures = experiment.report(options, results)
    for name, figure in pictures.items():
        save(figure, folder / f"{name}.png")
    shown = "".join(f"\n![{experiment.question}]({name}.png)\n" for name in pictures)
    seconds = sum(result["cpu_seconds"] for result in results.values())
    told = (
        f"`python -m evidence {experiment.name}`, seeds {options.seeds[0]} to {options.seeds[-1]}: "
        f"{seconds / 60:,.0f} minutes of processor time, on {machine()['processor']}."
    )
    (folder / f"{experiment.name}.md").write_text(
        f"# {experiment.question}\n\n{told}\n\n{text}{shown}", encoding="utf-8"
    )
    kept = [{"arm": arm, "seed": seed, **experiment.data(result)} for (arm, seed), result in results.items()]
    (folder / f"{experiment.name}.json").write_text(_json(kept), encoding="utf-8")


def _json(rows: list[dict[str, object]]) -> str:
    """Return rows as JSON, a line each."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def main() -> int:
    """Run what the command line names; return the exit status."""
    given = options_of()
    options = Options(QUICK_SEEDS, quick=True) if given.quick else Options(SEEDS)
    for name in given.names or EXPERIMENTS:
        experiment = EXPERIMENTS[name]
        write(experiment, options, measure(experiment, options, given), given.output)
        print(f"{given.output / name}.md")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        print(f"evidence: {error}", file=sys.stderr)
        sys.exit(2)
