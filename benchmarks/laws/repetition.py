"""Plain Python: some words, then the same ones again."""

import random
from itertools import accumulate


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    m: int = 10,
    s: float = 1.0,
    beta: float = 1.7,
    paired: bool = False,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols: m words, their copy, m more, their copy."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    partner = vocabulary // 2 if paired else 0
    ids = range(vocabulary - partner)
    weights = list(accumulate((r + 1 + beta) ** -s for r in ids))
    made = []
    for _ in range(count):
        phrase: list[int] = []
        while len(phrase) < length:
            words = rng.choices(ids, cum_weights=weights, k=m)
            phrase += words + [word + partner for word in words]
        made.append(phrase[:length])
    return made
