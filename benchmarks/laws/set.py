"""Plain Python: a list, and what a set lets through."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return ``count`` phrases of at most ``length`` symbols: tokens, a separator, the distinct ones among them."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        x = [rng.randrange(vocabulary - 1) for _ in range((length - 1) // 2)]
        phrase, seen = [*x, vocabulary - 1], set()
        for token in x:
            if token not in seen:
                seen.add(token)
                phrase.append(token)
        made.append(phrase)
    return made
