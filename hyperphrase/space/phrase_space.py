"""The size of the space V^L, and the expected number of distinct phrases after a number of draws.

The probability of a phrase of i.i.d. symbols is a product, so its logarithm is a sum. The distribution of that sum over
all phrases of a length, computed by convolution, gives the number of phrases of each probability without listing them.
It yields the expected number of distinct phrases after n draws: the sum over all phrases of 1 - (1 - p)^n.

Injective laws give no phrase twice, so they have no duplicates. Of all other laws only the collision entropy is known,
which gives a bound of the duplicates.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hyperphrase.deduplication.fingerprints import fingerprints
from hyperphrase.laws.base import BoundIid
from hyperphrase.phrases.phrases import Phrases, seed_range

MOST_DRAWS_A_PHRASE = 1000  # a corpus that needs more draws on average is rejected
_BIN = 1.0 / 16.0  # width, in bits, of a bin of -log2 of a phrase's probability
_MOST_BITS = 192.0  # the distribution ends here: rarer phrases do not repeat in 2^64 draws
_FIRST_SAMPLE = 1 << 12  # draws of the first sample that tests whether a law has enough phrases; then doubled
_MOST_SAMPLED = 1 << 25  # symbols in such a sample: one second
_RARE = 1e-3  # expected duplicates of a length, below which the convolution is skipped


@dataclass(frozen=True)
class Space:
    """The phrases that a recipe can give."""

    phrases: Phrases

    @cached_property
    def lengths(self) -> dict[int, float]:
        """The probability of each length."""
        return self.phrases.recipe.length_probabilities()

    @property
    def injective(self) -> bool:
        """Whether no two seeds give the same phrase."""
        return self.phrases.recipe.law.injective

    @property
    def in_closed_form(self) -> bool:
        """Whether expectations are values in closed form; otherwise they are bounds."""
        return self.injective or isinstance(self.phrases.law, BoundIid)

    def size(self) -> int:
        """Return the exact number of phrases: the sum of V^L over the possible lengths."""
        vocabulary, total = self.phrases.recipe.vocabulary, 0
        for low, high in _runs(sorted(self.lengths)):
            total += vocabulary**low * ((vocabulary ** (high - low + 1) - 1) // (vocabulary - 1))
        return total

    def holds(self, phrases: int) -> bool:
        """Tell whether the space has at least ``phrases`` phrases, without computing the exact size of a huge space."""
        total = 0
        for length in sorted(self.lengths):
            total += self.phrases.recipe.vocabulary ** min(length, 64)
            if total >= phrases:
                return True
        return False

    def log10_size(self) -> float:
        """Return the decimal logarithm of the size."""
        exponents = np.array(list(self.lengths)) * math.log10(self.phrases.recipe.vocabulary)
        top = float(exponents.max())
        return top + math.log10(float((10.0 ** (exponents - top)).sum()))

    def duplicates_bound(self, draws: int) -> float:
        """Return an upper bound of the expected duplicates after ``draws``: the expected number of equal pairs."""
        if self.injective:
            return 0.0
        pairs = draws * (draws - 1) / 2
        bits = self.phrases.law.collision_entropy
        return float(sum(pairs * share**2 * 2.0 ** (-bits * length) for length, share in self.lengths.items()))

    def collision_bits(self) -> float:
        """Return -log2 of the probability that two draws give the same phrase, from the law's collision entropy."""
        bits = self.phrases.law.collision_entropy
        each = [bits * length - 2 * math.log2(share) for length, share in self.lengths.items()]
        least = min(each)
        return least - math.log2(sum(2.0 ** (least - other) for other in each))

    def log10_birthday(self) -> float | None:
        """Return log10 of the number n of draws that contain a repeated phrase with probability 1/2; None if none can.

        p is the probability that two draws are equal. In closed form n(n - 1)/2 p = ln 2, because pairs are almost
        independent. Otherwise n(n - 1)/2 p = 1/2, a lower bound: with fewer draws the probability is below 1/2 for any
        law.
        """
        if self.injective:
            return None
        target = math.log(2.0) if self.in_closed_form else 0.5
        half_log2 = (self.collision_bits() + math.log2(2.0 * target)) / 2  # log2 of the root of 2 target / p
        if half_log2 > 500.0:
            return half_log2 * math.log10(2.0)
        return math.log10(0.5 + math.sqrt(0.25 + 4.0**half_log2))

    def phrase_entropy(self) -> float | None:
        """Return the entropy of a phrase in bits: that of its length plus that of its symbols at the mean length.

        None if the length of a phrase depends on its content.
        """
        if self.phrases.law.decides_lengths:
            return None
        of_length = -sum(share * math.log2(share) for share in self.lengths.values())
        return of_length + self.phrases.recipe.mean_length() * self.phrases.law.entropy

    def expected_distinct(self, draws: float) -> float:
        """Return the expected number of distinct phrases after ``draws`` draws; a lower bound if not in closed form."""
        if self.injective:
            return float(min(draws, self.phrases.recipe.seed_stop()))
        distinct = float(draws) - sum(self._lost(length, share, draws) for length, share in self.lengths.items())
        if self.in_closed_form:
            return distinct
        # n draws that contain the phrases n_1, n_2, ... times contain at least n^2 / sum n_i^2 distinct ones
        # (Cauchy-Schwarz), and the mean of sum n_i^2 is n + n(n - 1) p
        return max(distinct, draws / (1.0 + max(draws - 1.0, 0.0) * math.exp2(-self.collision_bits())))

    def distinct_by_length(self, draws: float) -> dict[int, float]:
        """Return the expected number of distinct phrases of each length after ``draws``; not for injective laws.

        Short phrases repeat sooner. If not in closed form, nothing is taken off but what the bound of pairs says.
        """
        return {
            length: max(draws * share - self._lost(length, share, draws), 0.0) for length, share in self.lengths.items()
        }

    def _lost(self, length: int, share: float, draws: float) -> float:
        """Return the expected duplicates among the phrases of one length."""
        bound = self.phrases.law
        mine = draws * share
        pairs = mine * mine / 2 * 2.0 ** (-bound.collision_entropy * length)
        if pairs < _RARE or not isinstance(bound, BoundIid):
            return float(min(pairs, mine))
        mass, bits = self._spectrum(length)
        probability = share * 2.0**-bits
        # a bin has mass / 2^-bits phrases, each of which is drawn at least once with probability 1 - (1 - p)^n
        distinct = 2.0**bits * -np.expm1(draws * np.log1p(-np.minimum(probability, 1.0 - 1e-12)))
        return max(0.0, float((mass * (mine - distinct)).sum()))

    def _spectrum(self, length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (mass, bits): the probability mass of the phrases of this length at each -log2 p, up to 192 bits."""
        if length not in self._spectra:
            self._spectra[length] = self._convolved(length)
        return self._spectra[length]

    @cached_property
    def _spectra(self) -> dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        return {}

    def _convolved(self, length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mass, origin = self._symbol_spectrum
        total, start = np.ones(1), 0.0
        square, square_start, left = mass, origin, length
        while left:  # the distribution of a sum of ``length`` terms, by repeated squaring
            if left & 1:
                total, start = _convolve(total, square, start + square_start), start + square_start
            left >>= 1
            if left:
                square, square_start = _convolve(square, square, 2 * square_start), 2 * square_start
        keep = total > 1e-18
        return total[keep], start + _BIN * np.flatnonzero(keep).astype(np.float64)

    @cached_property
    def _symbol_spectrum(self) -> tuple[NDArray[np.float64], float]:
        """Return the mass of symbols at each -log2 p, and the first bin's -log2 p; binning preserves the mean."""
        p = cast(BoundIid, self.phrases.law).probabilities  # called for laws of this class only
        p = p[p > 0]
        bits = -np.log2(p)
        origin = float(bits.min())
        position = (bits - origin) / _BIN
        lower = np.floor(position + 1e-9).astype(np.int64)
        upper_share = np.clip(position - lower, 0.0, 1.0)
        mass = np.zeros(int(lower.max()) + 2)
        mass += np.bincount(lower, weights=p * (1 - upper_share), minlength=len(mass))
        mass += np.bincount(lower + 1, weights=p * upper_share, minlength=len(mass))
        return np.trim_zeros(mass, "b"), origin

    def draws_for(self, phrases: int) -> int | None:
        """Return how many draws are expected to give ``phrases`` distinct phrases; None if above 1,000 a phrase.

        If only a bound of the duplicates is known, the result is at most two draws a phrase, because the bound may be
        far too high and a run draws more if they are too few. It is None if a sample shows that 1,000 draws a phrase
        are not enough.
        """
        if self.duplicates_bound(phrases) < 1e-9:
            return phrases
        most = (MOST_DRAWS_A_PHRASE if self.in_closed_form else 2) * phrases
        target = phrases - 0.5
        low, high = phrases, phrases
        while high <= most and self.expected_distinct(high) < target:
            low, high = high, 2 * high
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.expected_distinct(middle) >= target else (middle + 1, high)
        if low <= most:
            return low
        return None if self.in_closed_form or self._is_hopeless(phrases) else most

    def _is_hopeless(self, phrases: int) -> bool:
        """Tell whether a sample shows that 1,000 draws a phrase do not give ``phrases``; False if it is too small."""
        before, draws = (0, 0), _FIRST_SAMPLE
        while draws * self.phrases.recipe.mean_length() <= _MOST_SAMPLED:
            found = np.sort(fingerprints(self.phrases, seed_range(0, draws)))
            seen = draws, 1 + int(np.count_nonzero(found[1:] != found[:-1]))
            if seen[1] >= phrases:
                return False
            if at_most(before, seen, MOST_DRAWS_A_PHRASE * phrases) < phrases:
                return True
            before, draws = seen, 2 * draws
        return False


def at_most(before: tuple[int, int], seen: tuple[int, int], draws: int) -> float:
    """Return an upper bound of the distinct phrases in ``draws``, from two samples of (draws, distinct phrases).

    The probability that a draw is a new phrase never increases, so beyond ``seen`` it is at most what it was between
    ``before`` and ``seen``. Three is added to the new phrases of that interval (the rule of three: 95% confidence).
    """
    chance = (seen[1] - before[1] + 3) / (seen[0] - before[0])
    return seen[1] + chance * (draws - seen[0])


def _runs(lengths: list[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each run of consecutive numbers."""
    start = 0
    for i in range(1, len(lengths) + 1):
        if i == len(lengths) or lengths[i] != lengths[i - 1] + 1:
            yield lengths[start], lengths[i - 1]
            start = i


def _convolve(a: NDArray[np.float64], b: NDArray[np.float64], start: float) -> NDArray[np.float64]:
    """Convolve two non-negative arrays, by FFT if they are long; keep bins below 192 bits (bin 0: ``start`` bits)."""
    most = max(1, int((_MOST_BITS - start) / _BIN))
    if min(len(a), len(b)) < 64:
        return np.convolve(a, b)[:most]
    size = len(a) + len(b) - 1
    padded = 1 << (size - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, padded) * np.fft.rfft(b, padded), padded)[:size]
    return np.maximum(product, 0.0)[:most]
