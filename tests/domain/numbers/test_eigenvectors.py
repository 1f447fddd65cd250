"""Eigenvectors: those of numpy, and frozen."""

import hashlib

import numpy as np
import pytest

from hyperphrase.numbers.eigenvectors import eigen


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_eigenvectors_are_those_of_numpy(size):
    random = np.random.default_rng(size)
    root = random.normal(size=(size, size))
    matrix = root @ root.T
    values, vectors = eigen(matrix)
    assert np.allclose(np.linalg.eigvalsh(matrix), np.sort(values))
    assert np.allclose(matrix, (vectors * values) @ vectors.T)
    assert np.allclose(np.eye(size), vectors @ vectors.T)


def test_eigenvectors_of_nothing():
    values, vectors = eigen(np.zeros((3, 3)))
    assert [0.0, 0.0, 0.0] == values.tolist()
    assert np.array_equal(np.eye(3), vectors)


def test_bits_are_frozen():
    matrix = np.add.outer(np.arange(30.0), np.arange(30.0) ** 2) % 17
    values, vectors = eigen(matrix + matrix.T)
    assert "a0a1910624373a32" == hashlib.sha256(values.tobytes() + vectors.tobytes()).hexdigest()[:16]
