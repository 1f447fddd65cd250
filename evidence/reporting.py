"""How experiments report: tables in Markdown, and a picture in which every seed is a dot."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

_SPREAD = 0.28  # of the dots of an arm, in rows
_COLOURS = ("tab:blue", "tab:orange", "tab:green")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; all columns but the first are right-aligned."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def dots(title: str, axis: str, arms: Mapping[str, Sequence[float]], log: bool, limit: float | None = None) -> Figure:
    """Return a picture of arms below each other: each value a dot, the median a bar.

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
    axes.grid(axis="x", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _arm(axes: Axes, row: int, values: Sequence[float], limit: float | None) -> None:
    for i, value in enumerate(values):
        place = row + _SPREAD * (i / max(len(values) - 1, 1) - 0.5) * 2
        open_end = limit is not None and value >= limit
        axes.plot(
            value, place, "o", color=_COLOURS[0], markersize=5, alpha=0.8, fillstyle="none" if open_end else "full"
        )
    axes.vlines(median(values), row - 0.4, row + 0.4, color=_COLOURS[1], linewidth=2)


def save(figure: Figure, path: Path) -> None:
    """Write a picture of less than 200 kB."""
    figure.savefig(path, dpi=110)


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


def whole(value: float | None) -> str:
    """Return a number of steps; a dash for one that was not reached."""
    return "-" if value is None or math.isnan(value) else f"{value:,.0f}"
