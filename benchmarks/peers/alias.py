"""Zipf's law as the peers with columns look it up: an alias table, one step a symbol instead of a binary search."""

import numpy as np
from numpy.typing import NDArray


def zipf_weights(vocabulary: int) -> NDArray[np.float64]:
    """Return the probabilities of Zipf's law with s = 1: float64, shape (vocabulary,), their sum is 1."""
    weights = 1.0 / np.arange(1, vocabulary + 1)
    return np.asarray(weights / weights.sum())


def alias_table(probabilities: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
    """Return (chances, others) of Vose's method (Vose 1991), both of the shape of ``probabilities``.

    A draw takes a column at random; with the column's chance it is the column itself, else its other.
    """
    chances = (probabilities * len(probabilities)).tolist()
    others = list(range(len(chances)))
    small = [column for column, chance in enumerate(chances) if chance < 1.0]
    large = [column for column, chance in enumerate(chances) if chance >= 1.0]
    while small and large:
        column, other = small.pop(), large[-1]
        others[column] = other
        chances[other] -= 1.0 - chances[column]
        if chances[other] < 1.0:
            small.append(large.pop())
    for column in small + large:  # 1, but for rounding
        chances[column] = 1.0
    return np.array(chances), np.array(others, np.uint32)
