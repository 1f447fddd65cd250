"""Carry what groups of phrases take to a whole corpus, with a 95% interval.

A group's bytes are a line over its symbols: so much for each phrase and so much for each symbol (the regression
estimator: Cochran, Sampling Techniques, 3rd edition 1977, chapter 7). How far off the result may be follows from
leaving out each group in turn (the jackknife, Tukey 1958; Efron 1982), and from the lengths of the corpus itself, which
are drawn. ``benchmarks/plan_intervals.py`` counts how often the bytes of whole corpora fall into such intervals.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Student's t of 1 to 30 degrees of freedom: 97.5% are below it.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_FEWEST = 4  # groups that a line is laid through
_LEAST = 2e-4  # half the interval, at least, as a share: row groups of Parquet, and the last shard, are in no group


@dataclass(frozen=True)
class Interval:
    """An estimate, and the ends of the interval that covers the true value with a probability of 95%."""

    value: float
    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> "Interval":
        """Return the interval of a value that is known."""
        return cls(value, value, value)

    def widened(self, by: float) -> "Interval":
        """Return the interval with both ends ``by`` further away, but not below 0."""
        return Interval(self.value, max(self.low - by, 0.0), self.high + by)


@dataclass(frozen=True)
class Target:
    """The corpus that groups are carried to.

    phrases: their number. mean, variance: of the number of symbols in a phrase; mean None: not known, then symbols are
    not used. shards: their number.
    """

    phrases: float
    mean: float | None
    variance: float
    shards: int


@dataclass(frozen=True, eq=False)
class Measured:
    """What groups take; arrays of float64, (groups,). All groups have the same number of phrases.

    phrases: of a group. symbols, bytes: of each group, without its lead. lead_phrases, lead_symbols, lead_bytes: of a
    shard that has the lead alone; for groups of whole shards 0, 0 and the bytes of a shard without phrases.
    """

    phrases: float
    symbols: NDArray[np.float64]
    bytes: NDArray[np.float64]
    lead_phrases: NDArray[np.float64]
    lead_symbols: NDArray[np.float64]
    lead_bytes: NDArray[np.float64]


def carried(measured: Measured, target: Target) -> Interval:
    """Return the bytes of the target."""
    everyone = np.ones(len(measured.bytes), np.bool_)
    value, a_symbol = _carried(measured, target, everyone)
    without = [_carried(measured, target, np.arange(len(everyone)) != i)[0] for i in range(len(everyone))]
    count, sampled = len(without), min(len(without) * measured.phrases / max(target.phrases, 1.0), 1.0)
    variance = (count - 1) / count * float(np.sum((np.array(without) - np.mean(without)) ** 2))
    variance += a_symbol**2 * target.phrases * target.variance
    half = student(count - 2) * math.sqrt(variance * (1.0 - sampled))
    half = max(half, _LEAST * value)
    return Interval(value, max(value - half, 0.0), value + half)


def carried_in_grains(phrases: int, bytes_: int, grain: int, target: Target, symbols_a_phrase: float) -> Interval:
    """Return the bytes of the target by one file of ``phrases``, where a file's size is a multiple of ``grain``.

    A file has between one and two grains that are not its phrases' own: padding, and an index. symbols_a_phrase: in the
    file.
    """
    each = max(bytes_ - 1.5 * grain, 0.0) / phrases
    value = target.phrases * each + 1.5 * grain * target.shards
    drawn = student(phrases) * each / symbols_a_phrase * math.sqrt(target.phrases * target.variance)
    if target.mean is not None:
        drawn += abs(target.mean / symbols_a_phrase - 1.0) * value
    half = (target.phrases / phrases + target.shards) * grain / 2 + drawn
    return Interval(value, max(value - half, 0.0), value + half)


def _carried(measured: Measured, target: Target, used: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the bytes of the target by the ``used`` groups, and the bytes of a symbol more in a phrase."""
    symbols, taken = measured.symbols[used], measured.bytes[used]
    off, a_symbol = symbols - symbols.mean(), 0.0
    if target.mean is not None and len(off) >= _FEWEST and float(off @ off) > 0.0:
        a_symbol = float(off @ taken) / float(off @ off)
    a_phrase = (taken.mean() - a_symbol * symbols.mean()) / measured.phrases
    leads = measured.lead_bytes - a_phrase * measured.lead_phrases - a_symbol * measured.lead_symbols
    each = a_phrase + a_symbol * (target.mean or 0.0)
    return float(target.phrases * each + target.shards * leads[used].mean()), a_symbol


def student(freedom: int) -> float:
    """Return Student's t that 97.5% are below.

    >>> student(10), student(1000)
    (2.228, 1.96)
    """
    return _T[max(freedom, 1) - 1] if freedom <= len(_T) else 1.96
