"""Plain Python: a list of cells and a stack, one cell after the other."""

import random
from itertools import accumulate

from benchmarks.laws.cross import distances, place_partner


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    eps: float = 0.01,
    q: float = 0.49,
    distance_q: float = 0.5,
    window: int = 512,
    s: float = 1.0,
    beta: float = 1.7,
    paired: bool = False,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` symbols: nesting pairs, and at a share ``eps`` of free cells crossing."""
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
        stack: list[int] = []
        for t in range(length):
            if cells[t] >= 0:
                continue
            if rng.random() < eps:
                cells[t] = words[t]
                place_partner(cells, t, far[t], words[t] + partner)
            elif not stack or rng.random() < q:
                cells[t] = words[t]
                stack.append(words[t])
            else:
                cells[t] = stack.pop() + partner
        made.append(cells)
    return made
