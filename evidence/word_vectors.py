"""Word vectors by counting: how often words stand near each other, PPMI, truncated SVD; and their nearest neighbours.

This is the matrix that skip-gram with negative sampling factors implicitly (Levy and Goldberg 2014, Neural Word
Embedding as Implicit Matrix Factorization). It has no learning rate, no first weights and no order of the data.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def counts_near(phrases: NDArray[Any], vocabulary: int, window: int) -> sparse.csr_array:
    """Return how often word b stands at most ``window`` words before or behind word a: int64, (vocabulary, vocabulary).

    phrases: ids, (phrases, length). Pairs do not cross phrases.

    >>> counts_near(np.array([[0, 1, 2]]), 3, window=1).toarray().tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    ids = phrases.astype(np.int64)
    pairs = np.zeros(vocabulary * vocabulary, np.int64)
    for distance in range(1, window + 1):
        before, behind = ids[:, :-distance], ids[:, distance:]  # each (phrases, length - distance)
        pairs += np.bincount((before * vocabulary + behind).ravel(), minlength=len(pairs))
    ordered = sparse.csr_array(pairs.reshape(vocabulary, vocabulary))
    return sparse.csr_array(ordered + ordered.T)


def ppmi(counts: sparse.csr_array) -> sparse.csr_array:
    """Return max(0, log(p(a, b) / (p(a) p(b)))) of each pair, in nats; pairs that were never seen have 0."""
    of_word = np.asarray(counts.sum(axis=1), float)
    pairs = counts.tocoo()
    a, b = pairs.coords
    information = np.log(pairs.data * of_word.sum() / (of_word[a] * of_word[b]))
    kept = information > 0
    return sparse.csr_array((information[kept], (a[kept], b[kept])), counts.shape)


def word_vectors(counts: sparse.csr_array, dimensions: int) -> Floats:
    """Return a vector of each word: float64, (vocabulary, dimensions); dimensions is less than the vocabulary.

    They are the rows of U S^(1/2), where U S V is the truncated SVD of PPMI: Levy and Goldberg's symmetric form.
    """
    left, values, _ = svds(ppmi(counts), k=dimensions, v0=np.ones(counts.shape[0]), return_singular_vectors="u")
    vectors: Floats = left * np.sqrt(values)
    return vectors


def nearest(vectors: NDArray[Any], count: int) -> Ints:
    """Return the ``count`` nearest other words of each word by cosine, in any order: int64, (words, count)."""
    rows = np.asarray(vectors, float)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    return np.argpartition(-cosines, count - 1, axis=1)[:, :count]


def shared_neighbours(learned: NDArray[Any], known: NDArray[Any], count: int) -> Floats:
    """Return for each word the share of its ``count`` nearest neighbours that two sets of vectors agree on: (words,).

    learned, known: (words, dimensions), of the same words; their dimensions may differ.
    """
    ours, theirs = nearest(learned, count), nearest(known, count)
    shares: Floats = (ours[:, :, None] == theirs[:, None, :]).any(axis=2).mean(axis=1)
    return shares
