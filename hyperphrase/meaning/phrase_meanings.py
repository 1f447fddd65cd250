"""The meaning of a phrase: a direction in the space of word vectors, the sum of one row for each word.

There are two ways to weight words, and a third for laws that know what a phrase is about
(:mod:`hyperphrase.meaning.discourses`). All are linear, so the row of each word is computed only once:

sif: smooth inverse frequency (Arora, Liang and Ma 2017). Row w is a / (a + p(w)) v_w, minus its projection on the first
principal component u of the law's phrases of seeds 0 to 2047, each represented by the mean of its rows.

whitening: Zipfian whitening (Yokoi, Bao, Kurita and Shimodaira 2024, arXiv 2411.00680). Row w is C^-1/2 (v_w - mu),
where mu and C are mean and covariance of the vectors under p; the root is the symmetric one, which does not rotate the
axes.

p is the frequency in the lexicon, normalised over the words that have a vector; a word without a vector has a row of
zeros. Only the direction of a phrase's vector is stored, since cosines need no more: int8, with the largest component
127.

The bytes are the same on every machine: rows are computed by basic IEEE arithmetic in a fixed order (eigenvectors by
Jacobi rotations) and rounded to int16 once; all later arithmetic is on integers.
"""

import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.files import CorpusFiles
from hyperphrase.corpus.layout import WORDS_FILE
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.kernels import kernel
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import MAX_DIMENSIONS, WordVectors
from hyperphrase.numbers.eigenvectors import eigen
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import CHUNK, Phrases, seed_range
from hyperphrase.untrusted.npy_header import read_header

_MAX_WORDS_BYTES = 1 << 31  # 2 GiB, the file of words of the largest vocabulary in 1,024 dimensions
SIF_A = 1e-3  # the parameter a, as in the paper
_LEAST_COVERED = 0.5  # share of the lexicon, by frequency, that must have vectors for meanings to be useful
_LARGEST = 32767  # a sum of 65,535 of them, the longest phrase, fits into 32 bits
_SMALLEST = 1e-9  # eigenvalues below this share of the largest are rounding errors


@dataclass(frozen=True, eq=False)
class Meanings:
    """The vectors that the hyperwords add to the meaning of a phrase.

    rows: int16, shape (V, d).
    """

    rows: NDArray[np.int16]

    @property
    def dimensions(self) -> int:
        """The number of components of a meaning, d."""
        return int(self.rows.shape[1])

    def of(self, block: PhraseBlock) -> NDArray[np.int8]:
        """Return the meaning of each phrase: int8, shape (phrases, d); zeros if none of its words has a vector."""
        out = np.empty((len(block), self.dimensions), np.int8)
        _directions(block.ids, block.offsets, self.rows, out)
        return out

    def dumps(self) -> bytes:
        """Return the rows as a ``.npy`` file: the same bytes on every machine."""
        stream = io.BytesIO()
        np.lib.format.write_array(stream, np.ascontiguousarray(self.rows, "<i2"), version=(1, 0), allow_pickle=False)
        return stream.getvalue()


