"""Plain Python: two lists, and what a set lets through of both."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return ``count`` phrases of at most ``length`` symbols: x, separator, y, separator, their distinct tokens."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        x = [rng.randrange(vocabulary - 1) for _ in range((length - 1) // 2)]
        half = (len(x) + 1) // 2
        phrase, seen = [*x[:half], vocabulary - 1, *x[half:], vocabulary - 1], set()
        for token in x:
            if token not in seen:
                seen.add(token)
                phrase.append(token)
        made.append(phrase)
    return made
