"""Tables of p(w | c) proportional to b_w exp(c . v_w / tau), for many c over many words, to draw from exactly.

A table for every c over all words would not fit into memory, and bounds of the exponential over clusters of words are
too high in 50 dimensions: fewer than one in 10,000 proposals would be accepted. So the up to 8,191 words that are most
probable at a point c relative to their proposals, its *head*, have one alias table, whose last outcome is *the rest*.
If that is drawn, a word is proposed from a table that all points share, q_w, about the square root of b_w, and accepted
with probability b_w exp(c . v_w / tau) / (q_w exp(bound of c)), which is at most 1 for words outside the head; if it is
rejected or in the head, the symbol is drawn again. That is von Neumann's rejection sampling, exact for any head and q.

A score c . v is a whole number below 2^24, so products of float32 matrices are exact in any order. Its exponential is
the product of two table entries made by :mod:`hyperphrase.numbers.portable_math`.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.meaning.discourse import RADIUS, WordSpace
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.portable_math import exp_each, ln_each

COLUMN_BITS = 13
_SHORT = 18  # bits of a threshold that the tails have
COLUMNS = 1 << COLUMN_BITS  #: of a point's alias table: its head has at most one word less
REST = 1 << 20  #: means the rest in the place of a word's id: all ids are lower
_HEAD = COLUMNS - 1
_ID_BITS = 21
_SPLIT = 12  # a score's low bits, which the fine table of exponentials has
_BINS = 1 << 12  # of the histogram that finds the head
_ROWS = 16  # points scored at once: 16 MB of scores at 250,000 words
_LOWEST = -(1 << 29)
_TINY = 1e-300
_MOST_NATS = 600.0  # a larger exponent is out of reach of a float


class Heads(NamedTuple):
    """The alias tables of C points, of columns that hold words' ids.

    entries: uint64, shape (C, 8192): of each column the top 22 of 40 bits of its threshold, its own id and its alias's,
    21 bits each. tails: uint32, shape (C, 8192): the other 18 bits.
    """

    entries: NDArray[np.uint64]
    tails: NDArray[np.uint32]


class Exponentials(NamedTuple):
    """exp(-x unit) of whole numbers x >= 0: coarse[x >> 12] * fine[x & 4095], and 0 beyond; float64.

    unit: nats in a score of 1.
    """

    coarse: NDArray[np.float64]
    fine: NDArray[np.float64]
    unit: float


@dataclass(frozen=True, eq=False)
class SoftmaxTables:
    """What draws need; C points, V words, scores in whole numbers.

    proposals: the table of q. rows: int8, shape (V, lanes): the vectors and, in the last four lanes, as one int32,
    the words' offsets, not positive: q_w = b_w exp(-offset_w unit).
    bounds: int64, shape (C,): words whose score plus offset is above it are in the head.
    entropies, collisions: float64, shape (C,): of p( . | c), in bits; the second is -log2 of the sum of squares.
    acceptances: float64, shape (C,): the share of attempts that gives a symbol.
    """

    heads: Heads
    proposals: AliasTable
    rows: NDArray[np.int8]
    bounds: NDArray[np.int64]
    exponentials: Exponentials
    entropies: NDArray[np.float64]
    collisions: NDArray[np.float64]
    acceptances: NDArray[np.float64]


class _Words(NamedTuple):
    """What the words have of their own, each of shape (V,).

    base: float64, their weights. logs: float64, the natural logarithms of these. offsets: int32.
    """

    base: NDArray[np.float64]
    logs: NDArray[np.float64]
    offsets: NDArray[np.int32]


def base_weights(frequencies: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Return ``frequencies`` to the power ``exponent``, the largest 1: float64, shape of ``frequencies``."""
    logs = ln_each(np.ascontiguousarray(frequencies, np.float64))
    return exp_each(exponent * (logs - logs.max()))


