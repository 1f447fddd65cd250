"""``markov``: counted into dictionaries, drawn by ``random.choices``."""

import random
from collections import Counter, defaultdict

START = -1


def phrases(
    seed: int, count: int, length: int, vocabulary: int, *, lines: list[list[int]], order: int
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids that follow each other as in ``lines``, ids below ``vocabulary``."""
    rng = random.Random(seed)  # noqa: S311 - as published scripts draw
    after: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for line in lines:
        row = [START, *line]
        for i in range(1, len(row)):
            for start in range(max(0, i - order), i + 1):
                after[tuple(row[start:i])][row[i]] += 1
    tables = {context: (list(found), list(found.values())) for context, found in after.items()}
    made = []
    for _ in range(count):
        row = [START]
        while len(row) <= length:
            context = tuple(row[-order:])
            while context not in tables:
                context = context[1:]
            words, weights = tables[context]
            row.append(rng.choices(words, weights)[0])
        made.append(row[1:])
    return made
