"""The answer of an experiment as files: a page in Markdown, the data of all seeds, and pictures."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.machine import machine
from evidence.experiments import Experiment, Options
from evidence.experiments.base import Key
from evidence.jobs import Result
from evidence.reporting import save


def write(experiment: Experiment, options: Options, results: Mapping[Key, Result], folder: Path) -> Path:
    """Write the answer of an experiment into ``folder``; return its page."""
    folder.mkdir(parents=True, exist_ok=True)
    text, pictures = experiment.report(options, results)
    for name, figure in pictures.items():
        save(figure, folder / f"{name}.png")
    shown = "".join(f"\n![{experiment.question}]({name}.png)\n" for name in pictures)
    page = folder / f"{experiment.name}.md"
    page.write_text(
        f"# {experiment.question}\n\n{_made(experiment, options, results)}\n\n{text}{_published(experiment)}{shown}",
        encoding="utf-8",
    )
    kept = [{"arm": arm, "seed": seed, **experiment.data(result)} for (arm, seed), result in results.items()]
    (folder / f"{experiment.name}.json").write_text(_json(kept), encoding="utf-8")
    return page


def _made(experiment: Experiment, options: Options, results: Mapping[Key, Result]) -> str:
    """Return how the answer was made: the command, the seeds, the time, the machine."""
    seconds = sum(result["cpu_seconds"] for result in results.values())
    quick = " --quick" if options.quick else ""
    return (
        f"`python -m evidence {experiment.name}{quick}`, seeds {options.seeds[0]} to {options.seeds[-1]}: "
        f"{seconds / 60:.1f} minutes of processor time, on {machine()['processor']}."
    )


def _published(experiment: Experiment) -> str:
    """Return what others measured, to be read beside the tables."""
    return f"\nPublished: {experiment.published}\n" if experiment.published else ""


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows as JSON, a line each."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"
