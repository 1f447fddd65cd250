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
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.kernels.intrinsics import i64
from hyperphrase.laws.meaning.discourse import RADIUS, WordSpace
from hyperphrase.laws.meaning.head_tables import COLUMNS, REST, Heads, pack
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.portable_math import exact_sum, exp_each, ln_each

LINE = 64  #: bytes of a cache line
_HEAD = COLUMNS - 1
_SPLIT = 12  # a score's low bits, which the fine table of exponentials has
_BINS = 1 << 12  # of the histogram that finds the head
_ROWS = 64  # points scored at once: 64 MB of scores at 250,000 words
_LOWEST = -(1 << 29)
_TINY = 1e-300
_MOST_NATS = 600.0  # a larger exponent is out of reach of a float


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

    proposals: the table of q. rows: int8, shape (V, n), n a multiple of 64: the vectors, zeros, and in the last four
    places, as one int32, the words' offsets, not positive: q_w = b_w exp(-offset_w unit).
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

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that the tables are made of, by name, for :meth:`of_arrays`."""
        nested: dict[str, Any] = {"heads": self.heads, "proposals": self.proposals, "exponentials": self.exponentials}
        arrays = {name: value for name, value in vars(self).items() if name not in nested}
        for name, values in nested.items():
            arrays |= {f"{name}.{field}": np.atleast_1d(value) for field, value in values._asdict().items()}
        return arrays

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "SoftmaxTables":
        """Return the tables that are made of ``arrays``, which may have others besides."""

        def of(name: str, kind: Any) -> Any:
            return kind._make(arrays[f"{name}.{field}"] for field in kind._fields)

        proposals, exponentials = of("proposals", AliasTable), of("exponentials", Exponentials)
        return cls(
            heads=of("heads", Heads),
            proposals=proposals._replace(bits=int(proposals.bits[0])),
            exponentials=exponentials._replace(unit=float(exponentials.unit[0])),
            **{name: arrays[name] for name in ("rows", "bounds", "entropies", "collisions", "acceptances")},
        )


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
    _fill(tables, space, points, words, exact_sum(proposals))
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
    """Return ``rows`` filled up with zeros to whole cache lines, which begin where those of memory do.

    The last four lanes have each word's offset.
    """
    count, lanes = len(rows), -(-rows.shape[1] // LINE) * LINE
    room = np.zeros(count * lanes + LINE, np.int8)
    out = room[-room.ctypes.data % LINE :][: count * lanes].reshape(count, lanes)
    out[:, : rows.shape[1]] = rows
    out.view(np.int32)[:, -1] = offsets
    return out


def _fill(tables: SoftmaxTables, space: WordSpace, points: NDArray[np.int16], words: _Words, proposed: float) -> None:
    """Fill the rows of ``tables``, on up to four cores; ``proposed`` is the sum of q."""
    turned, workers = np.ascontiguousarray(space.rows.T, np.float32), min(4, os.cpu_count() or 1)
    scores = np.empty((min(_ROWS, len(points)), len(words.base)), np.float32)
    sums = np.empty((workers, len(words.base)), np.int32)
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(points), _ROWS):
            part = points[start : start + _ROWS].astype(np.float32)
            found = np.matmul(part, turned, out=scores[: len(part)])

            def fill(worker: int, start: int = start, found: NDArray[np.float32] = found) -> None:
                for i in range(worker, len(found), workers):
                    _fill_point(tables, start + i, found[i], words, proposed, sums[worker])

            list(pool.map(fill, range(workers)))


def _fill_point(
    tables: SoftmaxTables,
    point: int,
    scores: NDArray[np.float32],
    words: _Words,
    proposed: float,
    sums: NDArray[np.int32],
) -> None:
    """Fill the rows of one point, given the scores of all words; ``sums``, (V,), is overwritten."""
    exponentials = tables.exponentials
    ids, weights, figures = np.empty(COLUMNS, np.uint32), np.zeros(COLUMNS), np.empty(3)
    highest, tables.bounds[point] = _bound(scores, words.offsets, sums)
    bound = int(tables.bounds[point])
    _weigh(scores, words, highest, exponentials, figures)
    inside = _head(sums, bound, ids)
    _weigh_head(scores, words.base, highest, exponentials, ids[:inside], weights)
    rest = proposed * _exp_negative(highest - bound, exponentials)
    ids[_HEAD], weights[_HEAD] = REST, rest if inside < len(words.base) else 0.0
    pack(AliasTable.of(weights), ids, tables.heads.entries[point], tables.heads.tails[point])
    tables.entropies[point], tables.collisions[point] = figures[1:]
    tables.acceptances[point] = figures[0] / weights.sum()


@inline_kernel
def exp_negative(x: Any, exponentials: Exponentials) -> Any:
    """Return exp(-x unit) of a whole number x >= 0."""
    place, coarse = x >> _SPLIT, exponentials.coarse
    return coarse[place] * exponentials.fine[x & ((1 << _SPLIT) - 1)] if place < len(coarse) else 0.0


@kernel
def _exp_negative(x: int, exponentials: Exponentials) -> float:
    return float(exp_negative(x, exponentials))


@kernel
def _bound(scores: NDArray[np.float32], offsets: NDArray[np.int32], sums: NDArray[np.int32]) -> tuple[int, int]:
    """Write scores plus offsets into ``sums``; return the highest score, and the bound.

    It is the lowest bound, to one of 4,096 steps, above which at most 8,191 sums are.
    """
    highest = np.int32(scores[0])
    bottom, top = np.int32(highest + offsets[0]), np.int32(highest + offsets[0])
    for w in range(len(scores)):  # in 32 bits, as casts say, so that LLVM takes many at once
        score = np.int32(scores[w])
        both = np.int32(score + offsets[w])
        highest, bottom, top = max(highest, score), min(bottom, both), max(top, both)
        sums[w] = both
    shift = 0
    while (np.int64(top) - np.int64(bottom)) >> shift >= _BINS:
        shift += 1
    histogram = np.zeros(_BINS, np.int64)
    for w in range(len(sums)):
        histogram[(np.int64(sums[w]) - bottom) >> shift] += 1
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
def _head(sums: NDArray[np.int32], bound: int, ids: NDArray[np.uint32]) -> int:
    """Write the ids of the head, at most 8,191, into the first of ``ids``, (8192,), 0 into others; return their number.

    One id more is written than is counted, so that there is no branch to mispredict.
    """
    place = i64(0)
    for w in range(len(sums)):
        ids[place] = w
        place += sums[w] > bound
    for i in range(place, len(ids)):
        ids[i] = 0
    return place


@kernel
def _weigh_head(
    scores: NDArray[np.float32],
    base: NDArray[np.float64],
    highest: int,
    exponentials: Exponentials,
    ids: NDArray[np.uint32],
    weights: NDArray[np.float64],
) -> None:
    """Write the weights of the words ``ids``, relative to that of a word of the highest score and of base 1."""
    for i in range(len(ids)):
        w = ids[i]
        weights[i] = base[w] * exp_negative(highest - np.int64(scores[w]), exponentials)
