"""``mixture``: one law's plain version a phrase, chosen by ``random.choices``."""

import importlib
import random
from typing import Any


def phrases(
    seed: int, count: int, length: int, vocabulary: int, *, components: list[dict[str, Any]]
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids; components: ``weight`` and ``law``, a name with its parameters."""
    rng = random.Random(seed)  # noqa: S311 - as published scripts draw
    order = rng.choices(range(len(components)), [component["weight"] for component in components], k=count)
    drawn = []
    for i, component in enumerate(components):
        parameters = {name: value for name, value in component["law"].items() if name != "name"}
        module = importlib.import_module(f"benchmarks.laws.{component['law']['name']}")
        drawn.append(iter(module.phrases(seed + i, order.count(i), length, vocabulary, **parameters)))
    return [next(drawn[i]) for i in order]
