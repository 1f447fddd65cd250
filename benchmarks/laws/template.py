"""``template``: sentences from the top by ``random.choices``, and phrases of another length thrown away."""

import functools
import random

from hyperphrase.laws.text.shipped_grammars import shipped_grammar
from hyperphrase.lexicon.lexicon import build_lexicon

Choices = dict[str, tuple[list[tuple[str, ...]], list[float]]]


def phrases(
    seed: int,
    count: int,
    length: int,
    vocabulary: int,
    *,
    longest: int = 40,
    frequencies: bool = True,
    grammar: str | None = None,
    words: dict[str, tuple[int, float]] | None = None,
) -> list[list[int]]:
    """Return ``count`` phrases of ``length`` ids; words: id and frequency of each, those of the English lexicon."""
    rng = random.Random(seed)  # noqa: S311 - as published scripts draw
    known = words or _english(vocabulary)
    text = grammar or shipped_grammar("english").decode()
    rules = _read(text, known, frequencies)
    start = next(line.split()[0] for line in text.split("\n") if "->" in line)

    def derive(symbol: str) -> list[int]:
        if symbol not in rules:
            return [known[symbol][0]]
        alternatives, weights = rules[symbol]
        return [word for part in rng.choices(alternatives, weights)[0] for word in derive(part)]

    made: list[list[int]] = []
    while len(made) < count:
        phrase: list[int] = []
        while len(phrase) < length:
            sentence = derive(start)
            while len(sentence) > longest:
                sentence = derive(start)
            phrase += sentence
        if len(phrase) == length:
            made.append(phrase)
    return made


def _read(text: str, known: dict[str, tuple[int, float]], frequencies: bool) -> Choices:
    """Return of each name its alternatives, with their weights: a class's are its words."""
    rules: Choices = {}
    for line in text.split("\n"):
        name, kind, rest = [*line.split(maxsplit=2), "", "", ""][:3]
        alternatives, weights = rules.setdefault(name, ([], []))
        if kind == "->":
            for part in rest.split("|"):
                symbols = part.split()
                weights.append(float(symbols.pop(0)) if symbols[0][0] in "0123456789." else 1.0)
                alternatives.append(tuple(symbols))
        elif kind in ("=", "~"):
            for item in rest.split():
                word, _, weight = item.partition("*")
                if word in known:
                    alternatives.append((word,))
                    weights.append(float(weight or 1) * (known[word][1] if frequencies else 1.0))
    return {name: found for name, found in rules.items() if found[0]}


@functools.cache
def _english(vocabulary: int) -> dict[str, tuple[int, float]]:
    lexicon = build_lexicon("english", vocabulary, "stable", lambda path: open(path, "rb"))  # noqa: PTH123, SIM115
    frequencies = lexicon.frequencies.tolist()
    return {word: (i, frequencies[i]) for i, word in enumerate(lexicon.words)}
