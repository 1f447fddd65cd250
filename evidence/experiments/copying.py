"""Which laws teach copying: accuracy of continuing an unseen string at its second occurrence."""

from collections.abc import Mapping, Sequence
from statistics import median

from matplotlib.figure import Figure

from evidence.arms import ARMS, PRIMARY, QUICK, pretraining
from evidence.experiments.base import Experiment, Key, Options, Results, by_arm
from evidence.jobs import Job
from evidence.pretraining import OFFSETS, pretrain
from evidence.reporting import dots, share, table
from evidence.statistics import share_interval

ONE_LAYER = ", 1 layer"  # behind the name of an arm
FORMED = 0.5  # accuracy from which copying counts as learned; chance is 1/64


def arms_of(options: Options) -> list[str]:
    """Return the arms of this experiment and of the recall that starts from its weights."""
    return list(QUICK if options.quick else ARMS)


def _jobs(options: Options) -> dict[Key, Job]:
    arms = arms_of(options)
    two = {(arm, seed): pretraining(arm, seed, fraction=options.fraction) for arm in arms for seed in options.seeds}
    one = {
        (arm + ONE_LAYER, seed): pretraining(arm, seed, layers=1, fraction=options.fraction)
        for arm in PRIMARY  # one layer cannot form an induction head
        for seed in options.seeds
    }
    return {key: Job(pretrain, settings) for key, settings in (two | one).items()}


def _report(options: Options, results: Results) -> tuple[str, dict[str, Figure]]:
    found = by_arm(results, lambda result: float(result["copy_mean"]))
    rows = [_row(arm, values) for arm, values in found.items()]
    text = table(["pre-trained on", "copy accuracy by seed", "median", "seeds above .5", "95% interval"], rows)
    note = "The interval is that of Clopper and Pearson, of the share of seeds. Mean accuracy by offset, of all seeds:"
    picture = dots("Copying an unseen string, after pre-training on a law", "accuracy (chance: .016)", found, log=False)
    return f"{text}\n{note}\n\n{_offsets(results)}", {"copying": picture}


def _row(arm: str, values: Sequence[float]) -> list[str]:
    formed = sum(value > FORMED for value in values)
    low, high = share_interval(formed, len(values))
    each = " ".join(map(share, values))
    return [f"`{arm}`", each, share(median(values)), f"{formed} of {len(values)}", f"{share(low)} to {share(high)}"]


def _offsets(results: Results) -> str:
    each = by_arm(results, lambda result: result["copy"])
    means: Mapping[str, list[float]] = {
        arm: [sum(column) / len(column) for column in zip(*rows, strict=True)] for arm, rows in each.items()
    }
    taught = {arm: row for arm, row in means.items() if max(row) > 2 / 64} or dict(means)
    return table(
        ["pre-trained on", *map(str, OFFSETS)], [[f"`{arm}`", *map(share, row)] for arm, row in taught.items()]
    )


COPYING = Experiment(
    name="copying",
    question="Which laws teach a model to copy a string that it has never seen?",
    jobs=_jobs,
    report=_report,
    kept=("copy", "copy_mean", "losses"),
    published=(
        "induction heads need two layers of attention (Elhage et al. 2021). Copying among the text made such heads "
        "more active in models of 0.13 to 1 B parameters, without a consistent gain in few-shot tasks (Sabry and "
        "Belz 2025, arXiv 2509.22947)."
    ),
)
