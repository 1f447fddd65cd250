"""The dictionary of ``discourse``: for each phrase the true mean of what it is about, beside its estimate from words.

A law that has a discourse (:class:`~hyperphrase.laws.base.Discourse`) draws the words of a phrase around a vector c
that it knows. Both columns are directions in the law's own space of word vectors, so they can be compared: ``vector``,
the sum of one row for each word, and ``discourse``, the mean of c over the phrase. The row of word w is
a / (a + p(w)) v_w with a = 0.001, as in sif, and v_w as the law uses it: nothing needs to be removed, since those
vectors share no direction. A phrase of a mixture's law that has no discourse has the discourse 0.

A mean of c comes in float32, computed by a law in whole numbers and divided once; rounding it takes basic IEEE
arithmetic alone, so the bytes are the same on every machine.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.phrase_meanings import SIF_A, Meanings, rounded
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import Phrases

_NOTHING = np.empty(0, np.uint64), np.empty(0, np.int64)  # seeds and lengths of no phrase


def discourse_meanings(lexicon: Lexicon, phrases: Phrases) -> Meanings:
    """Return the rows of all hyperwords. Raises CorruptError if the law has no discourse."""
    law = phrases.law.discourse()
    if law is None:
        raise _none(phrases, 1)
    rows = law.word_rows()
    rows = rows[:, : 1 + int(np.flatnonzero(rows.any(axis=0))[-1])]
    used = np.where(rows.any(axis=1), lexicon.frequencies, 0.0)
    shares = used / math.fsum(used)
    return Meanings(rounded(rows * (SIF_A / (SIF_A + shares))[:, None]))


class TrueDiscourses:
    """The discourses of phrases as the dictionary has them. Raises CorruptError if the law has none of that size."""

    def __init__(self, phrases: Phrases, dimensions: int) -> None:
        law = phrases.law.discourse()
        if law is None or law.discourses(phrases.recipe.key, *_NOTHING).shape[1] < dimensions:
            raise _none(phrases, dimensions)
        self._law, self._key, self._dimensions = law, phrases.recipe.key, dimensions

    def of(self, block: PhraseBlock) -> NDArray[np.int8]:
        """Return the direction of each phrase's mean discourse: int8, (phrases, d), the largest component 127."""
        means = self._law.discourses(self._key, block.seeds, block.lengths)
        means = means[:, : self._dimensions].astype(np.float64)
        largest = np.abs(means).max(axis=1, keepdims=True)
        sizes = np.floor((254.0 * np.abs(means) + largest) / np.where(largest > 0.0, 2.0 * largest, 1.0))
        directions: NDArray[np.int8] = np.copysign(sizes, means).astype(np.int8)
        return directions


def _none(phrases: Phrases, dimensions: int) -> CorruptError:
    return CorruptError(f"the law {phrases.recipe.law.name} has no discourse of {dimensions} components")
