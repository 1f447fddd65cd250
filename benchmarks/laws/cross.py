"""Plain Python: all words and distances of a phrase at once, then a list of cells, one after the other."""

import functools
import random
from collections import Counter
from itertools import accumulate


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    distance_q: float = 0.5,
    window: int = 512,
    s: float = 1.0,
    beta: float = 1.7,
    paired: bool = False,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols: pairs at the distances of a simulated nest."""
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    partner = vocabulary // 2 if paired else 0
    ids = range(vocabulary - partner)
    weights = list(accumulate((r + 1 + beta) ** -s for r in ids))
    simulated, shares = distances(distance_q, window)
    made = []
    for _ in range(count):
        words = rng.choices(ids, cum_weights=weights, k=length)
        far = rng.choices(simulated, cum_weights=shares, k=length)
        cells = [-1] * length
        for t in range(length):
            if cells[t] < 0:
                cells[t] = words[t]
                place_partner(cells, t, far[t], words[t] + partner)
        made.append(cells)
    return made


def place_partner(cells: list[int], t: int, distance: int, partner: int) -> None:
    """Put the partner of the word at ``t`` where it is wanted, or into the nearest free cell, if any; -1 is free."""
    wanted = t + distance
    if wanted < len(cells):
        for cell in (wanted, wanted - 1, wanted + 1, wanted - 2, wanted + 2):
            if 0 <= cell < len(cells) and cells[cell] < 0:
                cells[cell] = partner
                return


@functools.cache
def distances(q: float, window: int) -> tuple[list[int], list[int]]:
    """Return the distances of the pairs in 2,000 nesting phrases of ``window`` symbols, and their cumulative counts."""
    rng, counts = random.Random(0), Counter[int]()  # noqa: S311 - no secrets here
    for _ in range(2000):
        stack: list[int] = []
        for t in range(window):
            if not stack or rng.random() < q:
                stack.append(t)
            else:
                counts[t - stack.pop()] += 1
    return list(counts), list(accumulate(counts.values()))
