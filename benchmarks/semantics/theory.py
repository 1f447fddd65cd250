"""``loglinear`` beside what its paper says: pointwise mutual information, lengths of vectors, the known discourse."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.semantics.phrase_sets import phrases_of
from hyperphrase.laws.meaning.discourse import WordSpace
from hyperphrase.laws.meaning.loglinear import BoundLoglinear
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.phrases import CHUNK, seed_range

LENGTH = 100
COMMON = 2000  # words whose pairs are looked at
_BATCH = 64  # points

Floats = NDArray[np.float64]


def conditionals(bound: BoundLoglinear, base: Floats, tau: float, words: slice) -> Floats:
    """Return p(w given c) by the formula, of some words at each point: (points, words)."""
    vectors = (bound.space.rows / bound.space.unit).astype(np.float32)
    places, made = bound.points.astype(np.float32) / np.float32(4096.0 * tau), []
    for start in range(0, len(places), _BATCH):
        weights = np.exp(places[start : start + _BATCH] @ vectors.T).astype(np.float64)
        weights *= base
        made.append(weights[:, words] / weights.sum(axis=1, keepdims=True))
    return np.concatenate(made)


def pointwise(p: Floats, space: WordSpace, tau: float) -> tuple[float, float]:
    """Return correlation and slope of PMI over v . v' / (d tau^2), over all pairs of the words that ``p`` has."""
    rows = space.rows[: p.shape[1]].astype(np.float64) / space.unit
    known = rows.any(axis=1)
    p, rows = p[:, known], rows[known]
    marginal = p.mean(axis=0)
    pairs = np.triu_indices(len(rows), 1)
    pmi = np.log((p.T @ p / len(p) / np.outer(marginal, marginal))[pairs])
    dots = (rows @ rows.T)[pairs] / (round(float((rows**2).sum(axis=1).mean())) * tau * tau)
    return float(np.corrcoef(dots, pmi)[0, 1]), float(np.polyfit(dots, pmi, 1)[0])


def lengths_law(p: Floats, space: WordSpace) -> tuple[float, float]:
    """Return correlation and slope of log p(w) over |v|^2 / 2d."""
    halves = (space.rows[: p.shape[1]].astype(np.float64) ** 2).sum(axis=1) / space.unit**2 / 100
    logs = np.log(p.mean(axis=0))
    return float(np.corrcoef(halves, logs)[0, 1]), float(np.polyfit(halves, logs, 1)[0])


def of_loglinear(lexicon: Lexicon) -> Iterator[str]:
    """Yield what is true of ``loglinear`` alone."""
    phrases = phrases_of("loglinear", lexicon, LENGTH)
    bound = phrases.law
    assert isinstance(bound, BoundLoglinear)
    seeds = seed_range(0, CHUNK)
    drawn = phrases.draw(seeds).ids.copy().reshape(-1, LENGTH)
    seconds = []
    for _ in range(30):
        begin = time.thread_time()  # of this core's own time, whatever else it does
        phrases.draw(seeds)
        seconds.append(time.thread_time() - begin)
    base = (lexicon.frequencies / lexicon.frequencies.max()) ** 0.75
    correlation, slope = pointwise(conditionals(bound, base, 0.5, slice(COMMON)), bound.space, 0.5)
    truth = bound.discourses(1, seeds, np.full(len(seeds), LENGTH)).astype(np.float64)
    means = bound.space.rows.astype(np.float64)[drawn].sum(axis=1)
    cosines = (means * truth).sum(axis=1) / np.linalg.norm(means, axis=1) / np.linalg.norm(truth, axis=1)
    yield f"* {drawn.size / min(seconds) / 1e6:.1f} M symbols/s on one core."
    yield f"* {bound.acceptance:.0%} of attempts give a symbol."
    yield f"* PMI of the {COMMON:,} commonest words over v . v' / (d tau^2): correlation {correlation:.2f}."
    yield f"* Cosine of the mean of a phrase's words with its true mean discourse: {cosines.mean():.3f}."
    theory = phrases_of("loglinear:vectors=gaussian,a=0,tau=1.0,k=4096", lexicon, LENGTH).law
    assert isinstance(theory, BoundLoglinear)
    p = conditionals(theory, np.ones(lexicon.vocabulary), 1.0, slice(-COMMON, None))
    tail = WordSpace(theory.space.rows[-COMMON:], theory.space.unit)
    (pmi, slope), (logs, steepness) = pointwise(p, tail, 1.0), lengths_law(p, tail)
    yield (
        f"* Theorem 2.2 of Arora et al., a = 0, tau = 1, v ~ N(0, I): PMI over v . v' / d has slope {slope:.2f} "
        f"(correlation {pmi:.2f}); log p(w) over |v|^2 / 2d has slope {steepness:.2f} (correlation {logs:.2f})."
    )
