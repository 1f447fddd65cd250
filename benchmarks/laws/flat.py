"""Plain Python: all words of a phrase at once, then a list of those that are open, one symbol after the other."""

import random
from itertools import accumulate


def phrases(
    seed: int, count: int, length: int, vocabulary: int, *, s: float = 1.0, beta: float = 0.0, paired: bool = False
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols, an even number: pairs opened and closed in random order."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    partner = vocabulary // 2 if paired else 0
    ids = range(vocabulary - partner)
    weights = list(accumulate((r + 1 + beta) ** -s for r in ids))
    made = []
    for _ in range(count):
        words = rng.choices(ids, cum_weights=weights, k=length // 2)
        phrase: list[int] = []
        pending: list[int] = []
        while words or pending:
            if rng.random() < len(words) / (len(words) + len(pending)):
                pending.append(words.pop())
                phrase.append(pending[-1])
            else:
                phrase.append(pending.pop(rng.randrange(len(pending))) + partner)
        made.append(phrase)
    return made
