"""The tables that ``scene`` draws words from: one of each class that depends on the discourse, at each point.

p(w given class, c) is proportional to b_w exp(c . v_w / tau). A score c . v is a whole number below 2^24, so products
of float32 matrices are exact in any order; its exponential is the product of two table entries
(:class:`~hyperphrase.laws.meaning.softmax_tables.Exponentials`). So tables are the same on every machine.
"""

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.kept_tables import Arrays
from hyperphrase.laws.meaning.discourse import WordSpace
from hyperphrase.laws.meaning.softmax_tables import Exponentials, exp_negative, exponentials_of, nats
from hyperphrase.laws.text.grammar_law import Members

MOST_WORDS = 1 << 16  #: of a class: aliases have 16 bits
MOST_BYTES = 1 << 30  #: of all tables
_ROWS = 16  # points scored at once


class SceneTables(NamedTuple):
    """Alias tables (Walker 1977, Vose 1991); S columns of the classes that are tilted, at each of k points.

    entries: uint64, shape (k S + columns of the other classes,): the threshold, 48 bits, and the alias's column in the
    class, 16 bits. Those of a point are together.
    starts: uint64, shape (classes,): where the table of a class begins, at point 0. strides: uint64, shape (classes,):
    S, or 0 where a class has one table for all points. counts: uint64, shape (classes,).
    ids: uint32, and firsts: uint64, shape (classes,): the words of a class are ``ids[first : first + count]``.
    """

    entries: NDArray[np.uint64]
    starts: NDArray[np.uint64]
    strides: NDArray[np.uint64]
    counts: NDArray[np.uint64]
    ids: NDArray[np.uint32]
    firsts: NDArray[np.uint64]


