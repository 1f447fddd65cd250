"""The space that a discourse moves in: word vectors in eight bits, and points on the sphere among them.

Everything here is in whole numbers that floating point represents exactly, so that sums and matrix products are the
same in any order, on any machine, by any BLAS; besides there are single divisions and square roots, which IEEE 754
rounds the same everywhere.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.lexicon.word_vectors import WordVectors
from hyperphrase.numbers.philox import fill_words

RADIUS = 4096  #: length of a discourse vector: with words of int8 and d up to 1024, a dot product is below 2^24
NEAR = 8  #: points that a discourse may step to
LANES = 16  #: rows are padded with zeros to a multiple of it, by four zeros or more
_MOST = 7.99  # largest coordinate of GloVe; larger ones are clipped
_FIXED = 4096.0  # a coordinate of GloVe in whole numbers: at most 2^15
_PLACED = 30  # words a point, from which points are placed
_ROUNDS = 6  # of k-means
_CHUNK = 1 << 16  # rows made at a time
_SHRINK = 2.0**-21  # from a product of 2^20 and 2^16, times 50, to where squares add up below 2^53
_UNIT = 169.0  # length of a whitened word: no coordinate is above 127 but where one is three quarters of its length
_WORD_STREAM = np.uint64(5)
_BYTES = 12  # bytes whose sum is one normal coordinate: its standard deviation is 256


@dataclass(frozen=True, eq=False)
class WordSpace:
    """Word vectors in whole numbers.

    rows: int8, shape (V, lanes): ``unit`` times the vector of each word, then four zeros or more, to a multiple of
    16 lanes.
    unit: what 1 is. The mean of the squared lengths is d over the words that have a vector, in these units.
    """

    rows: NDArray[np.int8]
    unit: float

    def longest(self) -> float:
        """Return the length of the longest vector, rounded up, in whole numbers of ``rows``."""
        return math.sqrt(float(_squares(self.rows).max())) + 1.0


def scaled(vectors: WordVectors) -> WordSpace:
    """Return ``vectors`` as they are, but for their unit. Raises InputError if all are zero."""
    values = vectors.values
    top = float(np.abs(values).max())
    if top == 0.0:
        raise InputError("all vectors are zero; give others")
    squares = [np.floor(part * (2.0**20 / top) + 0.5) for part in _parts(values)]
    total = math.fsum(float(row) for part in squares for row in (part * part).sum(axis=1))  # each below 2^50: exact
    length = math.sqrt(
        total / (int(vectors.present.sum()) * values.shape[1])
    )  # of a coordinate, the mean, in 2^-20 top
    rows = _padded(len(values), values.shape[1])
    for start, part in zip(range(0, len(values), _CHUNK), _parts(values), strict=True):
        rows[start : start + _CHUNK, : values.shape[1]] = np.floor(part * (127.0 / top) + 0.5)
    return WordSpace(rows, 127.0 / (2.0**20 / length))


def whitened(vectors: WordVectors, common: NDArray[np.float32]) -> WordSpace:
    """Return ``vectors`` centred, whitened and of length sqrt(d); ``common``, (n, d), gives mean and covariance.

    Raw vectors share a direction and vary in few dimensions, so that most discourses would have about the same words,
    and the longest vectors would be the most probable ones of each.
    """
    learned = np.floor(_fixed(common) + 0.5)
    mean = np.floor(learned.sum(axis=0) / len(learned) + 0.5)
    learned = learned - mean
    covariance = (learned.T @ learned) / len(learned)  # sums below 2^48: exact
    inverse = np.floor(_inverse_root(covariance) * 2.0**32 + 0.5)
    shrink = 2.0 ** -max(0, math.frexp(float(np.abs(inverse).max()))[1] - 20)
    inverse = np.floor(inverse * shrink)  # below 2^20, so that a product is below 2^20 * 2^16 * 1024
    rows = _padded(*vectors.values.shape)
    turned = np.ascontiguousarray(inverse.T)

    def whiten(start: int) -> None:
        part = slice(start, start + _CHUNK)
        _whiten(vectors.values[part], vectors.present[part], mean, turned, rows[part])

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(whiten, range(0, len(rows), _CHUNK)))
    return WordSpace(rows, _UNIT / math.sqrt(len(mean)))


def gaussian_vectors(words: int, dimensions: int) -> WordVectors:
    """Return vectors of independent coordinates, normal but for their tails: the sum of 12 random bytes each.

    Mean 0, variance 1 to 2^-16, kurtosis 2.9, never above 6; the same in every recipe.
    """
    values = np.empty((words, dimensions), np.float32)
    _fill_gaussian(values)
    return WordVectors(values, np.ones(words, np.bool_))


def points(space: WordSpace, count: int) -> NDArray[np.int16]:
    """Place ``count`` points, fewer if fewer words have a vector, on the sphere where frequent words lie.

    Spherical k-means (Dhillon and Modha 2001) over the 30 * ``count`` most frequent words that have a vector, six
    rounds, from evenly spread ones of them. Returns int16, shape (points, lanes): vectors of length 4096.
    """
    words = np.flatnonzero(space.rows.any(axis=1))[: _PLACED * count]
    members = space.rows[words]
    count = min(count, len(members))
    places = _directions(members[np.arange(count) * len(members) // count].astype(np.float64), RADIUS)
    exact = members.astype(np.float32)
    for _ in range(_ROUNDS):
        nearest = np.concatenate([(part @ places.T.astype(np.float32)).argmax(axis=1) for part in _parts32(exact)])
        sums = np.zeros(places.shape, np.int64)
        _add_rows(members, nearest, sums)
        places = np.where(np.any(sums, axis=1, keepdims=True), _directions(sums.astype(np.float64), RADIUS), places)
    return places.astype(np.int16)


def near_points(places: NDArray[np.int16]) -> NDArray[np.uint32]:
    """Return the points that a discourse at each point may step to: uint32, shape (points, 8).

    They are those of the 8 nearest that also have the point among their own 8 nearest, and the point itself instead of
    the others: steps are as probable in one direction as back, so a discourse is equally often at every point.
    """
    count, near = len(places), min(NEAR, len(places) - 1)
    exact = places.astype(np.float64)
    ranked = np.empty((count, near), np.int64)
    own = np.arange(count)
    for i in range(count):
        order = -(exact @ exact[i]).astype(np.int64) * count + own  # below 2^37; ties go to the lower number
        order[i] = np.iinfo(np.int64).max
        ranked[i] = np.sort(np.partition(order, near - 1)[:near]) % count if near else 0
    in_turn = np.equal(ranked[ranked], own[:, None, None])
    out = np.repeat(own[:, None], NEAR, axis=1)
    out[:, :near] = np.where(np.any(in_turn, axis=2), ranked, own[:, None])
    return out.astype(np.uint32)


def _fixed(values: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.clip(values.astype(np.float64), -_MOST, _MOST) * _FIXED


def _parts(values: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    return [values[start : start + _CHUNK].astype(np.float64) for start in range(0, len(values), _CHUNK)]


def _parts32(values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [values[start : start + 4096] for start in range(0, len(values), 4096)]


def _padded(words: int, dimensions: int) -> NDArray[np.int8]:
    return np.zeros((words, -(-(dimensions + 4) // LANES) * LANES), np.int8)


def _squares(rows: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the squared length of each row."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows, dtype=np.int64))


def _directions(whole: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """Return rows of whole numbers brought to ``length`` and rounded; zeros stay."""
    top = np.abs(whole).max()
    small = np.floor(whole * 2.0 ** -max(0, math.frexp(float(top))[1] - 21) + 0.5)  # squares add up below 2^53
    lengths = np.sqrt((small * small).sum(axis=1))
    return np.asarray(np.floor(small * (length / np.maximum(lengths, 1.0))[:, None] + 0.5))


@kernel
def _inverse_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of the Cholesky factor of a covariance, lower triangular, in a fixed order of operations."""
    n = len(matrix)
    factor, inverse = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= factor[i, k] * factor[j, k]
            factor[i, j] = math.sqrt(max(rest, 1e-9 * matrix[i, i] + 1e-300)) if i == j else rest / factor[j, j]
        inverse[i, i] = 1.0 / factor[i, i]
        for j in range(i):
            total = 0.0
            for k in range(j, i):
                total -= factor[i, k] * inverse[k, j]
            inverse[i, j] = total / factor[i, i]
    return inverse


