"""How far the content words of a phrase belong together, by published word vectors.

Content words: words of letters alone, of which the lexicon has a vector, outside its 200 most frequent words; the same
for all laws and texts. All means are over pairs of different words, each once a phrase: repeating a word gains nothing.
"""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from benchmarks.semantics.phrase_sets import PhraseSet
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import vectors_of

FUNCTION_WORDS = 200
_AMONG = 100  # first halves that a second half is compared with

Floats = NDArray[np.float64]


class Space:
    """The directions of the content words of a lexicon. kind: ``glove`` or ``navec``."""

    def __init__(self, lexicon: Lexicon, kind: str) -> None:
        vectors = vectors_of(lexicon, kind)
        lengths = np.linalg.norm(vectors.values.astype(np.float64), axis=1, keepdims=True)
        self.directions: Floats = vectors.values / np.maximum(lengths, 1e-9)
        words = enumerate(lexicon.words)
        self._ids = {w: i for i, w in words if i >= FUNCTION_WORDS and vectors.present[i] and w.isalpha()}

    def content(self, words: list[str]) -> list[int]:
        """Return the content words of a phrase, with repetitions, as rows of ``directions``."""
        return [self._ids[word] for word in words if word in self._ids]


@dataclasses.dataclass(frozen=True)
class Measured:
    """within, between: mean cosine of two different content words of one phrase, and of two phrases.

    halves: the share of phrases whose second half, without the words of the first, is nearest to its own first half
    among 100. distinct: of the content words of a phrase, the share that are different. content: of all words.
    """

    within: float
    between: float
    halves: float
    distinct: float
    content: float


def measure(found: PhraseSet, space: Space) -> Measured:
    """Measure a set of phrases."""
    phrases = [space.content(phrase) for phrase in found.phrases]
    within, between = _cosines([sorted(set(phrase)) for phrase in phrases], space.directions)
    distinct = sum(len(set(phrase)) for phrase in phrases) / sum(map(len, phrases))
    content = sum(map(len, phrases)) / sum(map(len, found.phrases))
    return Measured(within, between, _halves(found.phrases, space), distinct, content)


def _cosines(phrases: list[list[int]], directions: Floats) -> tuple[float, float]:
    sums = np.array([directions[phrase].sum(axis=0) for phrase in phrases])
    counts = np.array([len(phrase) for phrase in phrases], np.float64)
    squares = (sums**2).sum(axis=1)
    within = (squares - counts) / np.maximum(counts * (counts - 1), 1.0)
    phrases_with = np.bincount(np.concatenate([np.array(phrase, np.int64) for phrase in phrases])).astype(np.float64)
    alike = (phrases_with * (phrases_with - 1)).sum()  # pairs of the same word in two phrases
    pairs = counts.sum() ** 2 - (counts**2).sum() - alike
    between = ((sums.sum(axis=0) ** 2).sum() - squares.sum() - alike) / pairs
    return float(within[counts > 1].mean()), float(between)


def _halves(phrases: list[list[str]], space: Space) -> float:
    first, second = [], []
    for phrase in phrases:
        left = set(space.content(phrase[: len(phrase) // 2]))
        right = set(space.content(phrase[len(phrase) // 2 :])) - left
        first.append(space.directions[sorted(left)].sum(axis=0))
        second.append(space.directions[sorted(right)].sum(axis=0))
    hits, groups = 0, len(phrases) // _AMONG
    for group in range(groups):
        part = slice(group * _AMONG, (group + 1) * _AMONG)
        nearest = (_units(np.array(second[part])) @ _units(np.array(first[part])).T).argmax(axis=1)
        hits += int((nearest == np.arange(_AMONG)).sum())
    return hits / (groups * _AMONG)


def _units(vectors: Floats) -> Floats:
    """Return centred vectors as directions: all share what the words of the language have in common."""
    centred = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    centred = centred - centred.mean(axis=0)
    units: Floats = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    return units
