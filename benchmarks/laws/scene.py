"""``scene``: ``template`` with a softmax over each class at the phrase's point, then ``random.choices``."""

import math
import random
from collections.abc import Callable, Container, Mapping, Sequence
from itertools import accumulate
from operator import mul

Rules = Mapping[str, Sequence[tuple[float, Sequence[str]]]]
Classes = Mapping[str, Mapping[int, float]]
Rows = Sequence[Sequence[float]]

SMALL: Rules = {"S": [(2.0, ("N", "V")), (1.0, ("N", "V", "N"))]}


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    a: float = 0.25,
    tau: float = 0.45,
    step: float = 0.0,
    k: int = 512,
    longest: int = 24,
    stop: bool = False,
    rules: Rules = SMALL,
    tilted: Classes | None = None,
    plain: Classes | None = None,
    vectors: Rows | str = "gaussian",
    points: Rows | None = None,
    frequencies: Sequence[float] | None = None,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` words, sentences of ``rules`` about one of the points each.

    stop: whether the last id follows each sentence. tilted, plain: the words of each class, with their weights; by
    default, even ids are nouns and odd ones verbs. ``vectors`` that are a name stand for N(0, I) in 50 dimensions.
    points: by default the directions of the first ``k`` words. frequencies: 1 / rank unless given.
    """
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    pi = frequencies or [1.0 / rank for rank in range(1, vocabulary + 1)]
    if isinstance(vectors, str):
        vectors = [[rng.gauss(0.0, 1.0) for _ in range(50)] for _ in range(vocabulary)]
    places = points or [[x / math.hypot(*row) for x in row] for row in vectors[:k]]
    content = (
        dict(tilted) if tilted else {name: dict.fromkeys(range(i, vocabulary, 2), 1.0) for i, name in enumerate("NV")}
    )
    others = {**(plain or {}), ".": {vocabulary - 1: 1.0}}
    words = {name: list(of) for name, of in (content | others).items()}

    def weights(name: str, point: Sequence[float]) -> list[float]:
        if name in others:
            return [weight * pi[i] for i, weight in others[name].items()]
        scores = (sum(map(mul, point, vectors[i])) / tau for i in content[name])
        return [w * pi[i] ** a * math.exp(score) for (i, w), score in zip(content[name].items(), scores, strict=True)]

    made: list[list[int]] = []
    while len(made) < count:
        names: list[str] = []
        while len(names) < length:
            names += [*_sentence(rng, rules, longest), *(["."] if stop else [])]
        if len(names) == length:
            made.append(_words(rng, names, places, step, weights, words, content))
    return made


def _words(
    rng: random.Random,
    names: Sequence[str],
    places: Rows,
    step: float,
    weights: Callable[[str, Sequence[float]], list[float]],
    words: Mapping[str, list[int]],
    tilted: Container[str],
) -> list[int]:
    """Return a word of each class, around a point that may move before those of tilted classes."""
    phrase: list[int] = []
    sums: dict[str, list[float]] = {}
    point = rng.choice(places)
    for name in names:
        if phrase and name in tilted and rng.random() < step:
            ranked = sorted(places, key=lambda other: -sum(map(mul, point, other)))
            point, sums = rng.choice(ranked[1:9] or [point]), {}
        if name not in sums:
            sums[name] = list(accumulate(weights(name, point)))
        phrase += rng.choices(words[name], cum_weights=sums[name])
    return phrase


def _sentence(rng: random.Random, rules: Rules, longest: int) -> list[str]:
    """Return the classes of a sentence of at most ``longest`` words."""

    def derive(symbol: str) -> list[str]:
        if symbol not in rules:
            return [symbol]
        weights, alternatives = zip(*rules[symbol], strict=True)
        return [name for part in rng.choices(alternatives, weights)[0] for name in derive(part)]

    while True:
        sentence = derive(next(iter(rules)))
        if len(sentence) <= longest:
            return sentence
