"""Whether a peer made what it was asked for: enough phrases, all distinct, of the right lengths and the right law."""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.read_back import Block
from benchmarks.work import Work
from hyperphrase.errors import WorkFailedError

_ERRORS = 6.0  # standard errors that a mean may be off: once in 10^9


def check_phrases(blocks: Iterable[Block], work: Work) -> int:
    """Return the symbols in ``blocks``. Raises WorkFailedError, in one line, if they are not what ``work`` asks for.

    The law is checked by the mean id, of all symbols and of the first of each phrase: phrases that a program sorted
    on its way have the right symbols in the wrong places.
    """
    distinct: set[int] = set()
    ids_sum = firsts_sum = symbols = largest = 0
    seen = np.zeros(0, np.int64)  # phrases by length
    for ids, offsets in blocks:
        distinct.update(map(hash, _contents(ids, offsets)))
        seen = _add(seen, np.bincount(np.diff(offsets)))
        symbols += len(ids)
        ids_sum += int(ids.sum(dtype=np.int64))
        firsts_sum += int(ids[offsets[:-1]].sum(dtype=np.int64))
        largest = max(largest, int(ids.max()))
    phrases, lengths = int(seen.sum()), np.flatnonzero(seen)
    _expect(f"{phrases:,} phrases, not {work.phrases:,}", phrases == work.phrases)
    _expect(f"{phrases - len(distinct):,} phrases are repetitions", phrases == len(distinct))
    _expect(f"lengths {lengths[0]} to {lengths[-1]}", work.shortest <= lengths[0] and lengths[-1] <= work.longest)
    _expect(f"id {largest:,}", largest < work.vocabulary)
    _near("length", symbols / phrases, *length_moments(work), phrases)
    _near("id", ids_sum / symbols, *id_moments(work), symbols)
    _near("id at the beginning of a phrase", firsts_sum / phrases, *id_moments(work), phrases)
    return symbols


def length_moments(work: Work) -> tuple[float, float]:
    """Return mean and standard deviation of a phrase's length."""
    values = work.longest - work.shortest + 1
    return (work.shortest + work.longest) / 2, math.sqrt((values**2 - 1) / 12)


def id_moments(work: Work) -> tuple[float, float]:
    """Return mean and standard deviation of an id."""
    ids = np.arange(work.vocabulary)
    weights = 1.0 / (ids + 1.0) if work.law == "zipf" else np.ones(work.vocabulary)
    mean = float(np.average(ids, weights=weights))
    return mean, math.sqrt(np.average((ids - mean) ** 2, weights=weights))


def _contents(ids: NDArray[Any], offsets: NDArray[np.int64]) -> Iterator[bytes]:
    data, places = ids.tobytes(), (offsets * ids.itemsize).tolist()
    for begin, end in pairwise(places):
        yield data[begin:end]


def _add(counts: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
    longer, shorter = sorted((counts, more), key=len, reverse=True)
    total = longer.copy()
    total[: len(shorter)] += shorter
    return total


def _near(what: str, found: float, mean: float, deviation: float, values: int) -> None:
    near = abs(found - mean) <= _ERRORS * deviation / math.sqrt(values)
    _expect(f"the mean {what} is {found:,.2f}, not {mean:,.2f}", near)


def _expect(what: str, right: bool) -> None:
    if not right:
        raise WorkFailedError(f"not the work asked for: {what}")