class Columns(NamedTuple):
    """The columns of the tables of a point, each array but ``ends`` of shape (columns,).

    words: int64, the place of each column's word among the scores. weights, logs: float64, b and its logarithm to base
    2. ends: int64, shape (tables,), where each table ends.
    """

    words: NDArray[np.int64]
    weights: NDArray[np.float64]
    logs: NDArray[np.float64]
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Which classes have tables at each point, and where; classes of the same words and weights share one.

    tilted: the classes' words. plain: those of the other classes. table_of: of each class, which of the tilted ones
    or, behind these, of the plain ones it has.
    """

    tilted: tuple[Members, ...]
    plain: tuple[Members, ...]
    table_of: NDArray[np.int64]

    @property
    def columns(self) -> int:
        """The columns of all tilted tables at a point, S."""
        return sum(len(ids) for ids, _ in self.tilted)


def layout(classes: Sequence[Members], tilted: Sequence[bool]) -> Layout:
    """Return the layout of the tables of ``classes``."""
    kinds: tuple[dict[bytes, int], dict[bytes, int]] = ({}, {})
    found: tuple[list[Members], list[Members]] = ([], [])
    places = []
    for members, is_tilted in zip(classes, tilted, strict=True):
        kind = 0 if is_tilted else 1
        key = members[0].tobytes() + members[1].tobytes()
        if key not in kinds[kind]:
            kinds[kind][key] = len(found[kind])
            found[kind].append(members)
        places.append((kind, kinds[kind][key]))
    table_of = np.array([place + kind * len(found[0]) for kind, place in places], np.int64)
    return Layout(tuple(found[0]), tuple(found[1]), table_of)


def scene_arrays(
    made: Layout, words: NDArray[np.int64], space: WordSpace, points: NDArray[np.int16], tau: float
) -> Arrays:
    """Return the tables of ``points``, int16 of shape (k, lanes), by name, to be kept.

    words: the ids, ascending, that ``space`` is of: those of the tilted classes. The weights in ``made`` are b. Arrays:
    ``entries`` as in :class:`SceneTables`; ``bits`` and ``agreements``, float64 of shape (k, tables): entropy and
    collision entropy of each table, in bits. Raises InputError if tau is so small that an exponential could overflow.
    """
    exponentials = exponentials_of(space, nats(space, tau))
    count, columns = len(points), made.columns
    plain = sum(len(ids) for ids, _ in made.plain)
    entries = np.empty(count * columns + plain, np.uint64)
    figures = np.empty((2, count, len(made.tilted) + len(made.plain)))
    turned = np.ascontiguousarray(space.rows.T, np.float32)
    places = np.concatenate([np.searchsorted(words, ids) for ids, _ in made.tilted])
    weights = np.concatenate([base for _, base in made.tilted])
    ends = np.cumsum([len(ids) for ids, _ in made.tilted], dtype=np.int64)

    columns_of = Columns(places, weights, np.log2(weights), ends)

    def fill(start: int) -> None:
        for point, scores in enumerate(points[start : start + _ROWS].astype(np.float32) @ turned, start):
            own = entries[point * columns : (point + 1) * columns]
            _fill_point(scores, exponentials, columns_of, own, figures[:, point])

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(fill, range(0, count, _ROWS)))
    at, table = count * columns, len(made.tilted)
    for ids, base in made.plain:
        alone = Columns(np.zeros(len(ids), np.int64), base, np.log2(base), np.array([len(ids)]))
        own = entries[at : at + len(ids)]
        _fill_point(np.zeros(1, np.float32), exponentials, alone, own, figures[:, 0, table : table + 1])
        figures[:, :, table] = figures[:, :1, table]
        at, table = at + len(ids), table + 1
    return {"entries": entries, "bits": figures[0], "agreements": figures[1]}


def scene_tables(made: Layout, entries: NDArray[np.uint64], points: int) -> SceneTables:
    """Return the tables of ``entries``, made of the same layout by :func:`scene_arrays` for so many ``points``."""
    tables = [*made.tilted, *made.plain]
    counts = np.array([len(ids) for ids, _ in tables], np.uint64)
    firsts = np.cumsum(counts) - counts
    starts, strides = firsts.copy(), np.zeros(len(tables), np.uint64)
    strides[: len(made.tilted)] = made.columns
    starts[len(made.tilted) :] += np.uint64((points - 1) * made.columns)
    ids = np.concatenate([ids for ids, _ in tables]).astype(np.uint32)
    of = made.table_of
    return SceneTables(entries, starts[of], strides[of], counts[of], ids, firsts[of])


def check_size(made: Layout, points: int) -> None:
    """Raise InputError, without a field, if the tables would take more memory than :data:`MOST_BYTES`."""
    size = 8 * made.columns * points
    if size > MOST_BYTES:
        most = MOST_BYTES // (8 * made.columns)
        raise InputError(
            f"the tables of {points:,} points would take {size / 2**30:.1f} GiB, the most is {MOST_BYTES >> 30} GiB; "
            + (f"give k={most} or less" if most else "give a grammar of fewer words")
        )


@kernel
def _fill_point(
    scores: NDArray[np.float32],
    exponentials: Exponentials,
    columns: Columns,
    entries: NDArray[np.uint64],
    figures: NDArray[np.float64],
) -> None:
    """Fill the tables of a point, one behind the other; figures: their entropies and collision entropies, in bits."""
    highest = np.int64(scores[0])
    for w in range(len(scores)):
        highest = max(highest, np.int64(scores[w]))
    tilts, logs = np.empty(len(scores)), np.empty(len(scores))
    for w in range(len(scores)):
        below = highest - np.int64(scores[w])
        tilts[w], logs[w] = exp_negative(below, exponentials), below * (exponentials.unit / math.log(2.0))
    first = 0
    for table in range(len(columns.ends)):
        left = np.empty(columns.ends[table] - first)
        total, squares, slope = 0.0, 0.0, 0.0
        for i in range(len(left)):
            word = columns.words[first + i]
            weight = columns.weights[first + i] * tilts[word]
            left[i] = weight
            total += weight
            squares += weight * weight
            slope += weight * (columns.logs[first + i] - logs[word])
        figures[0, table] = math.log2(total) - slope / total
        figures[1, table] = 2.0 * math.log2(total) - math.log2(squares)
        _pair(left, total, entries[first : columns.ends[table]])
        first = columns.ends[table]


@kernel
def _pair(left: NDArray[np.float64], total: float, entries: NDArray[np.uint64]) -> None:
    """Fill one alias table of weights with this sum (Vose 1991); the weights are used up."""
    count = len(left)
    order, scale = np.empty(count, np.int64), count / total
    lights, heavies = 0, count
    for i in range(count):
        left[i] *= scale
        entries[i] = (np.uint64(0xFFFFFFFFFFFF) << np.uint64(16)) | np.uint64(i)
        if left[i] < 1.0:
            order[lights] = i
            lights += 1
        else:
            heavies -= 1
            order[heavies] = i
    while lights > 0 and heavies < count:
        lights -= 1
        small, large = order[lights], order[heavies]
        entries[small] = (np.uint64(left[small] * 281474976710656.0) << np.uint64(16)) | np.uint64(large)
        left[large] -= 1.0 - left[small]
        if left[large] < 1.0:
            heavies += 1
            order[lights] = large
            lights += 1
