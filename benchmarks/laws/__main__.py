"""``python -m benchmarks.laws``: symbols a second of each law on one core, beside a plain Python version of it.

Writes the table results/laws.md. Both draw phrases of 100 symbols or, where a law makes none of that length, of the
next length that it makes, over 250,000 hyperwords or as many as the law has. Ours is the best of several draws of as
many phrases as the program draws at a time, lengths included. Plain Python draws as many as it takes a second for, less
the time of one phrase, so that its tables do not count.
"""

import argparse
import functools
import importlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from benchmarks.laws import zipf
from benchmarks.machine import machine
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import Fixed
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon
from hyperphrase.phrases.phrases import CHUNK, Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe

VOCABULARY, LENGTH = 250_000, 100
RESULTS = Path(__file__).parents[1] / "results" / "laws.md"
REPEATS = 9
ENOUGH = 1.0  # seconds that plain Python draws for, at least

#: Laws that need parameters; ``{text}`` is a file of :func:`text_of`.
PARAMETERS = {"markov": "markov:file={text}", "mixture": "mixture:0.7*zipf:s=1.0+0.3*nest:q=0.4"}
#: What a plain version needs beside the law's parameters.
EXTRA: dict[str, Callable[[Lexicon], dict[str, Any]]] = {
    "lexicon": lambda lexicon: {"frequencies": lexicon.frequencies.tolist()},
    "markov": lambda lexicon: {"lines": text_of(lexicon)},
}


def text_of(lexicon: Lexicon) -> list[list[int]]:
    """Return 5,000 lines of 40 ids by Zipf's law: a text to learn from."""
    return zipf.phrases(1, 5000, 40, lexicon.vocabulary)


@dataclass(frozen=True)
class Rate:
    """One row of the table: symbols a second of ours and of plain Python."""

    law: str
    vocabulary: int
    length: int
    ours: float
    plain: float


def measure(name: str) -> Rate:
    """Return the rates of one law."""
    law = law_of(name)
    lexicon = _lexicon(law.vocabulary() or VOCABULARY)
    length = next(n for n in range(LENGTH, 2 * LENGTH) if law.makes(np.array([n]), lexicon.vocabulary)[0])
    recipe = Recipe(law, Fixed(length=length), lexicon.vocabulary, lexicon.digest)
    recipe.check()
    ours = _ours(Phrases(recipe, lambda: lexicon))
    return Rate(name, lexicon.vocabulary, length, ours, _plain(law, lexicon, length))


def law_of(name: str) -> SymbolLaw:
    """Return the law with its default parameters, or those that it needs."""
    option = PARAMETERS.get(name, name)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        if "{text}" in option:
            lexicon = _lexicon(VOCABULARY)
            file.writelines(" ".join(lexicon.words[i] for i in line) + "\n" for line in text_of(lexicon))
            file.flush()
        return parse_law(option.format(text=file.name), SYMBOL_LAWS, "law", _open)


@functools.cache
def _lexicon(vocabulary: int) -> Lexicon:
    return build_lexicon("english", vocabulary, "stable", _open)


def _ours(phrases: Phrases) -> float:
    seeds = seed_range(0, CHUNK)
    symbols = len(phrases.draw_reused(seeds).ids)  # compiles
    return symbols / min(_seconds(lambda: phrases.draw_reused(seeds)) for _ in range(REPEATS))


def _plain(law: SymbolLaw, lexicon: Lexicon, length: int) -> float:
    phrases: Callable[..., list[list[int]]] = importlib.import_module(f"benchmarks.laws.{law.name}").phrases
    parameters = {name: value for name, value in law.to_json().items() if name not in ("name", "digest")}
    if law.name in EXTRA:
        parameters.update(EXTRA[law.name](lexicon))

    def draw(count: int) -> tuple[int, float]:
        begin = time.perf_counter()
        made = phrases(0, count, length, lexicon.vocabulary, **parameters)
        return sum(map(len, made)), time.perf_counter() - begin

    first, start = draw(1)
    count, symbols, seconds = 1, first, 0.0
    while seconds - start < ENOUGH:
        count *= 4
        symbols, seconds = draw(count)
    return (symbols - first) / (seconds - start)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _open(path: str) -> BinaryIO:
    return Path(path).open("rb")


def table(rates: Sequence[Rate]) -> Iterator[str]:
    """Yield the lines of the results, in Markdown."""
    yield "# Symbols a second of each law, on one core"
    yield ""
    yield f"`python -m benchmarks.laws` on {machine()['processor']}; what is measured says its docstring."
    yield ""
    yield "| law | V | symbols in a phrase | ours, M symbols/s | plain Python, M symbols/s | times |"
    yield "|---|--:|--:|--:|--:|--:|"
    for rate in rates:
        yield (
            f"| `{rate.law}` | {rate.vocabulary:,} | {rate.length} | {rate.ours / 1e6:,.1f} | {rate.plain / 1e6:,.4f} "
            f"| {rate.ours / rate.plain:,.0f} |"
        )


def main(arguments: Sequence[str]) -> int:
    """Measure the laws that are named, or all, and write the table of all; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.laws", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("laws", nargs="*", metavar="LAW", help="print these alone, and write nothing; default all")
    names = parser.parse_args(arguments).laws
    rates = []
    for name in names or sorted(SYMBOL_LAWS):
        rates.append(measure(name))
        print(list(table(rates))[-1], flush=True)
    if not names:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text("\n".join(table(rates)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
