"""Phrases as the report shows them: as symbols and as words, the long ones cut, pairs coloured and joined by arcs."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from hyperphrase.laws.base import SymbolLaw
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import Phrase
from hyperphrase.report.pairs import Pair, has_pairs, pairs_of

_SHORT = 24  # symbols that are shown at once; the others open
_LONG = 400  # symbols that are shown at all, unless their words are long
_COLOURED = 120  # symbols with colours: each takes some twenty bytes of the page
_MOST_BYTES = 6000  # of the words of a phrase in the page
_COLOURS = 8  # classes p0 to p7 of the style sheet
ARC_SYMBOLS = 48  # symbols below arcs
CELL = 16  # units between two symbols below arcs


@dataclass(frozen=True)
class Cell:
    """One symbol. colour: the number of its pair's colour, None if it has none."""

    symbol: str
    word: str
    colour: int | None


@dataclass(frozen=True)
class Arcs:
    """Arcs over the first symbols of a phrase. width, height: units. arcs: (x of both ends, radius, colour)."""

    cells: Sequence[Cell]
    arcs: Sequence[tuple[float, float, float, int]]
    width: int
    height: float


@dataclass(frozen=True)
class ShownPhrase:
    """A phrase. first: shown at once. rest: opens. unshown: number of symbols that are not in the page."""

    seed: int
    length: int
    first: Sequence[Cell]
    rest: Sequence[Cell]
    unshown: int
    arcs: Arcs | None


def shown(phrase: Phrase, law: SymbolLaw, lexicon: Lexicon) -> ShownPhrase:
    """Return a phrase as the report shows it."""
    ids = phrase.ids[:_LONG].tolist()
    pairs = pairs_of(law, ids, lexicon.vocabulary) if has_pairs(law) else []
    colours = {place: i % _COLOURS for i, pair in enumerate(sorted(pairs)) for place in pair if place < _COLOURED}
    cells, size = [], 0
    for place, number in enumerate(ids):
        word = lexicon.words[number]
        size += len(html.escape(word).encode()) + 1
        if size > _MOST_BYTES:
            break
        cells.append(Cell(lexicon.symbol(number), word, colours.get(place)))
    arcs = _arcs(cells, pairs)
    return ShownPhrase(phrase.seed, len(phrase), cells[:_SHORT], cells[_SHORT:], len(phrase) - len(cells), arcs)


def _arcs(cells: Sequence[Cell], pairs: Sequence[Pair]) -> Arcs | None:
    """Return the arcs of the pairs among the first symbols, None if there is no such pair."""
    drawn = cells[:ARC_SYMBOLS]
    inside = [(first, second) for first, second in pairs if second < len(drawn)]
    if not inside:
        return None
    radius = max(second - first for first, second in inside) * CELL / 2
    arcs = [
        (CELL * (first + 0.5), CELL * (second + 0.5), CELL * (second - first) / 2, drawn[first].colour or 0)
        for first, second in inside
    ]
    return Arcs(drawn, arcs, CELL * len(drawn), radius + 4)
