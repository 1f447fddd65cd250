"""Plain Python: all words and coins of a phrase at once, then a stack, one symbol after the other."""

import random
from itertools import accumulate


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    q: float = 0.49,
    close: bool = False,
    s: float = 1.0,
    beta: float = 1.7,
    paired: bool = False,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols: nesting pairs; ``close`` closes all that is open at the end."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    partner = vocabulary // 2 if paired else 0
    ids = range(vocabulary - partner)
    weights = list(accumulate((r + 1 + beta) ** -s for r in ids))
    made = []
    for _ in range(count):
        words = rng.choices(ids, cum_weights=weights, k=length)
        phrase: list[int] = []
        stack: list[int] = []
        for t in range(length):
            forced = close and len(stack) == length - t
            if not stack or (rng.random() < q and not forced):
                phrase.append(words[t])
                stack.append(words[t])
            else:
                phrase.append(stack.pop() + partner)
        made.append(phrase)
    return made
