"""Plain Python: a list, one of its tokens, and a list comprehension."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return ``count`` phrases of at most ``length`` symbols: tokens, separator, one of them, separator, the others."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        x = [rng.randrange(vocabulary - 1) for _ in range((length - 1) // 2)]
        token = x[rng.randrange(len(x))]
        rest = [other for other in x if other != token]
        made.append([*x, vocabulary - 1, token, vocabulary - 1, *rest])
    return made