def loads(data: bytes, vocabulary: int, where: str) -> Meanings:
    """Return the rows that :meth:`Meanings.dumps` wrote, from untrusted bytes. Raises CorruptError."""
    stream = io.BytesIO(data)
    try:
        dtype, shape, fortran = read_header(stream)
    except ValueError as error:
        raise CorruptError(f"{where}: not a table of words: {error}") from error
    right = dtype == np.dtype("<i2") and len(shape) == 2 and shape[0] == vocabulary and not fortran
    if not right or not 1 <= shape[1] <= MAX_DIMENSIONS:
        raise CorruptError(f"{where}: {dtype} of shape {shape}, not int16 with {vocabulary} rows"[:300])
    first, size = stream.tell(), vocabulary * shape[1] * dtype.itemsize
    if len(data) != first + size:
        raise CorruptError(f"{where}: {len(data) - first} bytes of rows, its header says {size}")
    return Meanings(np.frombuffer(data, np.dtype("<i2"), size // 2, first).reshape(shape).astype(np.int16))


def load_meanings(files: CorpusFiles, vocabulary: int) -> Meanings:
    """Return the rows of the words in a corpus's dictionary. Raises CorruptError if they are missing or damaged."""
    data, path = files.read(WORDS_FILE, _MAX_WORDS_BYTES), files.path(WORDS_FILE)
    if data is None:
        raise CorruptError(f"{path}: is missing")
    return loads(data, vocabulary, path)


def build_meanings(kind: str, vectors: WordVectors, lexicon: Lexicon, phrases: Phrases) -> Meanings:
    """Compute the rows of all hyperwords. Raises InputError if too few words have vectors."""
    used = np.where(vectors.present, lexicon.frequencies, 0.0)
    covered = math.fsum(used) / math.fsum(lexicon.frequencies)
    if covered < _LEAST_COVERED:
        problem = f"{covered:.1%} of the lexicon {lexicon.name} have word vectors, by frequency"
        advice = f"meanings need {_LEAST_COVERED:.0%}: take `lexicon=english`, `lexicon=russian` or English words"
        raise InputError(f"{problem}; {advice}", field="dictionary", value=kind)
    shares = used / math.fsum(used)
    dimensions = vectors.values.shape[1]
    if kind == "whitening":
        mean, covariance = _moments(vectors.values, shares)
        root = _inverse_root(covariance)
        return Meanings(rounded(_rows(vectors.values, np.where(vectors.present, 1.0, 0.0), mean, root)))
    weights = np.where(vectors.present, SIF_A / (SIF_A + shares), 0.0)
    centre, same = np.zeros(dimensions), np.eye(dimensions)
    first = Meanings(rounded(_rows(vectors.values, weights, centre, same)))
    component = _first_component(first, phrases)
    away = same - component[:, None] * component[None, :]
    return Meanings(rounded(_rows(vectors.values, weights, centre, away)))


def _first_component(meanings: Meanings, phrases: Phrases) -> NDArray[np.float64]:
    """Return the first principal component, (d,), of the mean rows of the law's first phrases."""
    block = phrases.draw(seed_range(0, CHUNK))
    means = np.empty((len(block), meanings.dimensions))
    _means(block.ids, block.offsets, meanings.rows, means)
    values, components = eigen(_products(means))
    return np.ascontiguousarray(components[:, int(np.argmax(values))])


def _inverse_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the symmetric matrix^-1/2; directions whose eigenvalue is almost 0 are left out."""
    values, components = eigen(matrix)
    inverse = np.zeros_like(values)
    kept = values > _SMALLEST * values.max()
    inverse[kept] = 1.0 / np.sqrt(values[kept])
    return _scaled_product(components, inverse)


@kernel
def _directions(
    ids: NDArray[np.uint32], offsets: NDArray[np.int64], rows: NDArray[np.int16], out: NDArray[np.int8]
) -> None:
    """Write the rounded direction of the sum of each phrase's rows."""
    sums = np.empty(rows.shape[1], np.int32)
    for phrase in range(len(offsets) - 1):
        sums[:] = 0
        for i in range(offsets[phrase], offsets[phrase + 1]):
            row = rows[ids[i]]
            for j in range(len(sums)):
                sums[j] += row[j]
        largest = np.int64(0)
        for j in range(len(sums)):
            largest = max(largest, abs(np.int64(sums[j])))
        for j in range(len(sums)):
            size = (254 * abs(np.int64(sums[j])) + largest) // max(2 * largest, np.int64(1))
            out[phrase, j] = size if sums[j] >= 0 else -size


@kernel
def _means(
    ids: NDArray[np.uint32], offsets: NDArray[np.int64], rows: NDArray[np.int16], out: NDArray[np.float64]
) -> None:
    """Write the mean of each phrase's rows; the sums are integers, so their order does not matter."""
    for phrase in range(len(offsets) - 1):
        out[phrase] = 0.0
        for i in range(offsets[phrase], offsets[phrase + 1]):
            for j in range(rows.shape[1]):
                out[phrase, j] += rows[ids[i], j]
        length = max(offsets[phrase + 1] - offsets[phrase], 1)
        for j in range(rows.shape[1]):
            out[phrase, j] /= length


@kernel
def _products(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of x x^T over the rows x of ``vectors``, in order: float64, shape (d, d)."""
    d = vectors.shape[1]
    total = np.zeros((d, d))
    for i in range(len(vectors)):
        for j in range(d):
            for k in range(d):
                total[j, k] += vectors[i, j] * vectors[i, k]
    return total


@kernel
def _moments(vectors: NDArray[np.float32], shares: NDArray[np.float64]) -> Any:
    """Return mean (d,) and covariance (d, d) of the vectors under ``shares``, which sum to 1."""
    d = vectors.shape[1]
    mean, covariance, x = np.zeros(d), np.zeros((d, d)), np.empty(d)
    for i in range(len(vectors)):
        for j in range(d):
            mean[j] += shares[i] * vectors[i, j]
    for i in range(len(vectors)):
        for j in range(d):
            x[j] = vectors[i, j] - mean[j]
        for j in range(d):
            weighted = shares[i] * x[j]
            for k in range(d):
                covariance[j, k] += weighted * x[k]
    return mean, covariance


@kernel
def _rows(
    vectors: NDArray[np.float32],
    weights: NDArray[np.float64],
    centre: NDArray[np.float64],
    matrix: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return weight (vector - centre) matrix for each word: float64, (V, d)."""
    d = vectors.shape[1]
    out = np.zeros((len(vectors), d))
    for i in range(len(vectors)):
        if weights[i] > 0.0:
            for j in range(d):
                x = weights[i] * (vectors[i, j] - centre[j])
                for k in range(d):
                    out[i, k] += x * matrix[j, k]
    return out


@kernel
def _scaled_product(components: NDArray[np.float64], scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return U diag(scales) U^T."""
    d = len(scales)
    out = np.zeros((d, d))
    for i in range(d):
        for j in range(d):
            for k in range(d):
                out[j, k] += components[j, i] * scales[i] * components[k, i]
    return out


def rounded(rows: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return the rows of hyperwords, (V, d), scaled to the largest absolute value 32,767, and rounded."""
    largest = float(np.abs(rows).max())
    scaled = rows * (_LARGEST / largest if largest else 0.0)
    return np.floor(scaled + 0.5).astype(np.int16)
