"""A batch: phrases that are drawn together, and the arrays that their ids are written into."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel


class Batch(NamedTuple):
    """Phrases to draw; a named tuple, so that kernels take it as one argument.

    key: the recipe's key. seeds: uint64, shape (n,).
    lengths: int64, shape (n,), the number of symbols that the length law drew for each phrase.
    offsets: int64, shape (n + 1,), ascending. ids: uint32, shape (offsets[n],): the first ids of the phrase of
    ``seeds[i]`` are written into ``ids[offsets[i]:offsets[i + 1]]``.
    """

    key: np.uint64
    seeds: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    offsets: NDArray[np.int64]
    ids: NDArray[np.uint32]


@inline_kernel
def longest_of(lengths: NDArray[np.int64]) -> Any:
    """Return the greatest of ``lengths``, 0 if there is none."""
    longest = np.int64(0)
    for phrase in range(len(lengths)):
        longest = max(longest, lengths[phrase])
    return longest


@inline_kernel
def owner_of(place: Any, offsets: NDArray[np.int64]) -> Any:
    """Return the index of the last of ``offsets``, ascending from ``place`` or less, that is not above ``place``.

    It is the phrase that a symbol belongs to. numba takes a second to compile searchsorted.
    """
    low, high = 0, len(offsets)
    while high - low > 1:
        middle = (low + high) // 2
        if offsets[middle] <= place:
            low = middle
        else:
            high = middle
    return low
