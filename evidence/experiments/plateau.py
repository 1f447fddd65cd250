"""The plateau of associative recall: steps until 90% of answers are right, after pre-training on each law."""

import math
from collections.abc import Sequence
from statistics import median

from matplotlib.figure import Figure

from evidence.arms import CORE, pretraining
from evidence.experiments.base import Experiment, Key, Options, Results, by_arm
from evidence.experiments.copying import arms_of
from evidence.jobs import Job
from evidence.pretraining import STEPS
from evidence.recall import BUDGET, Recall, train_recall
from evidence.reporting import dots, probability, ratio, table, whole
from evidence.statistics import holm, ratio_of_medians, sign_flip_test
from evidence.transfer import Transfer

SCRATCH = "nothing (scratch)"
_CONTROLS: tuple[Transfer, ...] = ("kept", "averaged", "shuffled")  # of the first two arms
PRIMARY = CORE[:2]  # the two tests that were fixed in advance


def _jobs(options: Options) -> dict[Key, Job]:
    steps, budget = options.steps(STEPS), options.steps(BUDGET)
    settings: dict[Key, Recall] = {(SCRATCH, seed): Recall(seed, budget=budget) for seed in options.seeds}
    for arm in arms_of(options):
        for transfer in ("fresh", *(_CONTROLS if arm in PRIMARY else ())):
            name = arm if transfer == "fresh" else f"{arm}; {_WORDS[transfer]}"
            for seed in options.seeds:
                start = pretraining(arm, seed, steps=steps)
                settings[name, seed] = Recall(seed, start, transfer, budget=budget)
    return {key: Job(train_recall, each) for key, each in settings.items()}


_WORDS = {"kept": "embeddings kept", "averaged": "embeddings averaged", "shuffled": "weights shuffled"}


def _report(options: Options, results: Results) -> tuple[str, dict[str, Figure]]:
    budget = options.steps(BUDGET)
    found = by_arm(results, lambda result: float(result["steps"] or budget))
    scratch = found[SCRATCH]
    p_values = {arm: sign_flip_test(_differences(found[arm], scratch)) for arm in found if arm != SCRATCH}
    primary = [arm for arm in PRIMARY if arm in p_values]
    corrected = dict(zip(primary, holm([p_values[arm] for arm in primary]), strict=True))
    rows = [_row(arm, values, scratch, budget, p_values | corrected) for arm, values in found.items()]
    heads = ["pre-trained on", "steps to 90% by seed", "median", "times scratch (95%)", "p"]
    picture = dots("Steps until 90% of recalls are right", "steps", found, log=True, limit=budget)
    return table(heads, rows), {"plateau": picture}


def _differences(steps: Sequence[float], scratch: Sequence[float]) -> list[float]:
    return [math.log(a / b) for a, b in zip(steps, scratch, strict=True)]


def _row(arm: str, steps: Sequence[float], scratch: Sequence[float], budget: int, p: dict[str, float]) -> list[str]:
    each = " ".join(f"(>{whole(value)})" if value >= budget else whole(value) for value in steps)
    if arm == SCRATCH:
        return [arm, each, whole(median(steps)), "1", ""]
    return [f"`{arm}`", each, whole(median(steps)), ratio(*ratio_of_medians(steps, scratch)), probability(p[arm])]


PLATEAU = Experiment(
    name="plateau",
    question="Does pre-training shorten the plateau of associative recall?",
    jobs=_jobs,
    report=_report,
    data=lambda result: {name: result[name] for name in ("steps", "curve", "cpu_seconds")},
)
