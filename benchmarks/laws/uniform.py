"""Plain Python: a whole number below V for each symbol."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids, independent and uniform."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    return [[rng.randrange(vocabulary) for _ in range(length)] for _ in range(count)]
