"""What an experiment is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from matplotlib.figure import Figure

from evidence.jobs import Job, Result

SEEDS = tuple(range(100, 108))  # all choices were made on seeds 0 to 7
QUICK_SEEDS = SEEDS[:2]
MOST_SEEDS = 16  # the exact test tries all signs


@dataclass(frozen=True)
class Options:
    """What holds for all experiments.

    seeds: of each arm. quick: only the arms that decide. fraction: of the steps of each training; tests take less
    than 1.
    """

    seeds: Sequence[int]
    quick: bool = False
    fraction: float = 1.0

    def steps(self, whole: int) -> int:
        """Return the steps of a training that has ``whole`` steps."""
        return max(1, round(whole * self.fraction))


Key = tuple[str, int]  # arm, seed
Results = Mapping[Key, Result]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Experiment:
    """One question.

    published: what others measured, in Markdown, with its sources; empty where there is no figure.
    jobs: by arm and seed; they may share pre-trained weights, which are kept beside the results. report: the answer in
    Markdown, and pictures by name, of the results of all jobs. kept: the names of what is kept of a result, beside its
    time.
    """

    name: str
    question: str
    jobs: Callable[[Options], Mapping[Key, Job]]
    report: Callable[[Options, Results], tuple[str, dict[str, Figure]]]
    kept: Sequence[str]
    published: str = ""

    def data(self, result: Result) -> dict[str, Any]:
        """Return what is kept of a result, in plain values."""
        return {name: result[name] for name in (*self.kept, "cpu_seconds")}


def by_arm(results: Results, value: Callable[[Result], Value]) -> dict[str, list[Value]]:
    """Return values by arm, one for each seed in their order."""
    found: dict[str, list[Value]] = {}
    for (arm, _), result in results.items():
        found.setdefault(arm, []).append(value(result))
    return found
