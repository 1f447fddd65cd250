"""``template``: sentences of a weighted context-free grammar over classes of words."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource
from hyperphrase.laws.grammar import OpenFile, flag, parameter
from hyperphrase.laws.law_file import FileLaw
from hyperphrase.laws.plain_text import check_words
from hyperphrase.laws.text.derivations import Derivations, derivations, derive, group_end, leaves_of
from hyperphrase.laws.text.missing_words import missing_members
from hyperphrase.laws.text.shipped_grammars import is_shipped, read_grammar, shipped_grammar
from hyperphrase.laws.text.template_grammar import Grammar, parse
from hyperphrase.laws.text.template_tables import (
    MOST_OPTIONS,
    Tables,
    build,
    count_options,
    entropies,
    rows_of_sentences,
)
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.single_draws import Position, uniform_below

_MOST_BYTES = 16 << 20  # 16 MiB: the longest grammar
_words = re.compile(rb"\S+").finditer


@dataclass(frozen=True, kw_only=True)
class Template(FileLaw):
    """A phrase is a row of sentences, each derived from the top by the grammar, of exactly the drawn length.

    P(phrase) = the product of the probabilities of its sentences among those of at most ``longest`` words, divided by
    the sum of that over all phrases of the length: derivations are drawn conditionally on their length, by the
    probability of each symbol to become n words, so none is cut or rejected. Of a class, the words that the
    lexicon has are drawn by weight times, with ``frequencies``, the lexicon's frequency.

    The corpus keeps the grammar as a file; :mod:`hyperphrase.laws.text.template_grammar` gives its format.
    """

    name = "template"
    summary = "sentences by a weighted context-free grammar over classes of words"
    source = "Booth and Thompson 1973; derivations of a given length: Hickey and Cohen 1983"
    of_file = (
        "english, english_small or russian, grammars of this package, or the path of one, lines such as S -> 2 Noun "
        "Verb | Noun and Noun = dog cat; default the one of the lexicon's language, english if it has none"
    )
    readings = {  # noqa: RUF012 - never changed
        "offensive": ("allow", "words of the stop list too, slurs, obscenities and sexual terms, in such a grammar")
    }
    longest: int = parameter(1, 100, "words of the longest sentence", 40)
    frequencies: bool = flag("whether words of a class are as frequent as in the lexicon, not equally frequent", True)

    @classmethod
    def defaults(cls, language: str) -> Mapping[str, str]:
        return {"file": language}

    @classmethod
    def read(cls, path: str, open_file: OpenFile, readings: Container[str]) -> tuple[bytes | None, str]:
        return read_grammar(path, open_file, "offensive" in readings)

    def made_from(self, text: bytes | None, path: str, readings: Container[str]) -> bytes:
        if text is None:
            text, path = shipped_grammar("english", "offensive" in readings), "english"
        self._checked(text, path)
        check_words(dict.fromkeys(found[0] for found in _words(text)), text, path)
        return text

    def _checked(self, text: bytes, path: str) -> Grammar:
        if len(text) > _MOST_BYTES:
            raise InputError(f"{path} is larger than {_MOST_BYTES >> 20} MiB; give a smaller grammar")
        grammar = parse(text.decode(), path)
        if not grammar.inside(self.longest)[grammar.start].any():
            raise InputError(f"{path} makes no sentence of at most {self.longest} words; give shorter rules")
        if count_options(grammar, self.longest) > MOST_OPTIONS:
            raise InputError(f"{path} has too many rules for longest={self.longest}; give fewer or a lower one")
        return grammar

    def grammar(self) -> Grammar:
        """Return the grammar of the law's file. Raises CorruptError if it is none."""
        found = vars(self).get("_grammar")
        if not isinstance(found, Grammar):
            try:
                found = vars(self)["_grammar"] = self._checked(self.file(), "the grammar")
            except (InputError, UnicodeDecodeError) as error:
                raise CorruptError(str(error)) from error
        return found

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        """Tell which lengths sentences can add up to; all, where the law came without its file and so cannot tell."""
        if self.attached() is None:
            return np.ones(len(lengths), np.bool_)
        grammar = self.grammar()
        return rows_of_sentences(grammar.inside(self.longest)[grammar.start])[lengths] > 0.0

    def notes(self, lexicon: Lexicon) -> Iterator[str]:
        data = self.attached()
        if data is not None and not is_shipped(data):
            yield from missing_members(self.grammar(), lexicon)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        grammar, words = self.grammar(), lexicon()
        ids = {word: i for i, word in enumerate(words.words)}
        classes = []
        for name, weighted in zip(grammar.names, grammar.classes, strict=False):
            known = {ids[word]: weight for word, weight in weighted.items() if word in ids}
            if not known:
                problem = f"the lexicon has none of the words of the class {name}; add words to the class"
                raise InputError(problem, field="law", value=self)
            members = np.array(sorted(known), np.int64)
            weights = np.array([known[member] for member in members.tolist()])
            classes.append((members, weights * words.frequencies[members] if self.frequencies else weights))
        return _BoundTemplate(grammar, self.longest, classes)


