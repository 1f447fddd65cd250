"""``pitman_yor``: tables with their counts, walked through for each symbol."""

import random


def phrases(
    seed: int, count: int, length: int, vocabulary: int, *, d: float, theta: float, s: float = 0.0, beta: float = 0.0
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids below ``vocabulary``."""
    rng = random.Random(seed)  # noqa: S311 - as published scripts draw
    ids, weights = range(vocabulary), [(r + 1 + beta) ** -s for r in range(vocabulary)]
    cumulated: list[float] = []
    for weight in weights:
        cumulated.append(weight + (cumulated[-1] if cumulated else 0.0))
    made = []
    for _ in range(count):
        tables: list[list[int]] = []  # of each table: its word and its symbols
        phrase: list[int] = []
        for n in range(length):
            at = rng.random() * (n + theta) - (theta + d * len(tables))
            if at < 0 or not tables:
                tables.append([rng.choices(ids, cum_weights=cumulated)[0], 0])
                table = tables[-1]
            else:
                for table in tables:
                    at -= table[1] - d
                    if at < 0:
                        break
            table[1] += 1
            phrase.append(table[0])
        made.append(phrase)
    return made
