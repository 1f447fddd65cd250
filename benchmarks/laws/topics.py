"""``topics``: Dirichlet weights by gamma variates, then a topic and a word by ``random.choices``."""

import random
from itertools import accumulate

_MOST = 5000  # sticks of a topic


def phrases(
    seed: int, count: int, length: int, vocabulary: int, *, k: int, alpha: float, eta: float, s: float, beta: float
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids below ``vocabulary``; the topics' words come from ``seed`` too."""
    rng = random.Random(seed)  # noqa: S311 - as published scripts draw
    cumulated = list(accumulate((r + 1 + beta) ** -s for r in range(vocabulary)))
    ids, topics = range(vocabulary), range(k)
    of_topics = []
    for _ in topics:
        left = 1.0
        sticks: list[float] = []
        while left > 1e-4 and len(sticks) < _MOST:
            share = rng.betavariate(1.0, eta)
            sticks.append(left * share)
            left *= 1.0 - share
        of_topics.append((rng.choices(ids, cum_weights=cumulated, k=len(sticks)), list(accumulate(sticks))))
    made = []
    for _ in range(count):
        theta = [rng.gammavariate(alpha, 1.0) for _ in topics]
        phrase = []
        for z in rng.choices(topics, theta, k=length):
            words, weights = of_topics[z]
            phrase.append(rng.choices(words, cum_weights=weights)[0])
        made.append(phrase)
    return made
