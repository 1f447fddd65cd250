"""Language-model loss on English, after pre-training on laws, at equally many steps of English."""

from collections.abc import Sequence
from statistics import mean

from matplotlib.figure import Figure

from evidence.arms import pretraining
from evidence.english_loss import STEPS, EnglishLoss, train_on_english
from evidence.experiments.base import Experiment, Key, Options, Results, by_arm
from evidence.jobs import Job, Result
from evidence.reporting import Curve, Panel, curves, difference, probability, table
from evidence.statistics import holm, mean_interval, paired, sign_flip_test

SCRATCH = "nothing (scratch)"
MIXTURE = "repetition, varied"
LAWS = (MIXTURE, "zipf", "shuffle_dyck")
SHUFFLED = f"{MIXTURE}; weights shuffled"
SWEEP = "rate"  # before the name of an arm of the sweep
SWEEP_SEEDS = (0, 1)  # of those that choices were made on, never of those that are measured
SWEPT = (SCRATCH, MIXTURE)
RATES = (1.0, 2.0, 4.0)  # of the sweep
RATE = 2.0  # of the measured seeds: the best of the sweep on both sides
_EXCLUDED = "An effect beyond an interval is excluded, for this model, text and training."


def _jobs(options: Options) -> dict[Key, Job]:
    fraction, steps = options.fraction, _steps(options)
    laws = LAWS[:2] if options.quick else LAWS
    settings: dict[Key, EnglishLoss] = {(SCRATCH, seed): EnglishLoss(seed, RATE, steps=steps) for seed in options.seeds}
    for law in laws:
        for seed in options.seeds:
            settings[law, seed] = EnglishLoss(seed, RATE, pretraining(law, seed, fraction=fraction), steps=steps)
    if not options.quick:
        for seed in options.seeds:
            start = pretraining(MIXTURE, seed, fraction=fraction)
            settings[SHUFFLED, seed] = EnglishLoss(seed, RATE, start, "shuffled", steps=steps)
        settings |= _sweep(fraction, steps)
    return {key: Job(train_on_english, each) for key, each in settings.items()}


def _steps(options: Options) -> int:
    return options.steps(STEPS // 3 if options.quick else STEPS)


def _sweep(fraction: float, steps: int) -> dict[Key, EnglishLoss]:
    """Return the trainings with several rates, on seeds of their own."""
    return {
        (f"{SWEEP} {rate:g}: {arm}", seed): EnglishLoss(seed, rate, start, steps=steps, part="validation")
        for arm in SWEPT
        for rate in RATES
        for seed in SWEEP_SEEDS
        for start in [None if arm == SCRATCH else pretraining(arm, seed, fraction=fraction)]
    }


def _report(options: Options, results: Results) -> tuple[str, dict[str, Figure]]:
    measured = {key: result for key, result in results.items() if not key[0].startswith(SWEEP)}
    sweep = {key: result for key, result in results.items() if key not in measured}
    found = by_arm(measured, _end)
    scratch = found[SCRATCH]
    gains = {arm: paired(values, scratch) for arm, values in found.items() if arm != SCRATCH}
    p = dict(zip(gains, holm([sign_flip_test(each) for each in gains.values()]), strict=True))
    rows = [[SCRATCH, _each(scratch), f"{mean(scratch):.3f}", "", ""]]
    for arm, each in gains.items():
        change = difference(*mean_interval(each))
        rows.append([f"`{arm}`", _each(found[arm]), f"{mean(found[arm]):.3f}", change, probability(p[arm])])
    heads = ["pre-trained on", "held-out loss by seed", "mean", "minus scratch (95%)", "p, Holm"]
    told = f"Nats a character after {_steps(options):,} steps of English. {_EXCLUDED}"
    text = f"{told}\n\n{table(heads, rows)}\n{_course(measured)}"
    if sweep:
        text += f"\n{_sweep_table(sweep)}"
    return text, {"language": curves([_losses(measured), _differences(measured)])}


def _end(result: Result) -> float:
    return float(result["curve"][-1])


def _each(values: Sequence[float]) -> str:
    return " ".join(f"{value:.3f}" for value in values)


def _by_seed(results: Results) -> dict[str, list[Curve]]:
    return by_arm(results, lambda result: (result["at"], result["curve"]))


def _minus_scratch(results: Results) -> dict[str, list[Curve]]:
    found = _by_seed(results)
    scratch = found.pop(SCRATCH)
    return {
        arm: [(at, paired(curve, other)) for (at, curve), (_, other) in zip(seeds, scratch, strict=True)]
        for arm, seeds in found.items()
    }


def _course(results: Results) -> str:
    """Return a table of the mean difference to scratch after each number of steps."""
    found = _minus_scratch(results)
    at = next(iter(found.values()))[0][0]
    rows = [
        [f"`{arm}`", *(f"{mean(values):+.3f}" for values in zip(*(curve for _, curve in seeds), strict=True))]
        for arm, seeds in found.items()
    ]
    return "Mean loss minus that of scratch, by steps of English:\n\n" + table(["pre-trained on", *map(str, at)], rows)


def _sweep_table(sweep: Results) -> str:
    found = by_arm(sweep, _end)
    rows = [[arm, *(_each(found[f"{SWEEP} {rate:g}: {arm}"]) for rate in RATES)] for arm in SWEPT]
    heads = ["pre-trained on", *(f"{rate:g} times" for rate in RATES)]
    seeds = " and ".join(map(str, SWEEP_SEEDS))
    told = f"Loss on the validation part by learning rate, seeds {seeds}; the measured seeds took {RATE:g} times:"
    return f"{told}\n\n{table(heads, rows)}"


def _losses(results: Results) -> Panel:
    return Panel("Held-out loss on English", "steps of English", "nats a character", _by_seed(results))


def _differences(results: Results) -> Panel:
    title = "The same, minus scratch of the same seed"
    return Panel(title, "steps of English", "nats a character", _minus_scratch(results))


LANGUAGE = Experiment(
    name="language",
    question="Does pre-training on a law lower the loss of a language model on English?",
    jobs=_jobs,
    report=_report,
    kept=("at", "curve"),
    published=(
        "the same loss with 33% fewer tokens, at 1 B parameters (Hu et al. 2025, arXiv 2502.19249), and with 55% of "
        "the text, at up to 1.3 B (Jiang et al. 2026, arXiv 2601.21725); 39% of a benefit of pre-training by the "
        "statistics of its weights alone (Wu et al. 2022, arXiv 2206.10139)."
    ),
)
