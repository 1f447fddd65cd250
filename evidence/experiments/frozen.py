"""Frozen encoder to English: whether what a law teaches the layers helps new embeddings to read English."""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from matplotlib.figure import Figure

from evidence.english_words import UNKNOWN, WORDS, counted_losses, english_ids
from evidence.experiments.base import Experiment, Key, Options, Results, by_arm
from evidence.frozen_encoder import (
    CONTEXT,
    ENGLISH,
    ENGLISH_STEPS,
    LAW_STEPS,
    RATES,
    ROWS,
    Encoder,
    Reading,
    read_english,
    read_whole,
)
from evidence.jobs import Job
from evidence.reporting import dots, probability, table
from evidence.statistics import holm, mean_interval, paired, sign_flip_test

#: The words of all but uniform are equally frequent: the shift of ranks, beta, is that of nest and cross.
LAWS = {
    "nest": "nest",
    "flat": "flat:s=1.0,beta=1.7",
    "cross": "cross",
    "zipf": "zipf:s=1.0,beta=1.7",
    "uniform": "uniform",
}
QUICK_LAWS = ("nest", "zipf")
QUICK_SHARE = 0.4  # of the steps, with --quick
SHUFFLED = "nest, weights shuffled"
RANDOM = "random weights"
WHOLE = "English, nothing frozen"
FROZEN_ENGLISH = "English, frozen"
#: The rate of the embeddings on English, chosen with seed 0 for each encoder, so that none is held back by the size of
#: what it puts out: of .003, .01 and .03 the best one. For those that are not named it is .003: .01 was worse.
ENGLISH_RATES = {"flat": 0.03, "zipf": 0.03, "uniform": 0.03, FROZEN_ENGLISH: 0.01}
#: What else is compared, pair by pair; negative: the first one reads better.
PAIRS = (("nest", SHUFFLED), ("nest", "zipf"), ("nest", "flat"), ("zipf", "uniform"), ("zipf", RANDOM))


def _jobs(options: Options) -> dict[Key, Job]:
    law_steps, steps = _steps(options)
    jobs: dict[Key, Job] = {}
    for law in QUICK_LAWS if options.quick else LAWS:
        for seed in options.seeds:
            jobs[law, seed] = _reading(law, seed, Encoder(LAWS[law], seed, law_steps), steps)
    for seed in options.seeds:
        jobs[RANDOM, seed] = _reading(RANDOM, seed, None, steps)
    for seed in options.seeds:
        jobs[WHOLE, seed] = Job(read_whole, Encoder(ENGLISH, seed, steps))
    if not options.quick:
        jobs |= _controls(options, law_steps, steps)
    return jobs


def _steps(options: Options) -> tuple[int, int]:
    """Return the steps on a law, and on English."""
    share = QUICK_SHARE if options.quick else 1.0
    return options.steps(round(share * LAW_STEPS)), options.steps(round(share * ENGLISH_STEPS))


def _controls(options: Options, law_steps: int, steps: int) -> dict[Key, Job]:
    """Return the jobs that take encoders of other arms, which are there by then."""
    jobs: dict[Key, Job] = {}
    for seed in options.seeds:
        jobs[SHUFFLED, seed] = _reading(SHUFFLED, seed, Encoder(LAWS["nest"], seed, law_steps), steps)
    for seed in options.seeds:
        jobs[FROZEN_ENGLISH, seed] = _reading(FROZEN_ENGLISH, seed, Encoder(ENGLISH, seed, steps), steps)
    return jobs


def _reading(arm: str, seed: int, encoder: Encoder | None, steps: int) -> Job:
    rates = replace(RATES, adam=ENGLISH_RATES.get(arm, RATES.adam))
    return Job(read_english, Reading(seed, encoder, arm == SHUFFLED, steps, rates))


