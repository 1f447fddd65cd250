"""How experiments report: tables in Markdown, and a picture in which every seed is a dot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evidence.statistics import median_interval, survival

_SPREAD = 0.28  # of the dots of an arm, in rows
_DOT, _BAR = "tab:blue", "tab:orange"
Curve = tuple[Sequence[float], Sequence[float]]  # x, y


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; all columns but the first are right-aligned."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def dots(title: str, axis: str, arms: Mapping[str, Sequence[float]], log: bool, limit: float | None = None) -> Figure:
    """Return a picture of arms below each other: each value a dot, the median a bar, its 95% interval a line.

    limit: where values are censored, drawn as hollow dots.
    """
    figure = Figure(figsize=(8, 1.2 + 0.36 * len(arms)), layout="constrained")
    axes = figure.subplots()
    for row, values in enumerate(arms.values()):
        _arm(axes, row, values, limit)
    axes.set(title=title, xlabel=axis, yticks=range(len(arms)), yticklabels=list(arms), ylim=(len(arms) - 0.5, -0.5))
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.xaxis.set_minor_formatter(lambda value, _: f"{value:,.0f}" if str(value)[0] in "25" else "")
    quiet(axes, "x")
    return figure


def _arm(axes: Axes, row: int, values: Sequence[float], limit: float | None) -> None:
    for i, value in enumerate(values):
        place = row + _SPREAD * (i / max(len(values) - 1, 1) - 0.5) * 2
        open_end = limit is not None and value >= limit
        axes.plot(value, place, "o", color=_DOT, markersize=5, alpha=0.8, fillstyle="none" if open_end else "full")
    middle, low, high = median_interval(values)
    axes.vlines(middle, row - 0.4, row + 0.4, color=_BAR, linewidth=2)
    axes.hlines(row, low, high, color=_BAR, linewidth=1)


def survival_curves(title: str, axis: str, arms: Mapping[str, Sequence[float]], limit: float) -> Figure:
    """Return a picture of the share of each arm that lasts longer, by Kaplan and Meier; above ``limit`` is censored."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    for name, values in arms.items():
        times, shares = survival(values, [value <= limit for value in values])
        axes.step([*times, limit], [*shares, shares[-1]], where="post", label=name)
    axes.set(title=title, xlabel=axis, ylabel="share", ylim=(0, 1.02), xlim=(0, limit))
    quiet(axes)
    axes.legend(frameon=False, fontsize="small")
    return figure


@dataclass(frozen=True)
class Panel:
    """A picture of curves. below, beside: what the axes are. arms: name: (x, y) of each seed."""

    title: str
    below: str
    beside: str
    arms: Mapping[str, Sequence[Curve]]


def curves(panels: Sequence[Panel]) -> Figure:
    """Return pictures beside each other: each seed a thin line, the mean of an arm a thick one."""
    figure = Figure(figsize=(1 + 6 * len(panels), 4.5), layout="constrained")
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        for i, (arm, seeds) in enumerate(panel.arms.items()):
            for x, y in seeds:
                axes.plot(x, y, color=f"C{i}", linewidth=0.6, alpha=0.6)
            mean = [sum(values) / len(values) for values in zip(*(y for _, y in seeds), strict=True)]
            axes.plot(seeds[0][0], mean, color=f"C{i}", linewidth=2, label=arm)
        axes.set(title=panel.title, xlabel=panel.below, ylabel=panel.beside)
        axes.legend(frameon=False)
        quiet(axes)
    return figure


def quiet(axes: Axes, grid: Literal["both", "x", "y"] = "both") -> None:
    """Draw a faint grid, and no frame above and to the right. grid: of which axis."""
    axes.grid(axis=grid, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def save(figure: Figure, path: Path) -> None:
    """Write a picture of less than 200 kB."""
    figure.savefig(path, dpi=110)


def difference(value: float, low: float, high: float) -> str:
    """Return a difference and its interval.

    >>> difference(-0.0123, -0.02, 0.004)
    '-.012 (-.020 to +.004)'
    """
    mean, first, last = (f"{number:+.3f}".replace("0.", ".", 1) for number in (value, low, high))
    return f"{mean} ({first} to {last})"


def share(value: float) -> str:
    """Return a share with two decimals, without the 0 before the point.

    >>> share(0.789), share(1.0)
    ('.79', '1.00')
    """
    return f"{value:.2f}".removeprefix("0")


def thousandths(value: float) -> str:
    """Return a share with three decimals, without the 0 before the point.

    >>> thousandths(0.0051), thousandths(-0.2)
    ('.005', '-.200')
    """
    return f"{value:.3f}".replace("0.", ".", 1)


def ratio(value: float, low: float, high: float) -> str:
    """Return a ratio and its interval.

    >>> ratio(0.1794, 0.15, 0.2)
    '.18 (.15 to .20)'
    """
    return f"{share(value)} ({share(low)} to {share(high)})"


def probability(value: float) -> str:
    """Return a p-value: two digits, never rounded to 0."""
    return f"{value:.4f}" if value < 0.01 else f"{value:.2g}"


def whole(value: float) -> str:
    """Return a number of steps."""
    return f"{value:,.0f}"
