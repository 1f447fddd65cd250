"""The nearest meanings: by cosine, ties by seed, and never a meaning that has no direction."""

import numpy as np
import pytest

from hyperphrase.meaning.nearest import Nearest, nearest

D = 6


def made_up(count):
    vectors = (np.arange(count * D) * 7919 % 251 - 125).astype(np.int8).reshape(count, D)
    return np.arange(count, dtype=np.uint64) * np.uint64(3), vectors


def by_numpy(query, seeds, vectors, count):
    values, asked = vectors.astype(float), query.astype(float)
    cosines = values @ asked / np.sqrt((values**2).sum(axis=1) * (asked**2).sum())
    order = np.lexsort((seeds, -np.round(cosines, 12)))[:count]
    return seeds[order].tolist(), cosines[order]


@pytest.mark.parametrize("count", [1, 2, 10, 499, 500, 1000])
def test_the_nearest_are_those_of_numpy(count):
    seeds, vectors = made_up(500)
    for query in vectors[:5]:
        found = nearest(query, seeds, vectors, count)
        expected_seeds, expected = by_numpy(query, seeds, vectors, count)
        assert expected_seeds == found.seeds.tolist()
        assert np.allclose(expected, found.cosines)


def test_ties_are_broken_by_seed():
    vectors = np.tile(np.array([[3, 4]], np.int8), (9, 1))
    seeds = np.array([9, 2, 7, 4, 5, 6, 3, 8, 1], np.uint64)
    found = nearest(np.array([3, 4], np.int8), seeds, vectors, 4)
    assert [1, 2, 3, 4] == found.seeds.tolist()
    assert [1.0] * 4 == found.cosines.tolist()


def test_what_has_no_direction_is_near_to_nothing():
    vectors = np.array([[0, 0], [-5, 0], [5, 0]], np.int8)
    found = nearest(np.array([1, 0], np.int8), np.arange(3, dtype=np.uint64), vectors, 3)
    assert ([2, 1], [1.0, -1.0]) == (found.seeds.tolist(), found.cosines.tolist())
    nothing = nearest(np.zeros(2, np.int8), np.arange(3, dtype=np.uint64), vectors, 3)
    assert [] == nothing.seeds.tolist()


def test_parts_give_what_the_whole_gives():
    seeds, vectors = made_up(300)
    query = vectors[17]
    whole = nearest(query, seeds, vectors, 20)
    parts = [nearest(query, seeds[i : i + 70], vectors[i : i + 70], 20) for i in range(0, 300, 70)]
    assert whole.seeds.tolist() == Nearest.best(parts, 20).seeds.tolist()
    assert [] == Nearest.best([], 5).seeds.tolist()


def test_the_largest_components_do_not_overflow():
    vectors = np.full((2, 1024), 127, np.int8)
    vectors[1] = -128
    found = nearest(vectors[0], np.arange(2, dtype=np.uint64), vectors, 2)
    assert np.allclose([1.0, -1.0], found.cosines)
