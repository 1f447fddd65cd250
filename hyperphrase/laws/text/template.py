"""``template``: sentences of a weighted context-free grammar over classes of words."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource
from hyperphrase.laws.grammar import flag
from hyperphrase.laws.text.derivations import Derivations, check_lengths, derivations, derive, group_end, leaves_of
from hyperphrase.laws.text.grammar_law import GrammarLaw, Members
from hyperphrase.laws.text.template_grammar import Grammar
from hyperphrase.laws.text.template_tables import Tables, build, entropies, rows_of_sentences, word_entropies
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.single_draws import Position, uniform_below


@dataclass(frozen=True, kw_only=True)
class Template(GrammarLaw):
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
    frequencies: bool = flag("whether words of a class are as frequent as in the lexicon, not equally frequent", True)

    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        words = lexicon()
        try:
            members = self.members(words)
        except InputError as error:
            raise error.for_field("law", self) from error
        classes = [(ids, weights * words.frequencies[ids] if self.frequencies else weights) for ids, weights in members]
        return _BoundTemplate(self.grammar(), self.longest, classes)


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

    def __init__(self, grammar: Grammar, longest: int, classes: list[Members]) -> None:
        tables = build(grammar, longest, classes)
        rows = rows_of_sentences(tables.sentences)
        self._derivations = derivations(tables, len(classes), rows)
        self._words = word_tables(tables, len(classes))
        bits, collisions = entropies(tables, rows, *word_entropies(tables, len(classes)))
        self.entropy, self.collision_entropy = float(bits[0]) + 0.0, float(collisions[0]) + 0.0

    def draw(self, batch: Batch) -> None:
        check_lengths(batch)
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
