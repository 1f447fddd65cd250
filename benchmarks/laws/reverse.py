"""Plain Python: a list, and the list reversed."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols: tokens, a separator, the tokens in reverse."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        x = [rng.randrange(vocabulary - 1) for _ in range((length - 1) // 2)]
        made.append([*x, vocabulary - 1, *reversed(x)])
    return made
