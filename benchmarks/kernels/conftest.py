"""What the kernels work on, and rates beside the times that pytest-benchmark shows."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hyperphrase.codecs import Texts
from hyperphrase.laws.lengths import Uniform as UniformLengths
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import CHUNK, Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe

VOCABULARY = 250_000


@pytest.fixture(scope="session")
def phrases_of() -> Callable[[str, int], Phrases]:
    """Return a maker of phrases of a law, lengths uniform from 10 to 190."""

    def make(law: str, vocabulary: int) -> Phrases:
        recipe = Recipe(SYMBOL_LAWS[law](), UniformLengths(), vocabulary, "5eed" * 16)
        return Phrases(recipe, lambda: SimpleNamespace(frequencies=np.ones(vocabulary)))

    return make


@pytest.fixture(scope="session")
def block(phrases_of: Callable[[str, int], Phrases]) -> PhraseBlock:
    """Return the block that encoders get in a run: 2,048 phrases drawn by Zipf's law, some 205,000 symbols."""
    drawn = phrases_of("zipf", VOCABULARY).draw(seed_range(0, CHUNK))
    return PhraseBlock(drawn.ids.copy(), drawn.offsets, drawn.seeds)


@pytest.fixture(scope="session")
def texts() -> dict[str, Texts]:
    """Return symbols and words of eight letters or so."""
    words = tuple(f"{'wordy' * 3}"[: 3 + i % 7] + str(i) for i in range(VOCABULARY))
    lexicon = Lexicon("made up", words, np.ones(VOCABULARY), code_points("stable", VOCABULARY))
    return {"symbols": Texts(lexicon.symbol_table(), b""), "words": Texts(lexicon.word_table(), b" ")}


@pytest.fixture
def rate(benchmark: Any, request: pytest.FixtureRequest) -> Callable[[Callable[[], Any], int, str], None]:
    """Return a function that measures ``work()``, which handles ``count`` of ``what`` a call."""

    def measure(work: Callable[[], Any], count: int, what: str) -> None:
        work()  # compiles
        benchmark(work)
        spread = benchmark.stats.stats
        request.config.stash[RATES].append((request.node.name, count / spread.median, count / spread.min, what))

    return measure


RATES = pytest.StashKey[list[tuple[str, float, float, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty list of rates."""
    config.stash[RATES] = []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show the rates."""
    terminalreporter.section("rates, one core: millions a second, median and best")
    for name, median, best, what in config.stash[RATES]:
        terminalreporter.write_line(f"{name:48} {median / 1e6:9,.1f} {best / 1e6:9,.1f}  {what}")
