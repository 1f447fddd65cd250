"""The gallery: one page that shows every law with phrases that it draws, in the order of families.

A card is a small corpus, so all that it shows is what ``run`` and ``inspect`` give: its command makes that corpus.
"""

import ast
import importlib
import inspect
import io
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.corpus.virtual import virtual_manifest
from hyperphrase.errors import InputError
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.presets import PRESETS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.sources import DEFAULT_LEXICON, language_of
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.report.figures import Figures
from hyperphrase.report.gallery_cells import COLOURS, Strip, strip
from hyperphrase.report.gallery_recipes import SHOWN, TEXT, Shown
from hyperphrase.report.subject import Subject
from hyperphrase.report.templates import fill

_TEXT_OF = "scene"  # the law whose phrases are the text of TEXT
_LEAST_COLUMNS = 16  # else cells of short phrases are too large
_VIRTUAL = ("--format=none", "--output=out")
_AS_TEXT = ("--format=txt", "--text=words", "--output=text")
_FIRST = ("independent", "dependencies", "transductions", "whole_space", "processes", "meaning", "text", "scenes")


@dataclass(frozen=True)
class Card:
    """What the page shows of a law.

    commands: they make its corpus, each in parts. phrases: empty if the law cannot be drawn without what only its user
    has. facts: what is counted, in words. charts: (title, SVG or nothing).
    """

    law: type[SymbolLaw]
    presets: Sequence[str]
    shown: Shown
    commands: Sequence[Sequence[str]] = ()
    phrases: Sequence[Strip] = ()
    facts: str = ""
    charts: Sequence[tuple[str, str]] = ()

    @property
    def legend(self) -> str:
        """What the colours mean."""
        return COLOURS[self.shown.colours][0]

    @property
    def columns(self) -> int:
        """The cells that have to fit into the width of the page."""
        return max(_LEAST_COLUMNS, *(strip.columns for strip in self.phrases))


@dataclass(frozen=True)
class Family:
    """The laws of one folder. about: its first sentences."""

    name: str
    title: str
    about: str
    cards: Sequence[Card]


def families() -> Iterator[Family]:
    """Yield all families with the cards of their laws; the cards of one are made when it is asked for."""
    laws: dict[str, list[type[SymbolLaw]]] = {}
    for law in SYMBOL_LAWS.values():
        laws.setdefault(law.__module__.split(".")[2], []).append(law)
    known = [name for name in _FIRST if name in laws]
    for name in [*known, *sorted(set(laws) - set(known))]:
        title = name.replace("_", " ").capitalize()
        yield Family(name, title, _about(name), [card(law) for law in _listed_first(laws[name])])


def page(all_families: Sequence[Family]) -> str:
    """Return the page of the gallery."""
    return fill("gallery.html.j2", families=all_families, laws=sum(len(family.cards) for family in all_families))


def _listed_first(laws: Sequence[type[SymbolLaw]]) -> list[type[SymbolLaw]]:
    order = list(SHOWN)
    return sorted(laws, key=lambda law: (order.index(law.name) if law.name in order else len(order), law.name))


def _about(name: str) -> str:
    """Return the first paragraph about a family, from its source: under ``python -OO`` it has no docstring."""
    module = importlib.import_module(f"hyperphrase.laws.{name}")
    told = ast.get_docstring(ast.parse(inspect.getsource(module))) or ""
    return re.split(r"\n\n|: ``", told)[0].replace("``", "")


def card(law: type[SymbolLaw]) -> Card:
    """Return the card of a law."""
    shown = SHOWN.get(law.name, Shown())
    presets = [preset.name for preset in PRESETS.values() if preset.law.partition(":")[0] == law.name]
    try:
        phrases, lexicon = _bound(law.name, shown)
    except InputError:  # a law that is not listed, and takes what only its user has
        return Card(law, presets, shown)
    subject = _subject(phrases, lexicon, shown.drawn)
    block = phrases.draw(subject.seeds(np.arange(min(shown.phrases, subject.count))))
    figures = Figures(subject, phrases)
    differ = len(set(figures.sample.block.lengths.tolist())) > 1
    lengths = figures.lengths_chart(f"lengths-{law.name}") if differ else ""
    return Card(
        law,
        presets,
        shown,
        _commands(phrases.recipe.law, shown),
        [strip(phrase, phrases, lexicon, shown.colours, shown.words) for phrase in block],
        f"{subject.count:,} phrases, {figures.sample.symbols:,} symbols, {figures.sample.distinct:,} of "
        f"{lexicon.vocabulary:,} hyperwords; entropy of the law {figures.entropy:.2f} bits a symbol",
        [("Symbols by rank", figures.ranks_chart(f"ranks-{law.name}")), ("Phrases by length", lengths)],
    )


def _bound(name: str, shown: Shown) -> tuple[Phrases, Lexicon]:
    """Return the phrases of a card, and their lexicon. Raises InputError if a parameter is missing."""
    law = parse_law(_sampler(name, shown), SYMBOL_LAWS, "law", _open, language_of(shown.lexicon))
    lexicon = Lexicon.load(shown.lexicon, law.vocabulary() or shown.vocabulary)
    lengths = parse_law(shown.lengths, LENGTH_LAWS, "lengths", _open)
    return Phrases(Recipe.create(law, lengths=lengths, lexicon=lexicon), lexicon), lexicon


def _subject(phrases: Phrases, lexicon: Lexicon, drawn: int) -> Subject:
    """Return the corpus of the seeds 0 to ``drawn``, or less if the law has fewer, as a report sees it."""
    request = CorpusRequest.create(phrases.recipe, seeds=(0, drawn))
    manifest, dropped = virtual_manifest(phrases, request, lexicon.name)
    seeds = np.setdiff1d(seed_range(0, drawn), dropped, assume_unique=True)
    return Subject("", phrases.recipe, phrases, lexicon, lambda places: seeds[places], len(seeds), (), (), manifest)


def _open(path: str) -> BinaryIO:
    """Open the text that a law learns from: it is made, not read."""
    if path != TEXT:
        raise InputError(f"the gallery has no file {path}")
    phrases, lexicon = _bound(_TEXT_OF, SHOWN[_TEXT_OF])
    subject = _subject(phrases, lexicon, SHOWN[_TEXT_OF].drawn)
    block = phrases.draw(subject.seeds(np.arange(subject.count)))
    return io.BytesIO("".join(f"{lexicon.to_words(phrase.ids)}\n" for phrase in block).encode())


def _sampler(name: str, shown: Shown) -> str:
    return f"{name}:{shown.parameters}".rstrip(":")


def _commands(law: SymbolLaw, shown: Shown) -> list[list[str]]:
    """Return the commands that make a card's corpus, each in parts."""
    options = [f"--sampler={_sampler(law.name, shown)}", f"--lengths={shown.lengths}"]
    if shown.lexicon != DEFAULT_LEXICON:
        options.append(f"--lexicon={shown.lexicon}")
    if law.vocabulary() is None:
        options.append(f"--vocabulary={shown.vocabulary}")
    made = ["hyperphrase run", *map(shlex.quote, [*options, f"--seeds=0:{shown.drawn}"])]
    if TEXT not in shown.parameters:
        return [[*made, *_VIRTUAL]]
    ((*first, _, _),) = _commands(parse_law(_TEXT_OF, SYMBOL_LAWS, "law", _open), SHOWN[_TEXT_OF])
    return [[*first, *_AS_TEXT], [*made, *_VIRTUAL]]