def softmax_tables(space: WordSpace, points: NDArray[np.int16], base: NDArray[np.float64], tau: float) -> SoftmaxTables:
    """Build the tables of ``points``, (C, lanes), for words of ``base`` weights, (V,), the largest of which is 1.

    Raises InputError if tau is so small that an exponential could overflow.
    """
    unit = nats(space, tau)
    offsets: NDArray[np.float64] = np.maximum(np.floor(ln_each(np.maximum(base, _TINY)) * (0.5 / unit) + 0.5), _LOWEST)
    proposals = base * exp_each(offsets * -unit)
    exponentials = exponentials_of(space, unit, -float(offsets.min()))
    count = len(points)
    tables = SoftmaxTables(
        Heads(np.empty((count, COLUMNS), np.uint64), np.empty((count, COLUMNS), np.uint32)),
        AliasTable.of(proposals),
        _with_offsets(space.rows, offsets),
        np.empty(count, np.int64),
        exponentials,
        *(np.empty(count) for _ in range(3)),
    )
    logs = np.log(np.maximum(base, _TINY))  # for the entropies alone
    words = _Words(base, logs, tables.rows.view(np.int32)[:, -1].copy())
    _fill(tables, space, points, words, math.fsum(proposals.tolist()))
    return tables


def nats(space: WordSpace, tau: float) -> float:
    """Return how many nats a score of 1 is. Raises InputError if tau is so small that an exponential could overflow."""
    longest, unit = space.longest(), 1.0 / (RADIUS * space.unit * tau)
    if longest * RADIUS * unit > _MOST_NATS:
        least = longest / space.unit / _MOST_NATS
        raise InputError(f"tau={tau} is too small for vectors as long as {longest / space.unit:.3g}; give {least:.3g}")
    return unit


