"""Phrases as the gallery shows them: a row of coloured cells, with arcs where the law has pairs."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperphrase.laws.processes.eca import Eca
from hyperphrase.laws.transductions.tasks import Transduction
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import Phrase
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.report.pairs import has_pairs, pairs_of

_COLUMNS, _WORDS = 32, 60  # symbols and words that are shown of a phrase
_PLAIN = 64  # symbols that every font has; others stay without, and have their colour alone
_COLOURS = 8  # the style sheet has r0 to r7, in an order, and p0 to p7, to be told apart
_USUAL = 100  # words so frequent that they come again in any text
_FLATNESS = 0.45  # of arcs: their height in halves of their width

#: Gives the class of each symbol of a phrase: r and p with a number, "end" for separators, "" for none.
Colours = Callable[[Phrases, Sequence[int]], list[str]]


@dataclass(frozen=True)
class Cell:
    """A symbol. text: the symbol or its word. colour: a class of the style sheet, or nothing."""

    text: str
    colour: str


@dataclass(frozen=True)
class Strip:
    """A phrase. arcs: (start, end, height, colour) in cells. columns: cells in a row. cut: whether there is more."""

    cells: Sequence[Cell]
    arcs: Sequence[tuple[float, float, float, str]]
    columns: int
    cut: bool = False

    @property
    def height(self) -> float:
        """The height of the highest arc, in cells."""
        return max((height for _, _, height, _ in self.arcs), default=0.0)


def strip(phrase: Phrase, phrases: Phrases, lexicon: Lexicon, colours: str, words: bool) -> Strip:
    """Return a phrase as it is shown. colours: a name in COLOURS. words: whether words are shown, not symbols."""
    law = phrases.recipe.law
    if isinstance(law, Eca):
        return _rows(law, phrase.ids.tolist())
    ids = phrase.ids[: _WORDS if words else _COLUMNS].tolist()
    plain = lexicon.vocabulary <= _PLAIN
    texts = [lexicon.words[i] if words else lexicon.symbol(i) if plain else "" for i in ids]
    classes = COLOURS[colours][1](phrases, ids)
    pairs = pairs_of(law, ids, lexicon.vocabulary) if has_pairs(law) else []
    arcs = [(i + 0.5, j + 0.5, (j - i) / 2 * _FLATNESS, classes[i]) for i, j in pairs]
    return Strip(list(map(Cell, texts, classes)), arcs, len(ids), cut=len(ids) < len(phrase))


def _rows(law: Eca, ids: Sequence[int]) -> Strip:
    """Return the rows of an automaton, a cell a bit."""
    bits = [bit for i in ids for bit in f"{i:0{law.patch}b}"]
    return Strip([Cell("", "on" if bit == "1" else "") for bit in bits], (), law.window)


def _by_rank(phrases: Phrases, ids: Sequence[int]) -> list[str]:
    scale = _COLOURS / math.log(phrases.recipe.vocabulary + 1)
    return [f"r{int(math.log(i + 1) * scale)}" for i in ids]


def _in_order(phrases: Phrases, ids: Sequence[int]) -> list[str]:
    separators = isinstance(phrases.recipe.law, Transduction)
    tokens = phrases.recipe.vocabulary - separators
    return ["end" if i == tokens else f"r{_spread(i, tokens)}" for i in ids]


def _spread(i: int, count: int) -> int:
    """Return the colour of id ``i`` of ``count``: as far apart as they can be."""
    return i * _COLOURS // count if count >= _COLOURS else round(i * (_COLOURS - 1) / max(count - 1, 1))


def _by_pair(phrases: Phrases, ids: Sequence[int]) -> list[str]:
    law: Any = phrases.recipe.law
    vocabulary = phrases.recipe.vocabulary
    words = law.words(vocabulary) if hasattr(law, "words") else vocabulary // 2
    return [f"p{i % words % _COLOURS}" for i in ids]


def _again(phrases: Phrases, ids: Sequence[int]) -> list[str]:
    counts = Counter(ids)
    again = dict.fromkeys(i for i in ids if counts[i] > 1 and i >= _USUAL)
    numbers = {each: number for number, each in enumerate(again)}
    return [f"p{numbers[i] % _COLOURS}" if i in numbers else "" for i in ids]


def _by_topic(phrases: Phrases, ids: Sequence[int]) -> list[str]:
    law: Any = phrases.recipe.law
    bound: Any = phrases.law
    tables = bound.tables(phrases.recipe.key)
    shares = np.array([tables.probabilities(topic, phrases.recipe.vocabulary) for topic in range(law.k)])
    return [f"p{int(topic) % _COLOURS}" for topic in shares[:, ids].argmax(axis=0)]


#: The ways to colour symbols: what the colours mean, and the function that gives them.
COLOURS: Mapping[str, tuple[str, Colours]] = {
    "rank": ("Colours run from the first symbol of the lexicon to the last, on a logarithmic scale.", _by_rank),
    "order": ("A colour for each symbol, in the order of ids.", _in_order),
    "tokens": ("A colour for each token, in the order of ids; separators are grey.", _in_order),
    "pair": ("Symbols that belong together have one colour, and an arc between them.", _by_pair),
    "again": ("Words that come again in a phrase have a colour, but for the 100 most frequent ones.", _again),
    "topic": ("The colour of a symbol is the topic that draws it most often.", _by_topic),
    "bits": ("Dark cells are ones.", lambda _, ids: [""] * len(ids)),
}
