"""A model that reads hyperwords against one that reads BPE tokens of the same text, and one that reads characters."""

from collections.abc import Callable, Sequence
from statistics import mean

import numpy as np
from matplotlib.figure import Figure

from evidence.equal_compute import FLOPS, Reader, train_reader
from evidence.experiments.base import Experiment, Key, Options, Results, by_arm
from evidence.jobs import Job, Result
from evidence.reporting import Panel, curves, difference, probability, table
from evidence.statistics import holm, mean_interval, paired, sign_flip_test

BPE = "BPE tokens, 4,096"
#: kind and number of ids, width, ids in a context, and times the rates of pre-training (of 2, 4 and 8, on seed 0).
READERS: dict[str, tuple[str, int, int, int, float]] = {
    BPE: ("bpe", 4096, 64, 64, 4.0),
    "hyperwords, 4,096": ("hyperwords", 4096, 64, 64, 4.0),  # the very same model
    "BPE tokens, 4,096, case marked": ("marked bpe", 4096, 64, 64, 4.0),
    "hyperwords, 8,192": ("hyperwords", 8192, 64, 64, 4.0),  # more parameters, fewer steps
    "characters": ("characters", 0, 128, 256, 4.0),  # as many parameters, and as long a context in characters
}
_QUICK = 2  # of the readers
Readings = dict[str, list[Result]]  # by reader, one for each seed


def _jobs(options: Options) -> dict[Key, Job]:
    flops = _flops(options)
    return {
        (arm, seed): Job(train_reader, Reader(kind, size, width, context, seed, rate, flops))
        for arm, (kind, size, width, context, rate) in list(READERS.items())[: _QUICK if options.quick else None]
        for seed in options.seeds
    }


def _flops(options: Options) -> float:
    return FLOPS * options.fraction / (2 if options.quick else 1)


def _report(options: Options, results: Results) -> tuple[str, dict[str, Figure]]:
    found = by_arm(results, lambda result: result)
    others = [arm for arm in found if arm != BPE]
    differences = {(arm, at): at(found, arm) for arm in others for at in (_at_equal_compute, _at_equal_text)}
    p_values = holm([sign_flip_test(each) for each in differences.values()])
    cells: dict[str, list[str]] = {arm: [] for arm in others}
    for ((arm, _), each), p in zip(differences.items(), p_values, strict=True):
        cells[arm] += [difference(*mean_interval(each)), probability(p)]
    rows = [[BPE, *_bits(found[BPE]), "", "", "", ""], *([arm, *_bits(found[arm]), *cells[arm]] for arm in others)]
    heads = ["reads", "bits a character by seed", "mean", "minus BPE, equal FLOPs (95%)", "p, Holm",
             "minus BPE, equal text (95%)", "p, Holm"]  # fmt: skip
    flops = f"Bits a character of the held-out text after {_flops(options) / 1e12:,.3g} TFLOPs of training."
    return f"{flops}\n\n{table(heads, rows)}\n{_costs(found)}", {"hyperwords": _picture(found)}


def _bits(results: Sequence[Result]) -> tuple[str, str]:
    each = [float(result["bits"][-1]) for result in results]
    return " ".join(f"{value:.3f}" for value in each), f"{mean(each):.3f}"


def _at_equal_compute(found: Readings, arm: str) -> list[float]:
    return paired(*([result["bits"][-1] for result in found[reads]] for reads in (arm, BPE)))


def _at_equal_text(found: Readings, arm: str) -> list[float]:
    """Return differences after as much text as the slower reader of the two reads, between points of the other."""
    each = []
    for ours, theirs in zip(found[arm], found[BPE], strict=True):
        read = min(ours["characters"][-1], theirs["characters"][-1])
        each.append(_bits_after(ours, read) - _bits_after(theirs, read))
    return each


def _bits_after(result: Result, characters: int) -> float:
    """Return the bits after so many characters, on a straight line between points over the logarithm of characters."""
    return float(np.interp(np.log(characters), np.log(result["characters"]), result["bits"]))


def _costs(found: Readings) -> str:
    heads = ["reads", "parameters", "weights and optimiser, MB", "characters an id", "characters read",
             "characters a second, training"]  # fmt: skip
    rows = []
    for arm, results in found.items():
        one = results[0]
        rate = mean(result["characters_a_second"] for result in results)
        rows.append([arm, f"{one['parameters']:,}", f"{one['bytes'] / 1e6:.2f}", f"{one['characters_a_token']:.2f}",
                     f"{one['characters'][-1]:,}", f"{rate:,.0f}"])  # fmt: skip
    return "What it took, on one core; speed is that of this run:\n\n" + table(heads, rows)


def _picture(found: Readings) -> Figure:
    def panel(title: str, below: str, x: Callable[[Result], Sequence[float]]) -> Panel:
        arms = {arm: [(x(result), result["bits"]) for result in results] for arm, results in found.items()}
        return Panel(title, below, "bits a character", arms)

    return curves([
        panel("Held-out English, equal compute", "FLOPs of training", lambda result: result["flops"]),
        panel("Equal text", "characters read", lambda result: result["characters"]),
    ])  # fmt: skip


HYPERWORDS = Experiment(
    name="hyperwords",
    question="Does a model that reads hyperwords code a text better than one that reads BPE tokens?",
    jobs=_jobs,
    report=_report,
    kept=(
        "flops",
        "characters",
        "bits",
        "parameters",
        "bytes",
        "characters_a_token",
        "characters_a_second",
    ),
)
