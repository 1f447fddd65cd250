"""Laws whose phrases are sentences of a grammar, which is the law's file."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import OpenFile, parameter
from hyperphrase.laws.law_file import FileLaw
from hyperphrase.laws.plain_text import check_words
from hyperphrase.laws.text.missing_words import missing_members
from hyperphrase.laws.text.shipped_grammars import is_shipped, read_grammar, shipped_grammar
from hyperphrase.laws.text.template_grammar import Grammar, parse
from hyperphrase.laws.text.template_tables import MOST_OPTIONS, count_options, rows_of_sentences
from hyperphrase.lexicon.lexicon import Lexicon

_MOST_BYTES = 16 << 20  # 16 MiB: the longest grammar
_words = re.compile(rb"\S+").finditer

#: The words of a class that a lexicon has: their ids, int64, ascending, and their weights in the grammar, float64.
Members = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class GrammarLaw(FileLaw):
    """A law whose phrases are rows of sentences by a grammar, each of at most ``longest`` words."""

    of_file = (
        "english, english_small or russian, grammars of this package, or the path of one, lines such as S -> 2 Noun "
        "Verb | Noun and Noun = dog cat; default the one of the lexicon's language, english if it has none"
    )
    readings = {  # noqa: RUF012 - never changed
        "offensive": ("allow", "words of the stop list too, slurs, obscenities and sexual terms, in such a grammar")
    }
    longest: int = parameter(1, 100, "words of the longest sentence", 40)

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

    def text(self) -> bytes:
        """Return the grammar as it stands in the law's file. Raises CorruptError where the law came without it."""
        return self.file()

    def grammar(self) -> Grammar:
        """Return the grammar of the law's file. Raises CorruptError if it is none."""
        found = vars(self).get("_grammar")
        if not isinstance(found, Grammar):
            try:
                found = vars(self)["_grammar"] = self._checked(self.text(), "the grammar")
            except (InputError, UnicodeDecodeError) as error:
                raise CorruptError(str(error)) from error
        return found

    def derived_by(self) -> tuple[Grammar, int]:
        """Return the grammar that sentences are derived by, and the most words that one has."""
        return self.grammar(), self.longest

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        """Tell which lengths sentences can add up to; all, where the law came without its file and so cannot tell."""
        if self.attached() is None:
            return np.ones(len(lengths), np.bool_)
        grammar, longest = self.derived_by()
        return rows_of_sentences(grammar.inside(longest)[grammar.start])[lengths] > 0.0

    def notes(self, lexicon: Lexicon) -> Iterator[str]:
        if self.attached() is not None and not is_shipped(self.text()):
            yield from missing_members(self.grammar(), lexicon)

    def members(self, lexicon: Lexicon) -> list[Members]:
        """Return the words of each class that the lexicon has. Raises InputError, without a field, if it has none."""
        grammar, _ = self.derived_by()
        ids = {word: i for i, word in enumerate(lexicon.words)}
        found = []
        for name, weighted in zip(grammar.names, grammar.classes, strict=False):
            known = {ids[word]: weight for word, weight in weighted.items() if word in ids}
            if not known:
                advice = "give a larger lexicon, one of the grammar's language, or more words in the class"
                problem = f"the lexicon has none of the {len(weighted):,} words of the class {name}; {advice}"
                raise InputError(problem)
            members = np.array(sorted(known), np.int64)
            found.append((members, np.array([known[member] for member in members.tolist()])))
        return found
