"""``permutation`` as scripts do it: draw uniformly, keep a set of what was drawn, and draw again what is in it."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return ``count`` distinct phrases, uniform without replacement; there have to be as many."""
    source = random.Random(seed)  # noqa: S311 - not cryptography
    seen: set[tuple[int, ...]] = set()
    made: list[list[int]] = []
    while len(made) < count:
        phrase = tuple(source.randrange(vocabulary) for _ in range(length))
        if phrase not in seen:
            seen.add(phrase)
            made.append(list(phrase))
    return made
