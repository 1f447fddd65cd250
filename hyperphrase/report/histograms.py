"""Histograms of lengths: phrases counted, or the probabilities of a length law."""

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from hyperphrase.report.charts import Axis, Points, Series, chart

_MOST_BARS, _LEAST_BARS = 200, 20
_PHRASES_A_BAR = 50
_NONE: Mapping[int, float] = {}


class Bars(NamedTuple):
    """The bars of a histogram.

    low, high: the first and the last length that they cover. width: lengths that one covers, a multiple of ``gap``.
    gap: from one length that occurs to the next; 2 where all lengths are even.
    """

    low: int
    high: int
    width: int
    gap: int


def lengths_chart(name: str, counted: Mapping[int, int], expected: Mapping[int, float] = _NONE) -> str:
    """Return the histogram of lengths beside what is expected, if it is known. counted: {length: phrases}."""
    if not counted:
        return ""
    bars = bars_of([*counted, *expected], sum(counted.values()))
    series = [Series("this corpus", outline(counted, bars), "area")]
    if expected:
        series.append(Series("expected by the length law", outline(expected, bars), "line"))
    return chart(name, "phrases by their length", series, Axis("symbols in a phrase"), Axis())


def probabilities_chart(name: str, probabilities: Mapping[int, float]) -> str:
    """Return the probabilities of a length law. probabilities: {length: probability}."""
    bars = bars_of(probabilities, _PHRASES_A_BAR * _MOST_BARS)
    series = [Series("the length law", outline(probabilities, bars), "area")]
    return chart(name, "probabilities of lengths", series, Axis("symbols in a phrase"), Axis(share=True))


def bars_of(lengths: Collection[int], phrases: int) -> Bars:
    """Return the bars for these lengths: each covers more of them where there are few phrases."""
    low, high = min(lengths), max(lengths)
    gap = math.gcd(*(length - low for length in lengths)) or 1
    most = min(_MOST_BARS, max(_LEAST_BARS, phrases // _PHRASES_A_BAR))
    return Bars(low, high + gap - 1, gap * -(-((high - low) // gap + 1) // most), gap)


def outline(counts: Mapping[int, int] | Mapping[int, float], bars: Bars) -> Points:
    """Return the outline of bars: (length, phrases of each length that occurs, the mean over the bar)."""
    low, high, width, gap = bars
    heights = np.zeros((high - low) // width + 1)
    for length, phrases in counts.items():
        heights[(length - low) // width] += phrases
    starts = low + width * np.arange(len(heights))
    heights /= np.minimum(width, high + 1 - starts) / gap
    edges = low - 0.5 + width * np.arange(len(heights) + 1)
    edges[-1] = high + 0.5
    steps = [(float(x), float(y)) for i, y in enumerate(heights) for x in (edges[i], edges[i + 1])]
    return [(steps[0][0], 0.0), *steps, (steps[-1][0], 0.0)]
