"""Exact search for the nearest meanings, in integer arithmetic and one pass over memory."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import kernel


@dataclass(frozen=True)
class Nearest:
    """Phrases by descending cosine, ties by seed. seeds: uint64, shape (n,). cosines: float64, shape (n,)."""

    seeds: NDArray[np.uint64]
    cosines: NDArray[np.float64]

    @staticmethod
    def best(parts: Iterable["Nearest"], count: int) -> "Nearest":
        """Return the ``count`` nearest of all ``parts``."""
        found = list(parts)
        seeds = np.concatenate([np.empty(0, np.uint64), *(part.seeds for part in found)])
        cosines = np.concatenate([np.empty(0), *(part.cosines for part in found)])
        order = np.lexsort((seeds, -cosines))[:count]
        return Nearest(seeds[order], cosines[order])


def nearest(query: NDArray[np.int8], seeds: NDArray[np.uint64], vectors: NDArray[np.int8], count: int) -> Nearest:
    """Return the ``count`` rows of ``vectors``, (n, d), whose cosine with ``query``, (d,), is largest.

    Vectors of zeros have no direction, and are never among them.
    """
    found = cosines(query, vectors)
    at = np.arange(len(seeds))
    if count < len(seeds):
        least = np.partition(found, len(seeds) - count)[len(seeds) - count]
        at = np.flatnonzero(found >= least)
    at = at[found[at] >= -1.0]
    return Nearest.best([Nearest(seeds[at], found[at])], count)


def cosines(query: NDArray[np.int8], vectors: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the cosine of each row of ``vectors``, (n, d), with ``query``, (d,): (n,); -2 if one of the two is 0."""
    out, rows = np.empty(len(vectors)), np.ascontiguousarray(vectors).view()
    rows.flags.writeable = False  # like the arrays of a file; for another type the kernel would compile again
    _cosines(query.astype(np.int32), rows, out)
    return out


@kernel
def _cosines(query: NDArray[np.int32], vectors: NDArray[np.int8], out: NDArray[np.float64]) -> None:
    """Write the cosine of each vector with the query; -2 for a vector of zeros. Sums are exact up to d = 1,024."""
    square = np.float64(0.0)
    for j in range(len(query)):
        square += query[j] * query[j]
    for i in range(len(vectors)):
        row = vectors[i]
        product, own = np.int32(0), np.int32(0)
        for j in range(len(query)):
            x = np.int32(row[j])
            product += x * query[j]
            own += x * x
        out[i] = product / np.sqrt(square * own) if own > 0 and square > 0.0 else -2.0
