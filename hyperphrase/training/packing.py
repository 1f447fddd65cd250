"""How phrases are put into contexts: ``concat`` and ``pad``. :mod:`hyperphrase.training.best_fit` has ``best_fit``.

A packing numbers the contexts of one epoch in the order of the corpus, and says which pieces of phrases each has.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.training.pieces import Pieces, Special
from hyperphrase.training.source import PhraseSource
from hyperphrase.training.token_positions import TokenPositions

TAILS = ("drop", "pad", "wrap")


class Packing(ABC):
    """The contexts of one epoch of ``source``, each of ``length`` tokens. count: their number."""

    count: int

    @abstractmethod
    def pieces(self, contexts: NDArray[np.int64]) -> Pieces:
        """Return the pieces of ``contexts``, int64, (n,), each in 0..count-1."""


class Concat(Packing):
    """All phrases in a row, cut into contexts; a phrase may begin in one and end in the next.

    tail: what becomes of the last context, if the tokens do not fill it: it is dropped, filled up with padding, or
    wraps around to the first tokens.
    """

    def __init__(self, source: PhraseSource, length: int, special: Special, tail: str) -> None:
        self._source, self._length, self._extra = source, length, special.each
        self._positions = TokenPositions(source, special.each)
        whole, rest = divmod(self._positions.total, length)
        self.count = whole + (rest > 0 and tail != "drop")
        self._wraps = tail == "wrap"

    def pieces(self, contexts: NDArray[np.int64]) -> Pieces:
        begins = contexts * self._length
        ends = np.minimum(begins + self._length, self._positions.total)
        missing = begins + self._length - ends
        if self._wraps and missing.any():
            return self._wrapped(begins, ends, missing)
        return self._cut(begins, ends)

    def _cut(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Pieces:
        ranges = self._positions.around(begins, ends)
        offsets = np.zeros(len(begins) + 1, np.int64)
        np.cumsum(ranges.stop - ranges.first, out=offsets[1:])
        places = _in_ranges(ranges.first, offsets)
        columns = (places, self._source.lengths(places), np.empty_like(places), np.empty_like(places))
        starts = np.empty(len(begins) + 1, np.int64)
        found = _cut(Pieces(*columns, starts), offsets, self._extra, ranges.tokens, begins, ends)
        return Pieces._make([*(column[:found] for column in columns), starts])

    def _wrapped(self, begins: NDArray[np.int64], ends: NDArray[np.int64], missing: NDArray[np.int64]) -> Pieces:
        """Return the pieces of contexts that wrap around, so that they are made of two ranges of tokens or more."""
        total = self._positions.total
        parts: list[tuple[int, int]] = []
        ranges = np.zeros(len(begins) + 1, np.int64)
        for i, (begin, end, more) in enumerate(zip(begins.tolist(), ends.tolist(), missing.tolist(), strict=True)):
            parts.append((begin, end))
            parts += [(0, min(total, more - done)) for done in range(0, more, total)]
            ranges[i + 1] = len(parts)
        cut = self._cut(*np.array(parts, np.int64).T.copy())
        return cut._replace(starts=cut.starts[ranges])


class Pad(Packing):
    """Each phrase in a context of its own, filled up with padding."""

    def __init__(self, source: PhraseSource, length: int, special: Special) -> None:
        self._source, self._extra = source, special.each
        self.count = source.count
        if source.longest + special.each > length:
            problem = (
                f"the longest phrase has {source.longest} symbols and {special.each} special ones, and `packing=pad` "
                f"splits none; give {source.longest + special.each} or more, or another `packing`"
            )
            raise InputError(problem, field="length", value=length)

    def pieces(self, contexts: NDArray[np.int64]) -> Pieces:
        lengths = self._source.lengths(contexts)
        return Pieces(contexts, lengths, np.zeros_like(contexts), lengths + self._extra, np.arange(len(contexts) + 1))


@kernel
def _in_ranges(first: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``first[i]``, first[i] + 1, ... in place of each range of ``offsets``: int64, (last offset,)."""
    places = np.empty(offsets[-1], np.int64)
    for i in range(len(first)):
        for j in range(offsets[i], offsets[i + 1]):
            places[j] = first[i] + j - offsets[i]
    return places


@kernel
def _cut(
    pieces: Pieces,
    offsets: NDArray[np.int64],
    extra: int,
    tokens: NDArray[np.int64],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> int:
    """Keep of the phrases of each range of tokens those inside it, in front of ``pieces``; return how many are kept.

    offsets: where the phrases of each range stand in ``pieces``. extra: special symbols of each phrase. tokens: the
    position of the first one of each range.
    """
    places, lengths, skips, counts, starts = pieces
    found = 0
    for i in range(len(begins)):
        starts[i] = found
        position = tokens[i]
        for j in range(offsets[i], offsets[i + 1]):
            end = position + lengths[j] + extra
            low, high = max(position, begins[i]), min(end, ends[i])
            if low < high:
                places[found], lengths[found] = places[j], lengths[j]
                skips[found], counts[found] = low - position, high - low
                found += 1
            position = end
    starts[len(begins)] = found
    return found
