"""``scene``: ``template`` with a softmax over each class at the phrase's point, then ``random.choices``."""

import math
import random
from collections.abc import Mapping, Sequence
from operator import mul

Rules = Mapping[str, Sequence[tuple[float, Sequence[str]]]]
Classes = Mapping[str, Mapping[int, float]]

SMALL: Rules = {"S": [(2.0, ("N", "V")), (1.0, ("N", "V", "N"))]}


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    a: float = 0.25,
    tau: float = 0.45,
    k: int = 512,
    longest: int = 24,
    rules: Rules | None = None,
    tilted: Classes | None = None,
    plain: Classes | None = None,
    vectors: Sequence[Sequence[float]] | None = None,
    points: Sequence[Sequence[float]] | None = None,
    frequencies: Sequence[float] | None = None,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` words, sentences of ``rules`` about one of the points each.

    tilted, plain: the words of each class, with their weights; by default, even ids are nouns and odd ones verbs.
    vectors: one of each word, by default N(0, I) in 50 dimensions. points: by default the directions of the first
    ``k`` words. frequencies: 1 / rank unless given.
    """
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    pi = frequencies or [1.0 / rank for rank in range(1, vocabulary + 1)]
    rows = vectors or [[rng.gauss(0.0, 1.0) for _ in range(50)] for _ in range(vocabulary)]
    places = points or [[x / math.hypot(*row) for x in row] for row in rows[:k]]
    grammar = rules or SMALL
    content = tilted or {
        "N": dict.fromkeys(range(0, vocabulary, 2), 1.0),
        "V": dict.fromkeys(range(1, vocabulary, 2), 1.0),
    }
    others = plain or {}

    def derive(symbol: str) -> list[str]:
        if symbol not in grammar:
            return [symbol]
        weights, alternatives = zip(*grammar[symbol], strict=True)
        return [name for part in rng.choices(alternatives, weights)[0] for name in derive(part)]

    def word(name: str, point: Sequence[float]) -> int:
        if name in others:
            return rng.choices(list(others[name]), [w * pi[i] for i, w in others[name].items()])[0]
        tilts = [w * pi[i] ** a * math.exp(sum(map(mul, point, rows[i])) / tau) for i, w in content[name].items()]
        return rng.choices(list(content[name]), tilts)[0]

    made: list[list[int]] = []
    while len(made) < count:
        names: list[str] = []
        while len(names) < length:
            sentence = derive(next(iter(grammar)))
            while len(sentence) > longest:
                sentence = derive(next(iter(grammar)))
            names += sentence
        if len(names) == length:
            point = rng.choice(places)
            made.append([word(name, point) for name in names])
    return made
