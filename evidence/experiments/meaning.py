"""Is the meaning in the phrases: whether word vectors learned from them have the neighbours of those that drew them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evidence.experiments.base import Experiment, Key, Options, Results, by_arm
from evidence.jobs import Job
from evidence.meaning import SIZES, WITHIN, Meaning, Prose, learn_from_prose, learn_meaning
from evidence.reporting import probability, quiet, table, thousandths
from evidence.statistics import holm, mean_interval, paired, sign_flip_test

#: name: (law, the vectors that neighbours are compared with).
ARMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "loglinear": ("loglinear", ("glove",)),
    "loglinear, gaussian": ("loglinear:vectors=gaussian", ("gaussian", "glove")),
    "zipf": ("zipf:s=1.0", ("glove",)),
    "topics": ("topics", ("glove",)),
    "scene": ("scene", ("glove",)),
    "scene, gaussian": ("scene:vectors=gaussian", ("gaussian", "glove")),
    "template": ("template", ("glove",)),
}
QUICK = ("loglinear", "zipf", "scene")
PROSE = "English prose"
_FEWEST = 250  # phrases, of tests: in fewer, most words do not occur
_OF_SENTENCES = ("scene", "scene, gaussian", "template")
_TITLES = {"glove": "GloVe's", "gaussian": "the Gaussian ones"}
_COLOURS = ("tab:blue", "tab:green", "tab:red", "tab:orange", "tab:purple", "tab:brown")  # in the order of lines
#: The two tests that were fixed in advance: (law, its control, vectors).
_TESTS = (("loglinear", "zipf", "glove"), ("scene", "template", f"glove{WITHIN}"))


def _jobs(options: Options) -> dict[Key, Job]:
    whole = SIZES[1:2] if options.quick else SIZES
    sizes = tuple(max(_FEWEST, round(size * options.fraction)) for size in whole)
    jobs: dict[Key, Job] = {
        (arm, seed): Job(learn_meaning, Meaning(ARMS[arm][0], seed, ARMS[arm][1], sizes))
        for arm in (QUICK if options.quick else ARMS)
        for seed in options.seeds
    }
    return jobs if options.quick else {**jobs, (PROSE, options.seeds[0]): Job(learn_from_prose, Prose())}


@dataclass(frozen=True)
class _Line:
    """What one law gives against one set of vectors.

    shares: by size, the share of each seed. chances, words: by size, those of the first seed.
    """

    arm: str
    vectors: str
    sizes: Sequence[int]
    shares: Sequence[Sequence[float]]
    chances: Sequence[float]
    words: Sequence[int]

    @property
    def within(self) -> bool:
        """Whether neighbours are looked for among words of the same classes."""
        return self.vectors.endswith(WITHIN)

    @property
    def title(self) -> str:
        """Whose vectors the learned ones are compared with."""
        return _TITLES[self.vectors.removesuffix(WITHIN)]


def _lines(results: Results) -> list[_Line]:
    lines = []
    for arm, found in by_arm(results, lambda result: result).items():
        for vectors, first in found[0]["scores"].items():
            seeds = [result["scores"][vectors]["share"] for result in found]
            shares = list(zip(*seeds, strict=True))
            lines.append(_Line(arm, vectors, found[0]["sizes"], shares, first["chance"], first["words"]))
    return lines


def _report(options: Options, results: Results) -> tuple[str, dict[str, Figure]]:
    lines = _lines(results)
    heads = ["phrases of", "neighbours by", "phrases", "words", "share by seed", "mean (95%)", "chance"]
    parts = []
    for within, title in ((False, "Among all words"), (True, "Among words of the same classes of the grammar")):
        rows = [_row(line, i) for line in lines if line.within == within for i in range(len(line.sizes))]
        parts += [f"{title}:\n\n{table(heads, rows)}"] if rows else []
    tests = _tests(lines)
    parts += [f"With the most phrases, seeds in pairs, corrected for two tests:\n\n{tests}"] if tests else []
    return "\n".join(parts), {"meaning": _picture(lines)}


def _row(line: _Line, i: int) -> list[str]:
    shares = line.shares[i]
    mean, low, high = mean_interval(shares)
    interval = f" ({thousandths(low)} to {thousandths(high)})" if len(shares) > 1 else ""
    each = " ".join(map(thousandths, shares))
    of_size = [f"{line.sizes[i]:,}", f"{line.words[i]:,}", each, thousandths(mean) + interval]
    return [line.arm if line.arm == PROSE else f"`{line.arm}`", line.title, *of_size, thousandths(line.chances[i])]


def _tests(lines: Sequence[_Line]) -> str:
    """Return a table of the tests whose two sides were measured."""
    last = {(line.arm, line.vectors): line.shares[-1] for line in lines}
    tested = [(law, control, vectors) for law, control, vectors in _TESTS if (control, vectors) in last]
    differences = [paired(last[law, vectors], last[control, vectors]) for law, control, vectors in tested]
    p_values = holm([sign_flip_test(each) for each in differences])
    rows = []
    for (law, control, vectors), each, p in zip(tested, differences, p_values, strict=True):
        mean, low, high = mean_interval(each)
        among = "words of the same classes" if vectors.endswith(WITHIN) else "all words"
        interval = f"{thousandths(mean)} ({thousandths(low)} to {thousandths(high)})"
        rows.append([f"`{law}` less `{control}`, {among}", interval, probability(p)])
    return table(["difference of shares", "mean (95%)", "p"], rows) if rows else ""


def _picture(lines: Sequence[_Line]) -> Figure:
    """Return panels: laws of words, laws of sentences, and these among words of the same classes."""
    panels = {
        "laws of words": [line for line in lines if line.arm not in _OF_SENTENCES],
        "laws of sentences": [line for line in lines if line.arm in _OF_SENTENCES and not line.within],
        "laws of sentences,\namong words of the same classes": [line for line in lines if line.within],
    }
    measured = {title: shown for title, shown in panels.items() if shown}
    figure = Figure(figsize=(11, 5), layout="constrained")
    each = figure.subplots(1, len(measured), sharey=True, squeeze=False)[0]
    for axes, (title, shown) in zip(each, measured.items(), strict=True):
        _panel(axes, title, shown)
    each[0].set(ylabel="share of the 10 nearest neighbours in common", ylim=(0, None))
    return figure


def _panel(axes: Axes, title: str, lines: Sequence[_Line]) -> None:
    for line, colour in zip(lines, _COLOURS, strict=False):
        means = [sum(shares) / len(shares) for shares in line.shares]
        axes.plot(line.sizes, means, "-", color=colour, linewidth=1, label=f"{line.arm}: {line.title}")
        for size, shares in zip(line.sizes, line.shares, strict=True):
            axes.plot([size] * len(shares), shares, "o", color=colour, markersize=4, alpha=0.7)
    axes.axhline(lines[0].chances[-1], color="grey", linestyle="--", linewidth=1, label="chance")
    axes.set(title=title, xscale="log", xlabel="phrases of 100 words")
    sizes = sorted({size for line in lines for size in line.sizes if line.arm != PROSE})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_xticks([], minor=True)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.15), fontsize=8, frameon=False)
    quiet(axes, "y")


MEANING = Experiment(
    name="meaning",
    question="Can word vectors be learned back from the phrases that they drew?",
    jobs=_jobs,
    report=_report,
    kept=("sizes", "scores"),
)
