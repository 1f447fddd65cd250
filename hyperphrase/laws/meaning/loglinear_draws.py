"""The draws of ``loglinear``: a discourse over points, and words from the table of the current point.

Where the head of a table gives no word, words are proposed for all such symbols of a phrase together, so that the
processor waits for many loads from memory at once.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.laws.meaning.softmax_tables import REST, Exponentials, Heads, exp_negative, head_or_rest
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import SYMBOL_STREAM, fill_words, philox_block
from hyperphrase.numbers.single_draws import STEPS, bernoulli

PROPOSAL_STREAM = np.uint64(6)
_ATTEMPTS = 1 << 16  # at a symbol: that all fail has a probability below 2^-200
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class Walk(NamedTuple):
    """How a discourse moves.

    near: uint32, shape (points, 8), where it may move to from each point. step: the threshold of moving.
    """

    near: NDArray[np.uint32]
    step: np.uint64


class Judge(NamedTuple):
    """What decides whether a proposed word is taken: arrays of SoftmaxTables, and the points.

    offsets: ``rows`` as int32; the last one of a row is the word's offset.
    """

    rows: NDArray[np.int8]
    offsets: NDArray[np.int32]
    points: NDArray[np.int16]
    bounds: NDArray[np.int64]
    exponentials: Exponentials


class _Waiting(NamedTuple):
    """The symbols that no word is drawn for yet, in the first places of arrays of shape (STEPS,).

    symbols, points: int64, which symbol, and where the discourse is at it. tried: int64, the word proposed for it.
    chances: float64, a uniform number from 0 to 1 that decides whether the word is taken.
    """

    symbols: NDArray[np.int64]
    points: NDArray[np.int64]
    tried: NDArray[np.int64]
    chances: NDArray[np.float64]


@inline_kernel
def moved(point: Any, i: int, third: Any, fourth: Any, walk: Walk) -> Any:
    """Return where the discourse is at symbol i, given where it was and two words."""
    near = walk.near
    if i == 0:
        count = np.uint64(len(near))
        return np.int64((np.uint64(third) * count + ((np.uint64(fourth) * count) >> _HALF)) >> _HALF)
    if bernoulli(third, walk.step):
        return np.int64(near[point, fourth >> np.uint32(29)])
    return point


@kernel
def draw_phrases(batch: Batch, walk: Walk, heads: Heads, proposals: AliasTable, judge: Judge) -> None:
    """Draw phrase after phrase, up to 128 symbols at once: all from the heads, then those of the rest."""
    key, seeds, offsets = batch.key, batch.seeds, batch.offsets
    words = np.empty(4 * STEPS, np.uint32)
    symbols, points = np.empty(STEPS, np.int64), np.empty(STEPS, np.int64)
    waiting = _Waiting(symbols, points, np.empty(STEPS, np.int64), np.empty(STEPS, np.float64))
    for phrase in range(len(seeds)):
        seed, ids, point = seeds[phrase], batch.ids[offsets[phrase] : offsets[phrase + 1]], np.int64(0)
        for start in range(0, len(ids), STEPS):
            count, left = min(STEPS, len(ids) - start), 0
            fill_words(words[: (count + 7) // 8 * 32], start, SYMBOL_STREAM, seed, key)
            for i in range(count):
                point = moved(point, start + i, words[4 * i + 2], words[4 * i + 3], walk)
                word = head_or_rest(words[4 * i], words[4 * i + 1], heads, point)
                ids[start + i] = word
                symbols[left], points[left] = start + i, point
                left += word == REST
            attempt = 0
            while left > 0 and attempt < _ATTEMPTS:
                _propose(waiting, left, proposals, attempt, seed, key)
                _judge(waiting, left, judge, ids)
                attempt += 1
                left = _draw_again(waiting, left, heads, ids, attempt, seed, key)


@kernel
def _propose(
    waiting: _Waiting, left: int, proposals: AliasTable, attempt: int, seed: np.uint64, key: np.uint64
) -> None:
    """Propose a word, number ``attempt``, for each of the first ``left`` symbols."""
    symbols, _, tried, chances = waiting
    entries, tails, bits = proposals
    column_shift, fraction_mask = np.uint64(32 - bits), np.uint64((1 << (32 - bits)) - 1)
    alias_mask = np.uint32((1 << bits) - 1)
    low, high, k0, k1 = seed & _LOW, seed >> _HALF, key & _LOW, key >> _HALF
    for i in range(left):
        block = np.uint64(symbols[i] + (attempt << 16))
        w0, w1, w2, w3 = philox_block(block, PROPOSAL_STREAM, low, high, k0, k1)
        column, fraction = w0 >> column_shift, w0 & fraction_mask
        entry = entries[column]
        head = np.uint64(entry >> np.uint32(bits))
        own = fraction < head
        if fraction == head:
            own = (w1 >> np.uint64(24 - bits)) < np.uint64(tails[column])
        tried[i] = np.int64(column) if own else np.int64(entry & alias_mask)
        chances[i] = np.float64((w2 << np.uint64(21)) | (w3 >> np.uint64(11))) * 2.0**-53


@kernel
def _judge(waiting: _Waiting, left: int, judge: Judge, ids: NDArray[np.uint32]) -> None:
    """Write the words that are taken into ``ids`` at their symbols, REST for the others."""
    symbols, points, tried, chances = waiting
    rows, offsets, places, bounds, exponentials = judge
    for i in range(left):
        row, place = rows[tried[i]], places[points[i]]
        score = np.int32(0)
        for j in range(len(place)):
            score += np.int32(row[j]) * np.int32(place[j])
        below = bounds[points[i]] - np.int64(score) - np.int64(offsets[tried[i], -1])
        taken = below >= 0 and chances[i] < exp_negative(max(below, 0), exponentials)
        ids[symbols[i]] = tried[i] if taken else REST


@kernel
def _draw_again(
    waiting: _Waiting,
    left: int,
    heads: Heads,
    ids: NDArray[np.uint32],
    attempt: int,
    seed: np.uint64,
    key: np.uint64,
) -> int:
    """Draw those of the first ``left`` symbols again that have no word; keep those of the rest, return their number."""
    symbols, points = waiting.symbols, waiting.points
    low, high, k0, k1 = seed & _LOW, seed >> _HALF, key & _LOW, key >> _HALF
    refused = 0
    for i in range(left):
        symbols[refused], points[refused] = symbols[i], points[i]
        refused += ids[symbols[i]] == REST
    kept = 0
    for i in range(refused):
        symbol, point = symbols[i], points[i]
        w0, w1, _, _ = philox_block(np.uint64(symbol + (attempt << 16)), SYMBOL_STREAM, low, high, k0, k1)
        word = head_or_rest(np.uint32(w0), np.uint32(w1), heads, point)
        ids[symbol] = word
        symbols[kept], points[kept] = symbol, point
        kept += word == REST
    return kept


@kernel
def mean_points(
    key: np.uint64,
    seeds: NDArray[np.uint64],
    lengths: NDArray[np.int64],
    walk: Walk,
    points: NDArray[np.int16],
    out: NDArray[np.float32],
) -> None:
    """Write the mean of the points that each discourse is at into ``out``: (number of seeds, lanes)."""
    words = np.empty(4, np.uint32)
    sums = np.empty(points.shape[1], np.int64)
    for phrase in range(len(seeds)):
        point = np.int64(0)
        sums[:] = 0
        for i in range(lengths[phrase]):
            fill_words(words, i, SYMBOL_STREAM, seeds[phrase], key)
            point = moved(point, i, words[2], words[3], walk)
            for j in range(len(sums)):
                sums[j] += points[point, j]
        for j in range(len(sums)):
            out[phrase, j] = np.float32(sums[j] / (4096.0 * max(lengths[phrase], 1)))