def exponentials_of(space: WordSpace, unit: float, more: float = 0.0) -> Exponentials:
    """Return the exponentials of all differences of scores, and of ``more`` besides; unit: of :func:`nats`."""
    widest = 2.0 * space.longest() * RADIUS + more
    coarse = exp_each(np.arange(float(int(widest) // (1 << _SPLIT) + 2)) * (-unit * (1 << _SPLIT)))
    return Exponentials(coarse, exp_each(np.arange(float(1 << _SPLIT)) * -unit), unit)


def _with_offsets(rows: NDArray[np.int8], offsets: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return ``rows`` with each word's offset in its four spare lanes, so that one cache line has both."""
    rows = rows.copy()
    rows.view(np.int32)[:, -1] = offsets
    return rows


def _fill(tables: SoftmaxTables, space: WordSpace, points: NDArray[np.int16], words: _Words, proposed: float) -> None:
    """Fill the rows of ``tables``, on up to four cores; ``proposed`` is the sum of q."""
    turned, exponentials = np.ascontiguousarray(space.rows.T, np.float32), tables.exponentials

    def fill(first: int, stop: int) -> None:
        scores = np.empty((_ROWS, len(words.base)), np.float32)
        for start in range(first, stop, _ROWS):
            part = points[start : min(start + _ROWS, stop)].astype(np.float32)
            np.matmul(part, turned, out=scores[: len(part)])
            for point, row in enumerate(scores[: len(part)], start):
                ids, weights, figures = np.empty(COLUMNS, np.uint32), np.zeros(COLUMNS), np.empty(3)
                highest, tables.bounds[point] = _bound(row, words.offsets)
                _weigh(row, words, highest, exponentials, figures)
                inside = _head(row, words, highest, tables.bounds[point], exponentials, ids, weights)
                rest = proposed * _exp_negative(highest - tables.bounds[point], exponentials)
                ids[_HEAD], weights[_HEAD] = REST, rest if inside < len(words.base) else 0.0
                _pack(AliasTable.of(weights), ids, tables.heads.entries[point], tables.heads.tails[point])
                tables.entropies[point], tables.collisions[point] = figures[1:]
                tables.acceptances[point] = figures[0] / weights.sum()

    workers = min(4, os.cpu_count() or 1)
    cuts = [len(points) * i // workers for i in range(workers + 1)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(fill, cuts[:-1], cuts[1:]))


def _pack(table: AliasTable, ids: NDArray[np.uint32], entries: NDArray[np.uint64], tails: NDArray[np.uint32]) -> None:
    """Write an alias table of places in ``ids`` as one of the ids themselves, a point's row of :class:`Heads`."""
    alias = ids[table.entries & np.uint32(COLUMNS - 1)].astype(np.uint64)
    head = (table.entries >> np.uint32(COLUMN_BITS)).astype(np.uint64)
    threshold = (head << np.uint64(8 + COLUMN_BITS)) | table.tails
    entries[:] = ((threshold >> np.uint64(_SHORT)) << np.uint64(2 * _ID_BITS)) | (
        ids.astype(np.uint64) << np.uint64(_ID_BITS)
    )
    entries |= alias
    tails[:] = threshold & np.uint64((1 << _SHORT) - 1)


@inline_kernel
def head_or_rest(first: Any, second: Any, heads: Heads, point: Any) -> Any:
    """Return the id that two words of 32 random bits draw from the table of ``point``; REST for the rest."""
    column = first >> np.uint32(32 - COLUMN_BITS)
    fraction = (np.uint64(first & np.uint32((1 << (32 - COLUMN_BITS)) - 1)) << np.uint64(8 + COLUMN_BITS)) | np.uint64(
        second >> np.uint32(24 - COLUMN_BITS)
    )  # 40 bits
    entry = heads.entries[point, column]
    head, top = entry >> np.uint64(2 * _ID_BITS), fraction >> np.uint64(_SHORT)
    own = top < head
    if top == head:
        own = (fraction & np.uint64((1 << _SHORT) - 1)) < np.uint64(heads.tails[point, column])
    return (entry >> np.uint64(_ID_BITS if own else 0)) & np.uint64((1 << _ID_BITS) - 1)


@inline_kernel
def exp_negative(x: Any, exponentials: Exponentials) -> Any:
    """Return exp(-x unit) of a whole number x >= 0."""
    place, coarse = x >> _SPLIT, exponentials.coarse
    return coarse[place] * exponentials.fine[x & ((1 << _SPLIT) - 1)] if place < len(coarse) else 0.0


@kernel
def _exp_negative(x: int, exponentials: Exponentials) -> float:
    return float(exp_negative(x, exponentials))


@kernel
def _bound(scores: NDArray[np.float32], offsets: NDArray[np.int32]) -> tuple[int, int]:
    """Return the highest score, and the lowest bound above which at most 8,191 words are, to one of 4,096 steps."""
    first = np.int64(scores[0])
    highest, top, bottom = first, first + offsets[0], first + offsets[0]
    for w in range(len(scores)):
        score = np.int64(scores[w])
        highest = max(highest, score)
        top, bottom = max(top, score + offsets[w]), min(bottom, score + offsets[w])
    shift = 0
    while (top - bottom) >> shift >= _BINS:
        shift += 1
    histogram = np.zeros(_BINS, np.int64)
    for w in range(len(scores)):
        histogram[(np.int64(scores[w]) + offsets[w] - bottom) >> shift] += 1
    lowest, count = _BINS, 0
    while lowest > 0 and count + histogram[lowest - 1] <= _HEAD:
        lowest -= 1
        count += histogram[lowest]
    return int(highest), int(bottom + (lowest << shift) - 1)


@kernel
def _weigh(
    scores: NDArray[np.float32], words: _Words, highest: int, exponentials: Exponentials, figures: NDArray[np.float64]
) -> None:
    """Write a point's sum of all weights, its entropy and its collision entropy into ``figures``."""
    base, logs, unit = words.base, words.logs, exponentials.unit
    total, squares, slope = 0.0, 0.0, 0.0
    for w in range(len(scores)):
        below = highest - np.int64(scores[w])
        weight = base[w] * exp_negative(below, exponentials)
        total += weight
        squares += weight * weight
        slope += weight * (logs[w] - below * unit)
    figures[0] = total
    figures[1] = (math.log(total) - slope / total) / math.log(2.0)
    figures[2] = -math.log(squares / (total * total)) / math.log(2.0)


@kernel
def _head(
    scores: NDArray[np.float32],
    words: _Words,
    highest: int,
    bound: int,
    exponentials: Exponentials,
    ids: NDArray[np.uint32],
    weights: NDArray[np.float64],
) -> int:
    """Write the head's ids and weights into the first columns, (8192,); return its number of words.

    Weights are relative to that of a word of the highest score and of base 1.
    """
    base, offsets = words.base, words.offsets
    place = 0
    ids[:] = 0
    for w in range(len(scores)):
        score = np.int64(scores[w])
        if score + offsets[w] > bound:
            ids[place] = w
            weights[place] = base[w] * exp_negative(highest - score, exponentials)
            place += 1
    return place
