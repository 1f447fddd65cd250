"""The draws of ``loglinear``: a discourse over points, and words from the table of the current point.

Most of the time goes to loads from memory: tables and vectors are larger than the processor's caches. So the symbols of
many phrases are drawn together, 4,096 at once. Each step is a loop of its own over all that still wait for a word, and
no loop has a branch that depends on what it loads: the processor then waits for many loads at once.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel, kernel
from hyperphrase.kernels.intrinsics import i64, prefetch
from hyperphrase.laws.meaning.head_tables import REST, Heads, look_up_heads
from hyperphrase.laws.meaning.softmax_tables import LINE, Exponentials, exp_negative
from hyperphrase.numbers.alias_table import AliasTable, look_up
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import SYMBOL_STREAM, fill_words, philox_block
from hyperphrase.numbers.single_draws import bernoulli

PROPOSAL_STREAM = np.uint64(6)
_SYMBOLS = 4096  # drawn at once
_AHEAD = 16  # rows that are loaded before their turn
_ATTEMPTS = 1 << 16  # at a symbol: that all fail has a probability below 2^-200
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_UNIFORM = 2.0**-53


class Walk(NamedTuple):
    """How a discourse moves.

    near: uint32, shape (points, 8), where it may move to from each point. step: the threshold of moving.
    """

    near: NDArray[np.uint32]
    step: np.uint64


class Judge(NamedTuple):
    """What decides whether a proposed word is taken: arrays of SoftmaxTables, and the points, as wide as ``rows``.

    offsets: ``rows`` as int32; the last one of a row is the word's offset.
    """

    rows: NDArray[np.int8]
    offsets: NDArray[np.int32]
    points: NDArray[np.int16]
    bounds: NDArray[np.int64]
    exponentials: Exponentials


class _Group(NamedTuple):
    """Symbols that are drawn together, neighbours in the batch, up to _SYMBOLS; arrays of shape (symbols,).

    numbers: uint64, which symbol of its phrase each is. seeds: uint64, its phrase's. points: uint32, where the
    discourse is at it.
    """

    numbers: NDArray[np.uint64]
    seeds: NDArray[np.uint64]
    points: NDArray[np.uint32]


class _Waiting(NamedTuple):
    """The symbols of a group that have no word yet, in the first places of arrays of shape (symbols,).

    places: uint32, which of the group. blocks, seeds: uint64, of their random numbers. points: uint32.
    words: uint32, random ones: word j of number i is at j * _SYMBOLS + i. tried: uint32, the id drawn.
    wide, narrow: uint64 and uint32, entries of tables. below: int64, how far a score is below the bound.
    """

    places: NDArray[np.uint32]
    blocks: NDArray[np.uint64]
    seeds: NDArray[np.uint64]
    points: NDArray[np.uint32]
    words: NDArray[np.uint32]
    tried: NDArray[np.uint32]
    wide: NDArray[np.uint64]
    narrow: NDArray[np.uint32]
    below: NDArray[np.int64]


@inline_kernel
def moved(point: Any, i: Any, third: Any, fourth: Any, walk: Walk) -> Any:
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
    """Draw group after group: in each attempt all that wait from the heads, then those of the rest from proposals."""
    room = min(_SYMBOLS, batch.offsets[-1] - batch.offsets[0])
    group = _Group(np.empty(room, np.uint64), np.empty(room, np.uint64), np.empty(room, np.uint32))
    waiting = _Waiting(
        np.empty(room, np.uint32),
        np.empty(room, np.uint64),
        np.empty(room, np.uint64),
        np.empty(room, np.uint32),
        np.empty(3 * _SYMBOLS + room, np.uint32),
        np.empty(room, np.uint32),
        np.empty(room, np.uint64),
        np.empty(room, np.uint32),
        np.empty(room, np.int64),
    )
    phrase, point = i64(0), i64(0)
    for first in range(batch.offsets[0], batch.offsets[-1], _SYMBOLS):
        ids = batch.ids[first : min(first + _SYMBOLS, batch.offsets[-1])]
        phrase = _gather(batch, first, phrase, len(ids), group)
        left, attempt = len(ids), 0
        for i in range(left):
            waiting.places[i] = i
        while left > 0 and attempt < _ATTEMPTS:
            _random_words(group, waiting, left, attempt, SYMBOL_STREAM, batch.key)
            if attempt == 0:
                point = _walk(group, left, point, walk, waiting.words)
            left = _from_heads(group, waiting, left, heads, ids)
            _random_words(group, waiting, left, attempt, PROPOSAL_STREAM, batch.key)
            _propose(waiting, left, proposals)
            _score(waiting, left, judge)
            left = _judge(waiting, left, judge.exponentials, ids)
            attempt += 1


@kernel
def _gather(batch: Batch, first: int, phrase: int, count: int, group: _Group) -> int:
    """Fill a group with ``count`` symbols from number ``first`` of the batch, in ``phrase``; return the next phrase."""
    offsets, done = batch.offsets, i64(0)
    while done < count:
        begin, stop = offsets[phrase] - first, min(offsets[phrase + 1] - first, count)
        for i in range(done, stop):
            group.numbers[i] = i - begin
            group.seeds[i] = batch.seeds[phrase]
        done = stop
        phrase += stop == offsets[phrase + 1] - first
    return phrase


@bare_kernel
def _random_words(group: _Group, waiting: _Waiting, left: int, attempt: int, stream: np.uint64, key: np.uint64) -> None:
    """Make the four words of ``attempt`` for each of the first ``left`` that wait."""
    places, blocks, seeds, words = waiting.places, waiting.blocks, waiting.seeds, waiting.words
    for i in range(left):
        blocks[i] = group.numbers[places[i]] + np.uint64(attempt << 16)
    for i in range(left):
        seeds[i] = group.seeds[places[i]]
    k0, k1 = key & _LOW, key >> _HALF
    for i in range(left):  # LLVM vectorises it: the words are in one array, at constant distances
        w0, w1, w2, w3 = philox_block(blocks[i], stream, seeds[i] & _LOW, seeds[i] >> _HALF, k0, k1)
        words[i] = w0
        words[_SYMBOLS + i] = w1
        words[2 * _SYMBOLS + i] = w2
        words[3 * _SYMBOLS + i] = w3


@bare_kernel
def _walk(group: _Group, count: int, point: int, walk: Walk, words: NDArray[np.uint32]) -> int:
    """Write where the discourse is at each symbol, given where it was before; return where it is at the last."""
    for i in range(count):
        point = moved(point, group.numbers[i], words[2 * _SYMBOLS + i], words[3 * _SYMBOLS + i], walk)
        group.points[i] = point
    return point


@kernel
def _from_heads(group: _Group, waiting: _Waiting, left: int, heads: Heads, ids: NDArray[np.uint32]) -> int:
    """Draw from the heads into ``ids``; keep those of the rest, return their number."""
    places, points, words, tried = waiting.places, waiting.points, waiting.words, waiting.tried
    for i in range(left):
        points[i] = group.points[places[i]]
    look_up_heads(words[:left], words[_SYMBOLS : _SYMBOLS + left], points[:left], heads, waiting.wide, tried[:left])
    kept = i64(0)
    for i in range(left):
        place, point = places[i], points[i]
        ids[place] = tried[i]
        places[kept], points[kept] = place, point
        kept += tried[i] == REST
    return kept


@kernel
def _propose(waiting: _Waiting, left: int, proposals: AliasTable) -> None:
    """Propose a word for each of the first ``left`` symbols."""
    words, tried, found = waiting.words, waiting.tried, waiting.narrow
    if look_up(words[:left], proposals, found[:left], tried[:left]):
        tails, bits = proposals.tails, proposals.bits
        for i in range(left):
            word, entry = words[i], found[i]
            column, fraction = word >> np.uint32(32 - bits), word & np.uint32((1 << (32 - bits)) - 1)
            if fraction == entry >> np.uint32(bits):
                own = words[_SYMBOLS + i] >> np.uint32(24 - bits) < tails[column]
                tried[i] = column if own else entry & np.uint32((1 << bits) - 1)


@bare_kernel
def _score(waiting: _Waiting, left: int, judge: Judge) -> None:
    """Write how far the scores of the proposed words are below their points' bounds.

    Sums are below 2^31; that they are cast to int32 at each step lets LLVM take pairs of products at once.
    """
    tried, points, below = waiting.tried, waiting.points, waiting.below
    rows, offsets, places, bounds, _ = judge
    lanes, last = np.uint64(rows.shape[1]), offsets.shape[1] - 1
    for i in range(min(_AHEAD, left)):
        for lane in range(0, lanes, LINE):
            prefetch(rows, np.uint64(tried[i]) * lanes + np.uint64(lane))
    for i in range(left):
        later = np.uint64(tried[min(i + _AHEAD, left - 1)]) * lanes
        for lane in range(0, lanes, LINE):
            prefetch(rows, later + np.uint64(lane))
        word, point = np.uint64(tried[i]), np.uint64(points[i])
        row, place = rows[word], places[point]
        score = np.int32(0)
        for j in range(len(place)):
            score = np.int32(score + np.int32(np.int32(row[j]) * np.int32(place[j])))
        below[i] = bounds[point] - np.int64(score) - np.int64(offsets[word, last])


@bare_kernel
def _judge(waiting: _Waiting, left: int, exponentials: Exponentials, ids: NDArray[np.uint32]) -> int:
    """Write the words that are taken into ``ids``, REST for the others; keep these, return their number."""
    places, words, tried = waiting.places, waiting.words, waiting.tried
    kept = i64(0)
    for i in range(left):
        below, place = waiting.below[i], places[i]
        bits = (np.uint64(words[2 * _SYMBOLS + i]) << np.uint64(21)) | np.uint64(
            words[3 * _SYMBOLS + i] >> np.uint32(11)
        )
        taken = (below >= 0) & (np.float64(bits) * _UNIFORM < exp_negative(max(below, 0), exponentials))
        ids[place] = tried[i] if taken else np.uint32(REST)
        places[kept] = place
        kept += not taken
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
