"""The plateau of associative recall: steps until 90% of answers are right, after pre-training on each law."""

import math
from collections.abc import Iterator, Sequence
from statistics import median

from matplotlib.figure import Figure

from evidence.arms import PRIMARY, pretraining
from evidence.experiments.base import Experiment, Key, Options, Results, by_arm
from evidence.experiments.copying import FORMED, arms_of
from evidence.jobs import Job
from evidence.recall import BUDGET, Recall, train_recall
from evidence.reporting import dots, probability, ratio, share, survival_curves, table, whole
from evidence.statistics import holm, paired, ratio_of_medians, sign_flip_test
from evidence.transfer import Transfer

SCRATCH = "nothing (scratch)"
_CONTROLS: dict[Transfer, str] = {
    "kept": "embeddings kept",
    "averaged": "embeddings averaged",
    "shuffled": "weights shuffled",
}
_RATES = {1.0: "", 0.5: "; half the rates", 2.0: "; twice the rates"}
_NOTE = """Seeds that did not reach 90% in {budget:,} steps stand there as (>{budget:,}). p: exact two-sided sign-flip
test of the logarithm of steps against scratch of the same seed; those of the first two laws are corrected for each
other (Holm), all others are not corrected."""


def _jobs(options: Options) -> dict[Key, Job]:
    of_seed = {seed: dict(_of_seed(options, seed)) for seed in options.seeds}
    names = of_seed[options.seeds[0]]
    return {(name, seed): Job(train_recall, of_seed[seed][name]) for name in names for seed in options.seeds}


def _of_seed(options: Options, seed: int) -> Iterator[tuple[str, Recall]]:
    """Yield the trainings of a seed with their names."""
    budget = options.steps(BUDGET)
    for rate, words in _RATES.items():
        yield SCRATCH + words, Recall(seed, budget=budget, rate=rate)
    for arm in arms_of(options):
        start = pretraining(arm, seed, fraction=options.fraction)
        yield arm, Recall(seed, start, budget=budget)
        if arm in PRIMARY:
            for transfer, words in _CONTROLS.items():
                yield f"{arm}; {words}", Recall(seed, start, transfer, budget=budget)
            for rate, words in _RATES.items():
                if rate != 1:
                    yield arm + words, Recall(seed, start, budget=budget, rate=rate)


def _report(options: Options, results: Results) -> tuple[str, dict[str, Figure]]:
    budget = options.steps(BUDGET)
    found = by_arm(results, lambda result: float(result["steps"] or budget + 1))
    scratch = found[SCRATCH]
    logs = {arm: list(map(math.log, values)) for arm, values in found.items()}
    p_values = {arm: sign_flip_test(paired(logs[arm], logs[SCRATCH])) for arm in found if arm != SCRATCH}
    corrected = dict(zip(PRIMARY, holm([p_values[arm] for arm in PRIMARY]), strict=True))
    rows = [_row(arm, values, scratch, budget, p_values | corrected) for arm, values in found.items()]
    heads = ["pre-trained on", "steps to 90% by seed", "median", "times scratch (95%)", "p"]
    shown = {arm: found[arm] for arm in (SCRATCH, *PRIMARY, "zipf", f"{PRIMARY[0]}; {_CONTROLS['shuffled']}")}
    pictures = {
        "plateau": dots("Steps until 90% of recalls are right", "steps", found, log=True, limit=budget + 1),
        "plateau_survival": survival_curves("Trainings below 90% of recalls", "steps", shown, budget),
    }
    return f"{table(heads, rows)}\n{_NOTE.format(budget=budget)}\n\n{_by_copying(budget, results)}", pictures


def _row(arm: str, steps: Sequence[float], scratch: Sequence[float], budget: int, p: dict[str, float]) -> list[str]:
    each, middle = " ".join(_steps(value, budget) for value in steps), _steps(median(steps), budget)
    if arm == SCRATCH:
        return [arm, each, middle, "1", ""]
    return [f"`{arm}`", each, middle, ratio(*ratio_of_medians(steps, scratch)), probability(p[arm])]


def _steps(value: float, budget: int) -> str:
    return f"(>{whole(budget)})" if value > budget else whole(value)


def _by_copying(budget: int, results: Results) -> str:
    """Return the steps of the primary arms where copying had formed, and where it had not."""
    ends = by_arm(results, lambda result: (result["copied"], result["steps"] or budget + 1))
    rows = []
    for arm in PRIMARY:
        for words, formed in (("formed", True), ("not", False)):
            part = sorted((end for end in ends[arm] if (end[0] > FORMED) == formed), reverse=True)
            each = "; ".join(f"{share(copied)}: {_steps(steps, budget)}" for copied, steps in part)
            rows.append([f"`{arm}`", words, each or "no seed"])
    heads = ["pre-trained on", f"copying (accuracy above {share(FORMED)})", "copy accuracy: steps to 90%, by seed"]
    return table(heads, rows)


PLATEAU = Experiment(
    name="plateau",
    question="Does pre-training shorten the plateau of associative recall?",
    jobs=_jobs,
    report=_report,
    kept=("steps", "copied", "curve"),
    published=(
        "after Dyck sequences, accuracy of recall from a haystack rose from 10% to 98% (Jiang et al. 2026, arXiv "
        "2601.21725). Theirs is another question, of 30 symbols in a longer context, for a longer training."
    ),
)
