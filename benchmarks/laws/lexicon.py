"""Plain Python: random.choices searches the cumulated frequencies."""

import random
from collections.abc import Sequence
from itertools import accumulate


def phrases(seed: int, count: int, length: int, vocabulary: int, *, frequencies: Sequence[float]) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids, as often as ``frequencies`` says."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    weights = list(accumulate(frequencies))
    return [rng.choices(range(vocabulary), cum_weights=weights, k=length) for _ in range(count)]
