"""The keyed permutation of 0..n-1: a bijection at every size, and no more regular than chance."""

import hashlib

import numpy as np
import pytest

from hyperphrase.numbers.feistel import permute_indices


def permuted(size, key):
    return permute_indices(np.arange(size), size, key)


def test_every_small_size_is_permuted():
    for size in range(1, 4097):
        assert np.array_equal(np.sort(permuted(size, 5)), np.arange(size)), size


@pytest.mark.parametrize("bits", [13, 16, 17, 18, 20])
def test_sizes_around_powers_of_two_are_permuted(bits):
    for size in (2**bits - 1, 2**bits, 2**bits + 1):
        assert np.array_equal(np.sort(permuted(size, 2**64 - 1)), np.arange(size)), size


def test_each_key_and_each_index_alone():
    one, other = permuted(1000, 1), permuted(1000, 2)
    assert np.mean(one == other) < 0.01
    assert np.array_equal(permute_indices(np.array([7, 7, 3]), 1000, 1), one[[7, 7, 3]])


def test_the_largest_size_is_permuted_back_into_its_range():
    size = 2**62
    out = permute_indices(np.arange(size - 1000, size), size, 3)
    assert out.min() >= 0
    assert out.max() < size
    assert len(set(out.tolist())) == 1000


@pytest.mark.parametrize("size", [97, 1000, 65_537])
def test_over_all_keys_every_place_is_equally_likely(size):
    """Chi-square of where three indices go, over 20,000 keys in 50 bins; and of the distance of two neighbours."""
    keys = range(20_000)
    edges = np.linspace(0, size, 51)
    expected = np.diff(np.ceil(edges)) / size * len(keys)
    three = np.array([0, 1, size - 1])
    places = np.array([permute_indices(three, size, key) for key in keys]).T
    apart = (places[1] - places[0]) % size  # never 0
    for values, shares in ((p, expected) for p in places):
        seen, _ = np.histogram(values, np.ceil(edges))
        assert ((seen - shares) ** 2 / shares).sum() < 49 + 5 * (2 * 49) ** 0.5
    seen, _ = np.histogram(apart, np.ceil(edges))
    assert ((seen - expected) ** 2 / expected).sum() < 2 * 49 + 5 * (2 * 49) ** 0.5


def test_neighbours_do_not_stay_neighbours():
    out = permuted(100_000, 7)
    assert abs(np.corrcoef(out[:-1], out[1:])[0, 1]) < 0.02
    assert abs(np.corrcoef(out & 1, np.arange(100_000) & 1)[0, 1]) < 0.02


def test_the_order_is_frozen():
    digest = hashlib.sha256(permuted(10_000, 42).astype("<i8").tobytes()).hexdigest()
    assert digest[:16] == "43144b916e54a5a5"