@kernel
def _whiten(
    values: NDArray[np.float32],
    present: NDArray[np.bool_],
    mean: NDArray[np.float64],
    turned: NDArray[np.float64],
    rows: NDArray[np.int8],
) -> None:
    """Write the product of each centred word and ``turned``, brought to the length of a word, into ``rows``.

    All sums are of whole numbers below 2^53.
    """
    dimensions = values.shape[1]
    product = np.empty(dimensions, np.float64)
    for i in range(len(values)):
        if not present[i]:
            continue
        product[:] = 0.0
        for k in range(dimensions):
            centred = np.floor(min(max(np.float64(values[i, k]), -_MOST), _MOST) * _FIXED + 0.5) - mean[k]
            for j in range(dimensions):
                product[j] += centred * turned[k, j]
        squares = 0.0
        for j in range(dimensions):
            product[j] = np.floor(product[j] * _SHRINK + 0.5)
            squares += product[j] * product[j]
        factor = _UNIT / math.sqrt(max(squares, 1.0))
        for j in range(dimensions):
            rows[i, j] = np.int8(min(max(np.floor(product[j] * factor + 0.5), -127.0), 127.0))


@kernel
def _add_rows(rows: NDArray[np.int8], labels: NDArray[np.int64], sums: NDArray[np.int64]) -> None:
    for i in range(len(rows)):
        for j in range(rows.shape[1]):
            sums[labels[i], j] += rows[i, j]


@kernel
def _fill_gaussian(values: NDArray[np.float32]) -> None:
    """Make each coordinate of word i of three words of its stream: 12 bytes."""
    words = np.empty(-(-values.shape[1] * 3 // 32) * 32, np.uint32)
    for i in range(len(values)):
        fill_words(words, 0, _WORD_STREAM, np.uint64(i), np.uint64(0))
        for j in range(values.shape[1]):
            total = -1530  # twelve times the mean of a byte
            for k in range(_BYTES):
                total += int((words[3 * j + k // 4] >> np.uint32(8 * (k % 4))) & np.uint32(255))
            values[i, j] = np.float32(total) / np.float32(256.0)
