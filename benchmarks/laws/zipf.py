"""Plain Python: random.choices searches the cumulated weights."""

import random
from itertools import accumulate


def phrases(
    seed: int, count: int, length: int, vocabulary: int, *, s: float = 1.0, beta: float = 0.0
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids, p(r) proportional to (r + 1 + beta)^-s."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    weights = list(accumulate((rank + 1 + beta) ** -s for rank in range(vocabulary)))
    return [rng.choices(range(vocabulary), cum_weights=weights, k=length) for _ in range(count)]
