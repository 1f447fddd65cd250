"""The draws of ``scene``: derivations by the grammar, a discourse over points, and words from the point's tables."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel, kernel
from hyperphrase.kernels.intrinsics import prefetch
from hyperphrase.laws.meaning.loglinear_draws import Walk, moved
from hyperphrase.laws.scenes.scene_tables import SceneTables
from hyperphrase.laws.text.derivations import Derivations, Leaves, derive, group_end, leaves_of
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import fill_words

SCENE_STREAM = np.uint64(11)
_MOVES = 128  # whose words are made at once
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_TOP = np.uint64(0xFFFF0000)  # of 32 bits, the upper half
_ALIAS_BITS, _ALIAS = np.uint64(16), np.uint64(0xFFFF)
_ENTRY_BITS, _ENTRY = np.uint64(40), np.uint64((1 << 40) - 1)


@kernel
def draw_scenes(batch: Batch, made: Derivations, tables: SceneTables, walk: Walk) -> None:
    """Draw the classes of a group of phrases, then their words, whose entries are on the way from memory meanwhile."""
    key, seeds, _, offsets, ids = batch
    leaves, moves = leaves_of(offsets, made), np.empty(2 * _MOVES, np.uint32)
    first = 0
    while first < len(seeds):
        last = group_end(first, offsets)
        derive(batch, first, last, made, leaves)
        base = offsets[first]
        for phrase in range(first, last):
            start, end = offsets[phrase] - base, offsets[phrase + 1] - base
            if walk.step == 0:
                point = np.uint64(_first_point(moves, seeds[phrase], key, walk))
                for place in range(start, end):
                    _aim(leaves, np.uint64(place), point, tables)
            else:
                _walk_phrase(leaves, start, end, tables, walk, moves, seeds[phrase], key)
        _hit(leaves, tables, ids[base : offsets[last]])
        first = last


@kernel
def mean_points(
    batch: Batch,
    made: Derivations,
    tables: SceneTables,
    walk: Walk,
    points: NDArray[np.int16],
    out: NDArray[np.float32],
) -> None:
    """Write the mean of the points at the tilted words of each phrase into ``out``, (phrases, lanes); 0 without any."""
    key, seeds, _, offsets, _ = batch
    leaves, moves = leaves_of(offsets, made), np.empty(2 * _MOVES, np.uint32)
    sums = np.empty(points.shape[1], np.int64)
    first = 0
    while first < len(seeds):
        last = group_end(first, offsets)
        derive(batch, first, last, made, leaves)
        for phrase in range(first, last):
            sums[:] = 0
            point, count = np.int64(0), 0
            for i in range(offsets[phrase] - offsets[first], offsets[phrase + 1] - offsets[first]):
                if tables.strides[leaves.classes[i] >> _HALF] != 0:
                    point = _next_point(point, count, moves, seeds[phrase], key, walk)
                    count += 1
                    for j in range(len(sums)):
                        sums[j] += points[point, j]
            for j in range(len(sums)):
                out[phrase, j] = np.float32(sums[j] / (4096.0 * max(count, 1)))
        first = last


@inline_kernel
def _aim(leaves: Leaves, place: Any, point: Any, tables: SceneTables) -> None:
    """Choose the column of a word by the 64 bits of its step, exact to 2^-48 of a column, and begin to load its entry.

    The leaf's bits become the fraction, 48 bits, and the column, 16 bits; its class the entry, 40 bits, and where the
    words of the class begin, 24 bits.
    """
    group, bits = leaves.classes[place] >> _HALF, leaves.bits[place]
    count = tables.counts[group]
    low = (bits >> _HALF) * count
    high = (bits & _LOW) * count + (low >> _HALF)
    column = high >> _HALF
    entry = tables.starts[group] + tables.strides[group] * point + column
    prefetch(tables.entries, entry)
    leaves.bits[place] = ((high & _LOW) << _HALF) | (low & _TOP) | column
    leaves.classes[place] = entry | (tables.firsts[group] << _ENTRY_BITS)


@bare_kernel
def _hit(leaves: Leaves, tables: SceneTables, ids: NDArray[np.uint32]) -> None:
    """Write the words of the leaves: that of the column, or of its alias."""
    for i in range(len(ids)):
        place, bits = leaves.classes[i], leaves.bits[i]
        entry = tables.entries[place & _ENTRY]
        chosen = (bits if (bits >> _ALIAS_BITS) < (entry >> _ALIAS_BITS) else entry) & _ALIAS
        ids[i] = tables.ids[(place >> _ENTRY_BITS) + chosen]


@kernel
def _walk_phrase(
    leaves: Leaves,
    start: int,
    end: int,
    tables: SceneTables,
    walk: Walk,
    moves: NDArray[np.uint32],
    seed: np.uint64,
    key: np.uint64,
) -> None:
    """Choose the columns of a phrase's words; the discourse may move before each of a tilted class."""
    point, count = np.int64(0), 0
    for place in range(start, end):
        if tables.strides[leaves.classes[place] >> _HALF] != 0:
            point = _next_point(point, count, moves, seed, key, walk)
            count += 1
        _aim(leaves, np.uint64(place), np.uint64(point), tables)


@inline_kernel
def _first_point(moves: NDArray[np.uint32], seed: Any, key: Any, walk: Walk) -> Any:
    fill_words(moves[:4], 0, SCENE_STREAM, seed, key)
    return moved(np.int64(0), 0, moves[0], moves[1], walk)


@inline_kernel
def _next_point(point: Any, count: int, moves: NDArray[np.uint32], seed: Any, key: Any, walk: Walk) -> Any:
    """Return where the discourse is at tilted word number ``count``, whose words are 2 count and 2 count + 1."""
    place = count % _MOVES
    if place == 0:
        fill_words(moves, count // 2, SCENE_STREAM, seed, key)
    return moved(point, count, moves[2 * place], moves[2 * place + 1], walk)