class WordTables(NamedTuple):
    """The words of classes, each with an alias table of its own.

    starts, counts: uint64, shape (classes,): where the entries of each class begin, and how many it has. entries:
    uint32, shape (words, 3): the threshold, the word's id, and that of its alias.
    """

    starts: NDArray[np.uint64]
    counts: NDArray[np.uint64]
    entries: NDArray[np.uint32]


class _BoundTemplate(BoundLaw):
    """Draws the classes of words by derivations, and then the words.

    entropy, collision_entropy: those of derivations, for a phrase of 100 words or the next possible length, divided by
    it. Those of phrases are a little lower where the grammar derives one phrase in several ways.
    """

    def __init__(
        self, grammar: Grammar, longest: int, classes: list[tuple[NDArray[np.int64], NDArray[np.float64]]]
    ) -> None:
        tables = build(grammar, longest, classes)
        rows = rows_of_sentences(tables.sentences)
        self._derivations = derivations(tables, len(classes), rows)
        self._words = word_tables(tables, len(classes))
        self.entropy, self.collision_entropy = entropies(tables, rows)

    def draw(self, batch: Batch) -> None:
        if len(batch.lengths) and int(batch.lengths.max()) > MAX_LENGTH:
            raise ValueError(f"a phrase has at most {MAX_LENGTH} symbols")
        _draw(batch, self._derivations, self._words)


def word_tables(tables: Tables, classes: int) -> WordTables:
    """Return the tables of the first ``classes`` symbols of a grammar."""
    states = tables.places[:classes, 1]
    counts = tables.records[states, 0].astype(np.int64)
    ends = np.cumsum(counts)
    entries = np.empty((int(ends[-1]), 3), np.uint32)
    for state, count, end in zip(states.tolist(), counts.tolist(), ends.tolist(), strict=True):
        rows = tables.records[state + 1 : state + 1 + count]
        entries[end - count : end] = np.column_stack((rows[:, 0], rows[:, 2], rows[rows[:, 1], 2]))
    return WordTables((ends - counts).astype(np.uint64), counts.astype(np.uint64), entries)


@kernel
def _draw(batch: Batch, made: Derivations, tables: WordTables) -> None:
    key, seeds, _, offsets, ids = batch
    starts, counts, entries = tables.starts, tables.counts, tables.entries
    leaves = leaves_of(offsets, made)
    first = 0
    while first < len(seeds):
        last = group_end(first, offsets)
        derive(batch, first, last, made, leaves)
        base = offsets[first]
        for phrase in range(first, last):
            seed = seeds[phrase]
            for to in range(offsets[phrase], offsets[phrase + 1]):
                leaf, bits = leaves.classes[to - base], leaves.bits[to - base]
                group, position = leaf >> np.uint64(32), Position(leaf & np.uint64(0xFFFFFFFF), 0, seed, key)
                drawn = uniform_below(bits & np.uint64(0xFFFFFFFF), counts[group], position)
                entry = starts[group] + drawn
                own = (bits >> np.uint64(32)) < np.uint64(entries[entry, 0])
                ids[to] = entries[entry, 1] if own else entries[entry, 2]
        first = last
