"""Plain Python: a list, and the list again."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols: tokens, a separator, the same tokens."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        x = [rng.randrange(vocabulary - 1) for _ in range((length - 1) // 2)]
        made.append([*x, vocabulary - 1, *x])
    return made
