"""Statistics of few seeds: exact tests of paired differences, intervals of shares and of ratios, censored times."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

_RESAMPLES = 10_000


def sign_flip_test(differences: ArrayLike) -> float:
    """Return the two-sided p-value that paired differences have no direction: all 2^n signs are tried, n <= 20.

    Fisher 1935; the p-value is the share of sign patterns whose sum is as far from 0 as the one seen.

    >>> sign_flip_test([1.0, 2.0, 3.0])
    0.25
    """
    values = np.asarray(differences, float)
    signs = np.array(list(itertools.product((1.0, -1.0), repeat=len(values))))
    sums = np.abs(signs @ values)
    return float((sums >= abs(values.sum()) * (1 - 1e-12)).mean())


def paired(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return the differences of two samples whose values belong together, seed by seed."""
    return [a - b for a, b in zip(ours, theirs, strict=True)]


def share_interval(found: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson (1934) for a share.

    >>> [round(end, 2) for end in share_interval(6, 8)]
    [0.35, 0.97]
    """
    tail = (1 - level) / 2

    def solved(count: int, wanted: float) -> float:  # p with P(at most count of `of`) = wanted, which falls with p
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            at_most = sum(math.comb(of, k) * middle**k * (1 - middle) ** (of - k) for k in range(count + 1))
            low, high = (middle, high) if at_most > wanted else (low, middle)
        return low

    return (solved(found - 1, 1 - tail) if found else 0.0), (solved(found, tail) if found < of else 1.0)


def ratio_of_medians(ours: ArrayLike, theirs: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Return the ratio of medians of two paired samples, and its bootstrap interval (Efron 1979): (ratio, low, high).

    Pairs are drawn again together. A censored time stands at its limit, so the ratio is then a bound.
    """
    a, b = np.asarray(ours, float), np.asarray(theirs, float)
    picked = np.random.default_rng(0).integers(0, len(a), (_RESAMPLES, len(a)))
    ratios = np.median(a[picked], axis=1) / np.median(b[picked], axis=1)
    return float(np.median(a) / np.median(b)), *_middle(ratios, level)


def mean_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Return (mean, low, high) by the bootstrap."""
    given, again = _resampled(values)
    return float(given.mean()), *_middle(again.mean(axis=1), level)


def median_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Return (median, low, high) by the bootstrap."""
    given, again = _resampled(values)
    return float(np.median(given)), *_middle(np.median(again, axis=1), level)


def _resampled(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the values, (n,), and samples that are drawn from them with replacement, (samples, n)."""
    given = np.asarray(values, float)
    return given, given[np.random.default_rng(0).integers(0, len(given), (_RESAMPLES, len(given)))]


def _middle(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def survival(times: Sequence[float], ended: Sequence[bool]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (times, share that lasts longer) by Kaplan and Meier (1958).

    ended: false where a time is censored.
    """
    order = np.argsort(times, kind="stable")
    at, share, seen, kept = [0.0], [1.0], np.asarray(times, float)[order], np.asarray(ended)[order]
    for time in np.unique(seen[kept]):
        risk, events = int((seen >= time).sum()), int(((seen == time) & kept).sum())
        at.append(float(time))
        share.append(share[-1] * (1 - events / risk))
    return np.array(at), np.array(share)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm 1979).

    >>> holm([0.01, 0.04])
    [0.02, 0.04]
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected, most = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = most
    return corrected