def _report(options: Options, results: Results) -> tuple[str, dict[str, Figure]]:
    losses = by_arm(results, lambda result: float(result["loss"]))
    gains = by_arm(results, lambda result: float(result["early"] - result["late"]))
    p_values = {arm: sign_flip_test(paired(losses[arm], losses[RANDOM])) for arm in losses if arm != RANDOM}
    laws = [arm for arm in LAWS if arm in p_values]
    p_values |= dict(zip(laws, holm([p_values[arm] for arm in laws]), strict=True))
    rows = []
    for arm, values in losses.items():
        name = f"`{arm}`" if arm in LAWS else arm
        compared = _compared(paired(losses[arm], losses[RANDOM]), p_values[arm]) if arm != RANDOM else ["0", ""]
        rows.append([name, *_perplexities(values), *compared, f"{median(gains[arm]):.2f}", _learned(results, arm)])
    heads = ["encoder", "perplexity by seed", "median", "log perplexity against random (95%)", "p", "gain by context"]
    heads.append("loss before freezing")
    perplexity = {arm: [math.exp(value) for value in values] for arm, values in losses.items()}
    picture = dots("Held-out English, read through a frozen encoder", "perplexity", perplexity, log=False)
    return f"{table(heads, rows)}\n{_notes(options)}\n\n{_pairs(losses)}", {"frozen": picture}


def _perplexities(losses: Sequence[float]) -> list[str]:
    each = [math.exp(loss) for loss in losses]
    return [" ".join(f"{value:.1f}" for value in each), f"{median(each):.1f}"]


def _compared(differences: Sequence[float], p: float) -> list[str]:
    mean, low, high = mean_interval(differences)
    return [f"{mean:+.3f} ({low:+.3f} to {high:+.3f})", probability(p)]


def _learned(results: Results, arm: str) -> str:
    losses = [result["law_loss"] for (other, _), result in results.items() if other == arm]
    return "" if losses[0] is None else f"{median(losses):.2f}"


def _pairs(losses: dict[str, list[float]]) -> str:
    pairs = [pair for pair in PAIRS if all(arm in losses for arm in pair)]
    differences = [paired(losses[ours], losses[theirs]) for ours, theirs in pairs]
    p_values = holm([sign_flip_test(values) for values in differences])
    rows = [
        [" against ".join(pair), *_compared(values, p)]
        for pair, values, p in zip(pairs, differences, p_values, strict=True)
    ]
    return table(["encoders", "log perplexity (95%)", "p"], rows)


def _notes(options: Options) -> str:
    single, pairs = (f"{math.exp(loss):.1f}" for loss in counted_losses())
    train, held_out = (len(part) for part in english_ids())
    unknown = float((english_ids()[1] == UNKNOWN).double().mean())
    law_steps, steps = _steps(options)
    few = " These are too few for an effect: --quick shows that all works." if options.quick else ""
    return (
        f"{law_steps} steps on a law and {steps} on English, each of {ROWS} windows of {CONTEXT} words.{few} English: "
        f"the {WORDS:,} most frequent words; all others are one word ({unknown:.0%} of the held-out ones). "
        f"The last {held_out:,} words of the text are held out. Counting the other {train:,} words gives perplexity "
        f"{single}, counting pairs of words {pairs}. p of the laws: corrected by Holm for their number; of the others: "
        "not corrected. Gain by context: loss at the first 8 places of a window less that at the last 32, in nats. "
        "Loss before freezing: of the last tenth of the training that made the encoder; knowing the frequencies alone "
        "gives 6.88 for uniform and 5.66 for the other laws. Both are medians."
    )


FROZEN = Experiment(
    name="frozen",
    question="Does an encoder that learned a law, and is then frozen, help to read English?",
    jobs=_jobs,
    report=_report,
    kept=("loss", "early", "late", "law_loss"),
    published=(
        "nested and flat pairs helped LSTMs equally to read Spanish (Papadimitriou and Jurafsky 2020, arXiv "
        "2004.14601), and nested dependencies helped encoders to read English (Ri and Tsuruoka 2022, arXiv 2203.10326)"
        ". No figure of theirs can stand beside ours: texts, models and vocabularies differ."
    ),
)
