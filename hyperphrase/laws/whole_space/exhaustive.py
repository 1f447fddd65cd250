"""``exhaustive``: the whole space, phrase after phrase: seed n has phrase number n.

Phrases are numbered from 0: all of the shortest length first, then those of the next one; within a length as numbers
in base V, the first id the most significant. The length law gives the set of lengths; which of them a phrase has
follows from its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource, SymbolLaw
from hyperphrase.laws.lengths import Fixed, LengthLaw, Uniform
from hyperphrase.limits import MAX_LENGTH, SEED_STOP
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.digits import digits_of, number_of, short_text


@dataclass(frozen=True, kw_only=True)
class Exhaustive(SymbolLaw):
    """phrase(seed) = phrase number ``seed`` of all phrases of the length law's lengths, the shortest ones first."""

    name = "exhaustive"
    summary = "all phrases in order, the shortest first: seed n has phrase number n"
    source = "shortlex order: by length, then lexicographically"
    injective = True

    def check_lengths(self, lengths: LengthLaw) -> None:
        if not isinstance(lengths, Fixed | Uniform):
            raise InputError(
                f"takes every phrase of every length once, so `lengths={lengths}` has no effect; give uniform or fixed"
            )

    def seed_stop(self, lengths: NDArray[np.int64], vocabulary: int) -> int:
        return min(_stops(lengths, vocabulary)[-1], SEED_STOP)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        return BoundExhaustive(vocabulary, np.arange(1, MAX_LENGTH + 1))


class Numbering(NamedTuple):
    """Which numbers the phrases of each length have, as far as seeds reach.

    lengths: int64, shape (n,), ascending. starts: uint64, shape (n + 1,), the number of the first phrase of each, and
    how many phrases there are. vocabulary: the number of ids.
    """

    lengths: NDArray[np.int64]
    starts: NDArray[np.uint64]
    vocabulary: np.uint64


class BoundExhaustive(BoundLaw):
    """The phrases of given lengths, numbered.

    entropy, collision_entropy: 0, since nothing is random: a range of seeds is a list of phrases.
    """

    entropy = 0.0
    collision_entropy = 0.0

    def __init__(self, vocabulary: int, lengths: NDArray[np.int64]) -> None:
        """Bind to ``vocabulary`` ids and to ``lengths``, (n,), ascending."""
        self._vocabulary = vocabulary
        self._lengths = lengths
        stops = _stops(lengths, vocabulary)
        starts = np.array([0, *stops[:-1], min(stops[-1], (1 << 64) - 1)], np.uint64)
        self._numbering = Numbering(np.ascontiguousarray(lengths[: len(stops)]), starts, np.uint64(vocabulary))

    def for_lengths(self, lengths: NDArray[np.int64]) -> BoundLaw:
        return BoundExhaustive(self._vocabulary, lengths)

    def lengths(self, key: np.uint64, seeds: NDArray[np.uint64], drawn: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the length of each seed's phrase; ``drawn`` is ignored."""
        found = np.empty(len(seeds), np.int64)
        _find_lengths(seeds, self._numbering, found)
        return found

    def draw(self, batch: Batch) -> None:
        _write_phrases(batch, self._numbering)

    def rank(self, key: int, ids: Sequence[int]) -> int:
        """Return the number of a phrase of one of the lengths, exactly, however large."""
        shorter: list[int] = self._lengths[self._lengths < len(ids)].tolist()
        before: int = sum(self._vocabulary**length for length in shorter)
        return before + number_of(ids, self._vocabulary)

    def unrank(self, number: int) -> list[int]:
        """Return phrase ``number``, which may be of any size. Raises InputError if there are not so many."""
        left = number
        for length in self._lengths.tolist():
            if left < self._vocabulary**length:
                return digits_of(left, self._vocabulary, length)
            left -= self._vocabulary**length
        raise InputError(f"the space has {short_text(number - left)} phrases, numbered from 0; give a smaller number")


def _stops(lengths: NDArray[np.int64], vocabulary: int) -> list[int]:
    """Return how many phrases the lengths up to each one have together, until they hold all seeds."""
    stops, total = [], 0
    for length in lengths.tolist():
        total += vocabulary ** min(length, 64)
        stops.append(total)
        if total >= SEED_STOP:
            break
    return stops


@inline_kernel
def _place(seed: Any, starts: NDArray[np.uint64]) -> Any:
    """Return (index of the length, number within it) of a seed; seeds beyond the space wrap around."""
    last = len(starts) - 1
    if seed >= starts[last]:
        seed %= starts[last]
    which = 0
    while seed >= starts[which + 1]:
        which += 1
    return which, seed - starts[which]


@kernel
def _find_lengths(seeds: NDArray[np.uint64], numbering: Numbering, found: NDArray[np.int64]) -> None:
    lengths, starts = numbering.lengths, numbering.starts
    for i in range(len(seeds)):
        found[i] = lengths[_place(seeds[i], starts)[0]]


@kernel
def _write_phrases(batch: Batch, numbering: Numbering) -> None:
    """Write each phrase, as much of it as is asked for: the phrase before it plus one, or digit by digit."""
    seeds, offsets, ids = batch.seeds, batch.offsets, batch.ids
    lengths, starts, vocabulary = numbering
    whole = -1  # length of the phrase just written if it was written to its end
    for i in range(len(seeds)):
        which, number = _place(seeds[i], starts)
        begin, count, length = offsets[i], offsets[i + 1] - offsets[i], lengths[which]
        if whole == length == count and number != 0 and seeds[i] == seeds[i - 1] + np.uint64(1):
            _write_next(ids[begin - length : begin], ids[begin : begin + length], vocabulary)
        else:
            _write_number(number, length, ids[begin : begin + count], vocabulary)
        whole = length if count == length else -1


@inline_kernel
def _write_next(before: NDArray[np.uint32], ids: NDArray[np.uint32], vocabulary: Any) -> None:
    """Write ``before`` plus one into ``ids``; ``before`` is not the last phrase of its length."""
    for j in range(len(ids)):
        ids[j] = before[j]
    j = len(ids) - 1
    while np.uint64(ids[j]) + np.uint64(1) == vocabulary:
        ids[j] = np.uint32(0)
        j -= 1
    ids[j] += np.uint32(1)


@inline_kernel
def _write_number(number: Any, length: int, ids: NDArray[np.uint32], vocabulary: Any) -> None:
    """Write the first ``len(ids)`` of the ``length`` digits of ``number``."""
    for j in range(len(ids)):
        ids[j] = np.uint32(0)
    j = length - 1
    while number != 0:
        rest = number // vocabulary
        if j < len(ids):
            ids[j] = np.uint32(number - rest * vocabulary)
        number = rest
        j -= 1
