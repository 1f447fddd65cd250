"""The draws of ``scene``: derivations by the grammar, a discourse over points, and words from the point's tables."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.meaning.loglinear_draws import Walk, moved
from hyperphrase.laws.scenes.scene_tables import SceneTables
from hyperphrase.laws.text.derivations import Derivations, Leaves, derive, group_end, leaves_of
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import fill_words

SCENE_STREAM = np.uint64(11)
_MOVES = 128  # whose words are made at once
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@kernel
def draw_scenes(batch: Batch, made: Derivations, tables: SceneTables, walk: Walk) -> None:
    """Draw the classes of a group of phrases, then their words, of which the processor fetches many at once."""
    key, seeds, _, offsets, ids = batch
    leaves, moves = leaves_of(offsets, made), np.empty(2 * _MOVES, np.uint32)
    first = 0
    while first < len(seeds):
        last = group_end(first, offsets)
        derive(batch, first, last, made, leaves)
        base = offsets[first]
        for phrase in range(first, last):
            start, end = offsets[phrase] - base, offsets[phrase + 1] - base
            part = ids[offsets[phrase] : offsets[phrase + 1]]
            if walk.step == 0:
                point = np.uint64(_first_point(moves, seeds[phrase], key, walk))
                for i in range(end - start):
                    part[i] = _word(leaves, start + i, point, tables)
            else:
                _walk_phrase(part, leaves, start, tables, walk, moves, seeds[phrase], key)
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
def _word(leaves: Leaves, place: Any, point: Any, tables: SceneTables) -> Any:
    """Return the id of the word at ``place``, drawn by the 64 bits of its step, exact to 2^-48 of a column."""
    group, bits = leaves.classes[np.uint64(place)] >> _HALF, leaves.bits[np.uint64(place)]
    count = tables.counts[group]
    low = (bits >> _HALF) * count
    high = (bits & _LOW) * count + (low >> _HALF)
    column = high >> _HALF
    fraction = ((high & _LOW) << np.uint64(16)) | ((low >> np.uint64(16)) & np.uint64(0xFFFF))
    entry = tables.entries[tables.starts[group] + tables.strides[group] * point + column]
    chosen = column if fraction < (entry >> np.uint64(16)) else entry & np.uint64(0xFFFF)
    return tables.ids[tables.firsts[group] + chosen]


@kernel
def _walk_phrase(
    ids: NDArray[np.uint32],
    leaves: Leaves,
    start: int,
    tables: SceneTables,
    walk: Walk,
    moves: NDArray[np.uint32],
    seed: np.uint64,
    key: np.uint64,
) -> None:
    """Draw the words of a phrase, whose leaves begin at ``start``; the discourse may move before each tilted one."""
    point, count = np.int64(0), 0
    for i in range(len(ids)):
        if tables.strides[leaves.classes[start + i] >> _HALF] != 0:
            point = _next_point(point, count, moves, seed, key, walk)
            count += 1
        ids[i] = _word(leaves, start + i, np.uint64(point), tables)


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
