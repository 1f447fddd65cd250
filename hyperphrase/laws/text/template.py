"""``template``: sentences of a weighted context-free grammar over classes of words."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.kernels import kernel
from hyperphrase.laws.base import BoundLaw, LexiconSource
from hyperphrase.laws.grammar import OpenFile, flag, parameter
from hyperphrase.laws.law_file import FileLaw
from hyperphrase.laws.plain_text import check_words
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
from hyperphrase.numbers.single_draws import WORDS, Position, step_words, uniform_below

_MOST_BYTES = 16 << 20  # 16 MiB: the longest grammar
_WORD = 2.0**32
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
                advice = "give a larger lexicon, one of the grammar's language, or more words in the class"
                problem = f"the lexicon has none of the words of the class {name}; {advice}"
                raise InputError(problem, field="law", value=self)
            members = np.array(sorted(known), np.int64)
            weights = np.array([known[member] for member in members.tolist()])
            classes.append((members, weights * words.frequencies[members] if self.frequencies else weights))
        return _BoundTemplate(grammar, self.longest, classes)


class _BoundTemplate(BoundLaw):
    """Draws derivations from the top, from left to right; a decision takes a step unless there is one option only.

    entropy, collision_entropy: those of derivations, for a phrase of 100 words or the next possible length, divided by
    it. Those of phrases are a little lower where the grammar derives one phrase in several ways.
    """

    def __init__(
        self, grammar: Grammar, longest: int, classes: list[tuple[NDArray[np.int64], NDArray[np.float64]]]
    ) -> None:
        self._tables = build(grammar, longest, classes)
        self._rows = rows_of_sentences(self._tables.sentences)
        self.entropy, self.collision_entropy = entropies(self._tables, self._rows)

    def draw(self, batch: Batch) -> None:
        if len(batch.lengths) and int(batch.lengths.max()) > MAX_LENGTH:
            raise ValueError(f"a phrase has at most {MAX_LENGTH} symbols")
        _draw(batch, self._tables, self._rows)


@kernel
def _draw(batch: Batch, tables: Tables, rows: NDArray[np.float64]) -> None:
    key, seeds, lengths, offsets, ids = batch
    records, states, sentences = tables.records, tables.states, tables.sentences
    words, stack = np.empty(WORDS, np.uint32), np.empty(len(sentences) + 1, np.int64)
    for phrase in range(len(seeds)):
        seed, to, end = seeds[phrase], offsets[phrase], offsets[phrase + 1]
        rest, waiting, step = lengths[phrase], 0, 0
        while to < end:
            if waiting == 0:  # a sentence of n words, so that those after it have the rest
                place = step_words(words, step, seed, key)
                step += 1
                n = _sentence(words[place] * (1.0 / _WORD), rest, sentences, rows)
                rest -= n
                stack[0] = states[n]
                waiting = 1
            waiting -= 1
            state = stack[waiting]
            record = state + 1
            if records[state, 0] > 1:
                place = step_words(words, step, seed, key)
                record += np.int64(
                    uniform_below(words[place], np.uint64(records[state, 0]), Position(step, 0, seed, key))
                )
                if words[place + 1] >= records[record, 0]:
                    record = state + 1 + np.int64(records[record, 1])
                step += 1
            if records[state, 1] == 1:  # a class
                ids[to] = records[record, 2]
                to += 1
            else:
                if records[record, 3] != 0:
                    stack[waiting] = records[record, 3]
                    waiting += 1
                stack[waiting] = records[record, 2]
                waiting += 1


@kernel
def _sentence(share: float, rest: int, sentences: NDArray[np.float64], rows: NDArray[np.float64]) -> int:
    """Return the words of the next sentence where ``rest`` are left: the number at ``share`` of all, from 0 to 1."""
    at, n = share * rows[rest], 0
    for m in range(1, min(len(sentences) - 1, rest) + 1):
        part = sentences[m] * rows[rest - m]
        if part > 0.0:
            n = m
            at -= part
            if at < 0.0:
                break
    return n
