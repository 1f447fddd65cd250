"""Plain Python: a stack, and a coin a symbol."""

import random


def phrases(seed: int, count: int, length: int, vocabulary: int, *, k: int = 64, p: float = 0.49) -> list[list[int]]:
    """Return ``count`` balanced words of ``length`` brackets of ``k`` types; ``vocabulary`` is 2k."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    made = []
    for _ in range(count):
        phrase: list[int] = []
        stack: list[int] = []
        while len(phrase) < length:
            if not stack or (len(stack) < length - len(phrase) and rng.random() < p):
                kind = rng.randrange(k)
                stack.append(kind)
                phrase.append(kind)
            else:
                phrase.append(k + stack.pop())
        made.append(phrase)
    return made
