"""What an experiment is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from evidence.jobs import Job, Result


@dataclass(frozen=True)
class Options:
    """What the command line says of all experiments. steps: of a pre-training. budget: most steps of a task."""

    seeds: Sequence[int]
    arms: Sequence[str]
    steps: int = 1000
    budget: int = 2000


Key = tuple[str, int]  # arm, seed
Results = Mapping[Key, Result]


@dataclass(frozen=True)
class Experiment:
    """One question.

    jobs: by arm and seed. report: the answer in Markdown, and pictures by name, of the results of all jobs. data: what
    is kept of a result.
    """

    name: str
    question: str
    jobs: Callable[[Options], Mapping[Key, Job]]
    report: Callable[[Options, Results], tuple[str, dict[str, Figure]]]
    data: Callable[[Result], Any]
