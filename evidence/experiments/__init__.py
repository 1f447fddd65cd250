"""The experiments, one file a question: its arms, its jobs, and the answer in a table and a picture."""

from evidence.experiments.base import Experiment, Options
from evidence.experiments.copying import COPYING
from evidence.experiments.frozen import FROZEN
from evidence.experiments.hyperwords import HYPERWORDS
from evidence.experiments.language import LANGUAGE
from evidence.experiments.meaning import MEANING
from evidence.experiments.plateau import PLATEAU

__all__ = ["EXPERIMENTS", "Experiment", "Options"]

EXPERIMENTS = {experiment.name: experiment for experiment in (COPYING, PLATEAU, FROZEN, MEANING, LANGUAGE, HYPERWORDS)}
