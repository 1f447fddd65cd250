"""Plain Python: the softmax over all words whenever the discourse has moved, then ``random.choices``."""

import math
import random
from collections.abc import Sequence
from itertools import accumulate
from operator import mul


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    a: float = 0.75,
    tau: float = 0.5,
    step: float = 0.02,
    k: int = 1024,
    vectors: Sequence[Sequence[float]] | str = "gaussian",
    frequencies: Sequence[float] | None = None,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` words around a discourse that moves over ``k`` points of the sphere.

    The points are the directions of the first ``k`` words. ``vectors`` that are a name stand for N(0, I) in 50
    dimensions, frequencies are 1 / rank unless given.
    """
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    if isinstance(vectors, str):
        vectors = [[rng.gauss(0.0, 1.0) for _ in range(50)] for _ in range(vocabulary)]
    base = [f**a for f in frequencies or [1.0 / rank for rank in range(1, vocabulary + 1)]]
    points = [[x / math.hypot(*row) for x in row] for row in vectors[:k]]
    made = []
    for _ in range(count):
        phrase: list[int] = []
        point, sums = rng.choice(points), None
        while len(phrase) < length:
            if phrase and rng.random() < step:
                ranked = sorted(points, key=lambda other: -sum(map(mul, point, other)))
                point, sums = rng.choice(ranked[1:9] or [point]), None
            if sums is None:
                scores = (sum(map(mul, point, row)) / tau for row in vectors)
                sums = list(accumulate(w * math.exp(score) for w, score in zip(base, scores, strict=True)))
            phrase += rng.choices(range(vocabulary), cum_weights=sums)
        made.append(phrase)
    return made
