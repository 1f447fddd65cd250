"""Plain Python: a count of open brackets for each type, and a list of the types that have some whenever one closes."""

import random


def phrases(
    seed: int, count: int, length: int, vocabulary: int, *, k: int = 64, p: float = 0.51, max_depth: int = 8
) -> list[list[int]]:
    """Return ``count`` beginnings, of ``length`` brackets, of words in which each of ``k`` types is balanced.

    vocabulary: 2k.
    """
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        phrase: list[int] = []
        counts = [0] * k
        while len(phrase) < length:
            depth = sum(counts)
            if depth == 0 or (depth < max_depth and rng.random() < p):
                kind = rng.randrange(k)
                counts[kind] += 1
                phrase.append(kind)
            else:
                kind = rng.choice([i for i in range(k) if counts[i]])
                counts[kind] -= 1
                phrase.append(k + kind)
        made.append(phrase)
    return made
