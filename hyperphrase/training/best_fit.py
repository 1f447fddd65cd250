"""``best_fit``: phrases packed into contexts so that as few tokens as possible are padding, and few phrases are split.

Best-fit decreasing (Johnson 1973; for language models: Ding et al. 2024, arXiv 2404.10830), in groups of 1,024 phrases:
the longest phrase first, each into the fullest context that still has room for it. A phrase that is longer than a
context is cut into pieces of a context's length, and its rest is packed like a phrase. Lengths alone decide, so that a
group is packed again whenever one of its contexts is asked for.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.in_threads import in_threads
from hyperphrase.kernels import kernel
from hyperphrase.training.packing import Packing
from hyperphrase.training.pieces import Pieces, Special
from hyperphrase.training.source import PhraseSource

GROUP = 1024  # phrases that are packed together
_KEPT = 4096  # groups whose packing is kept: about 100 MB
_BLOCK = 32  # rooms that are looked at together


class BestFit(Packing):
    """The contexts of groups of phrases, in the order of the groups."""

    def __init__(self, source: PhraseSource, length: int, special: Special) -> None:
        self._source, self._length, self._extra = source, length, special.each
        groups = -(-source.count // GROUP)
        counts = in_threads(lambda group: len(self._packed(group)[0]) - 1, range(groups))
        self._before = np.append(0, np.cumsum(np.array(counts, np.int64)))
        self.count = int(self._before[-1])
        self._of_group = functools.lru_cache(_KEPT)(self._packed)

    def __getstate__(self) -> dict[str, object]:
        """Return what is pickled: everything but the packings that are kept."""
        return {name: value for name, value in vars(self).items() if name != "_of_group"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._of_group = functools.lru_cache(_KEPT)(self._packed)

    def pieces(self, contexts: NDArray[np.int64]) -> Pieces:
        groups = np.searchsorted(self._before, contexts, side="right") - 1
        parts = []
        for group, context in zip(groups.tolist(), (contexts - self._before[groups]).tolist(), strict=True):
            starts, table = self._of_group(group)
            parts.append(table[:, starts[context] : starts[context + 1]])
        ends = np.cumsum([part.shape[1] for part in parts])
        return Pieces._make([*np.concatenate(parts, axis=1), np.append(0, ends)])

    def _packed(self, group: int) -> tuple[list[int], NDArray[np.int64]]:
        """Return where the pieces of each context begin in a table of the group's pieces, int64, (4, pieces)."""
        places = np.arange(group * GROUP, min((group + 1) * GROUP, self._source.count))
        *columns, starts = _pack(places, self._source.lengths(places), self._extra, self._length)
        return starts.tolist(), np.array(columns)


@kernel
def _pack(places: NDArray[np.int64], lengths: NDArray[np.int64], extra: int, length: int) -> Pieces:
    """Return the pieces of the group's contexts; in a context, and among contexts, in the order of the corpus."""
    pieces, sizes = 0, lengths + extra
    for i in range(len(sizes)):
        pieces += (sizes[i] + length - 1) // length
    owners, skips, counts = np.empty(pieces, np.int64), np.empty(pieces, np.int64), np.empty(pieces, np.int64)
    at = 0
    for i in range(len(sizes)):
        for skip in range(0, sizes[i], length):
            owners[at], skips[at], counts[at] = i, skip, min(length, sizes[i] - skip)
            at += 1
    bins = np.empty(pieces, np.int64)
    used = _assign(counts, length, bins)
    return _in_order(places, lengths, owners, skips, counts, bins, used)


@kernel
def _assign(counts: NDArray[np.int64], length: int, bins: NDArray[np.int64]) -> int:
    """Write the bin of each piece, largest piece first, each into the fullest bin with room; return how many bins.

    Bins with the same room left form a linked list, the last one first.
    """
    order = _descending(counts, length)
    heads, following = np.full(length + 1, -1, np.int64), np.empty(len(counts), np.int64)
    in_block = np.zeros(length // _BLOCK + 1, np.int64)  # bins with room left, by blocks of rooms: most are empty
    used = 0
    for piece in order:
        count = counts[piece]
        room = count
        while room <= length and heads[room] < 0:
            room += 1
            while room % _BLOCK == 0 and room <= length and in_block[room // _BLOCK] == 0:
                room += _BLOCK
        if room > length:
            chosen, room = used, length
            used += 1
        else:
            chosen = heads[room]
            heads[room] = following[chosen]
            in_block[room // _BLOCK] -= 1
        bins[piece] = chosen
        room -= count
        if room > 0:
            following[chosen] = heads[room]
            heads[room] = chosen
            in_block[room // _BLOCK] += 1
    return used


@kernel
def _descending(counts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Return the pieces by their counts, the largest first, equal ones in their order."""
    begins = np.zeros(length + 2, np.int64)
    for i in range(len(counts)):
        begins[length - counts[i] + 1] += 1
    for i in range(length + 1):
        begins[i + 1] += begins[i]
    order = np.empty(len(counts), np.int64)
    for i in range(len(counts)):
        order[begins[length - counts[i]]] = i
        begins[length - counts[i]] += 1
    return order


@kernel
def _in_order(
    places: NDArray[np.int64],
    lengths: NDArray[np.int64],
    owners: NDArray[np.int64],
    skips: NDArray[np.int64],
    counts: NDArray[np.int64],
    bins: NDArray[np.int64],
    used: int,
) -> Pieces:
    """Return the pieces by bin, a bin's pieces in the order of the corpus."""
    starts = np.zeros(used + 1, np.int64)
    for piece in range(len(bins)):
        starts[bins[piece] + 1] += 1
    for i in range(used):
        starts[i + 1] += starts[i]
    to = starts[:-1].copy()
    sorted_places, sorted_lengths = np.empty_like(counts), np.empty_like(counts)
    sorted_skips, sorted_counts = np.empty_like(counts), np.empty_like(counts)
    for piece in range(len(bins)):
        i = to[bins[piece]]
        to[bins[piece]] += 1
        sorted_places[i], sorted_lengths[i] = places[owners[piece]], lengths[owners[piece]]
        sorted_skips[i], sorted_counts[i] = skips[piece], counts[piece]
    return Pieces(sorted_places, sorted_lengths, sorted_skips, sorted_counts, starts)
