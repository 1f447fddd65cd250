"""What a report measures: on phrases drawn again, at most about a million symbols, whatever the size of the corpus."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.laws.base import BoundIid, BoundLaw
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.report.charts import Points

MOST_SYMBOLS = 1_000_000
_LEAST_PHRASES = 20
_MOST_PHRASES = 1 << 15
_SHOWN = 48  # points of a curve on a logarithmic axis
_BINS_A_BIT = 64  # probabilities are told apart to 1%


@dataclass(frozen=True, eq=False)
class Sample:
    """Phrases of a corpus, evenly spread over it.

    counts: how often each id occurs, int64, (V,). firsts: where each id that occurs does so first, ascending, int64.
    """

    block: PhraseBlock
    counts: NDArray[np.int64]
    firsts: NDArray[np.int64]

    @property
    def symbols(self) -> int:
        """The number of symbols."""
        return len(self.block.ids)

    @property
    def distinct(self) -> int:
        """The number of distinct words."""
        return len(self.firsts)


def sample_places(recipe: Recipe, count: int) -> NDArray[np.int64]:
    """Return the places of the sampled phrases, int64, ascending, evenly spread over 0..count-1."""
    wanted = int(MOST_SYMBOLS / recipe.mean_length())
    phrases = min(count, _MOST_PHRASES, max(wanted, _LEAST_PHRASES))
    return np.array([i * count // phrases for i in range(phrases)], np.int64)


def measure(block: PhraseBlock, vocabulary: int) -> Sample:
    """Return the sample of these phrases. Raises IndexError for an id outside the vocabulary."""
    first = np.full(vocabulary, -1, np.int64)
    first[block.ids[::-1]] = np.arange(len(block.ids) - 1, -1, -1)  # the last assignment to an id is its first place
    return Sample(block, np.bincount(block.ids, minlength=vocabulary), np.sort(first[first >= 0]))


def entropy_estimate(counts: NDArray[np.int64]) -> float:
    """Return the entropy of single symbols in bits, estimated from their counts.

    The estimator of Chao, Wang and Jost (2013, Methods in Ecology and Evolution 4) is almost without bias, and allows
    for words that the sample has not met; the plain one is far too low for a sample smaller than the vocabulary.
    """
    seen = counts[counts > 0]
    n = int(seen.sum())
    if n < 2:
        return 0.0
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n))])  # [k]: the sum of 1/i for i up to k
    met = float((seen / n * (harmonic[n - 1] - harmonic[seen - 1])).sum())
    once, twice = float(np.count_nonzero(seen == 1)), float(np.count_nonzero(seen == 2))
    if once == 0.0:
        return met / math.log(2.0)
    a = 2.0 * twice / ((n - 1) * once + 2.0 * twice) if twice else 2.0 / ((n - 1) * (once - 1.0) + 2.0)
    return (met + once / n * _unmet(n, a)) / math.log(2.0)


def _unmet(n: int, a: float) -> float:
    """Return the sum of (1 - a)^(j + 1) / (n + j) for j from 0 on: half the first term and the integral over j.

    With s = -j ln(1 - a) that is the integral of e^-s / (s - n ln(1 - a)), taken over ln s.
    """
    if a >= 1.0:
        return 0.0
    rate = -math.log1p(-a)
    s = np.exp(np.linspace(-30.0, 4.0, 2000))
    values = np.exp(-s) * s / (rate * n + s)
    integral = float((values[1:] + values[:-1]).sum() / 2 * (34.0 / 1999))
    return (1.0 - a) * (integral + 0.5 / n)


def probabilities_of(law: BoundLaw) -> NDArray[np.float64] | None:
    """Return the probability of each symbol, (V,), if symbols are drawn independently of each other, else None."""
    return law.probabilities if isinstance(law, BoundIid) else None


def rank_points(shares: NDArray[np.float64]) -> Points:
    """Return (rank, share) at ranks evenly spread on a logarithmic axis. shares: of all symbols, in any order."""
    ordered = np.sort(shares[shares > 0.0])[::-1]
    return [(float(rank), float(ordered[rank - 1])) for rank in _spread(len(ordered))]


def growth_points(firsts: NDArray[np.int64], symbols: int) -> Points:
    """Return (symbols read, distinct words among them). firsts: where each word occurs first, ascending."""
    read = _spread(symbols)
    return [(float(n), float(m)) for n, m in zip(read, np.searchsorted(firsts, read), strict=True)]


def expected_growth(probabilities: NDArray[np.float64], symbols: int) -> Points:
    """Return (symbols read, distinct words expected among them) for independent symbols.

    That is the sum over the words of 1 - (1 - p)^n; words of almost equal p are counted together.
    """
    p = probabilities[probabilities > 0.0]
    bins = np.floor(-np.log2(p) * _BINS_A_BIT).astype(np.int64)
    words = np.bincount(bins)
    mean = np.bincount(bins, weights=p)[words > 0] / words[words > 0]
    words = words[words > 0]
    lost = np.log1p(-np.minimum(mean, 1.0 - 1e-12))
    return [(float(n), float(-(words * np.expm1(n * lost)).sum())) for n in _spread(symbols)]


def _spread(stop: int) -> NDArray[np.int64]:
    """Return whole numbers from 1 to ``stop``, each once, evenly spread on a logarithmic axis."""
    if stop < 1:
        return np.empty(0, np.int64)
    return np.array(sorted({round(stop ** (i / (_SHOWN - 1))) for i in range(_SHOWN)}), np.int64)
