"""Plain Python: cell after cell, row after row."""

import random


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    rule: int = 110,
    width: int = 64,
    window: int = 64,
    patch: int = 8,
    every: int = 1,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols: rows of an elementary cellular automaton on a ring."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        row = [rng.randrange(2) for _ in range(width)]
        phrase: list[int] = []
        while len(phrase) < length:
            for start in range(0, window, patch):
                phrase.append(int("".join(map(str, row[start : start + patch])), 2))
            for _ in range(every):
                row = [
                    (rule >> (4 * row[i - 1] + 2 * row[i] + row[(i + 1) % width])) & 1 for i in range(width)
                ]  # row[-1] is the ring's last cell
        made.append(phrase[:length])
    return made
