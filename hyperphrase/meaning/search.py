"""Search the dictionary of a corpus for the phrases nearest to a meaning, such as that of some words."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.in_threads import in_threads
from hyperphrase.corpus.layout import DICTIONARY_FOLDER
from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.request import DISCOURSE
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.corpus.verification import Tell, tell_nobody
from hyperphrase.errors import InputError
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.meaning.dictionary import columns_of, read_meanings
from hyperphrase.meaning.discourses import TrueDiscourses
from hyperphrase.meaning.nearest import Nearest, nearest
from hyperphrase.meaning.phrase_meanings import Meanings, load_meanings
from hyperphrase.phrases.blocks import PhraseBlock

Search = Callable[[NDArray[np.int8], int], Nearest]  # (vector, count) -> the phrases nearest to it

MOST_NEAREST = 10_000  # phrases that users can ask for
BY = ("words", DISCOURSE)  # what a phrase is found by: the sum of its words' rows, or its true discourse
_words_of = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*").findall


@dataclass(frozen=True, eq=False)
class TextMeaning:
    """The meaning of a text. vector: int8, shape (d,). ignored: its words that have no meaning in the lexicon."""

    vector: NDArray[np.int8]
    ignored: tuple[str, ...]


class DictionarySearch:
    """The dictionary of ``corpus``, open for searches of phrases by one of :data:`BY`.

    meanings: the vectors of the words. tell: is told the progress of a search. Raises InputError if the corpus has no
    such dictionary, CorruptError if it is damaged.
    """

    def __init__(self, corpus: OpenCorpus, by: str = BY[0], tell: Tell = tell_nobody) -> None:
        dictionary = corpus.manifest.dictionary
        if by not in BY:
            raise InputError(f"allowed are {' and '.join(BY)}", field="by", value=by)
        if dictionary is None:
            problem = "has no dictionary; make the corpus with `dictionary`"
            raise InputError(problem, field="folder", value=corpus.folder)
        if by == DISCOURSE != dictionary.kind:
            problem = f"the dictionary is of {dictionary.kind}; make the corpus with `dictionary={DISCOURSE}`"
            raise InputError(problem, field="by", value=by)
        self.corpus, self.by, self._dictionary, self.tell = corpus, by, dictionary, tell
        self.meanings = load_meanings(corpus.files, corpus.lexicon.vocabulary)

    def vectors_of(self, block: PhraseBlock) -> NDArray[np.int8]:
        """Return the vectors that the phrases of ``block`` are found by: int8, (phrases, d). Raises CorruptError."""
        if self.by != DISCOURSE:
            return self.meanings.of(block)
        return TrueDiscourses(self.corpus.phrases, self.meanings.dimensions).of(block)

    def meaning_of(self, text: str) -> TextMeaning:
        """Return the meaning of the words in ``text``. Raises InputError if none has one.

        A word may be written with capitals, and a Russian one with yo where the lexicon has ye.
        """
        words = _words_of(unicodedata.normalize("NFC", text).replace("\u2019", "'"))
        found = _ids_of(words, self.corpus.lexicon.words, self.meanings)
        known = [i for i in found if i is not None]
        ignored = tuple(word for word, i in zip(words, found, strict=True) if i is None)
        if not known:
            problem = "none of these words has a meaning in the corpus's lexicon; give others"
            raise InputError(problem, field="query", value=text)
        if len(known) > MAX_LENGTH:
            raise InputError(f"has {len(known)} words; give at most {MAX_LENGTH}", field="query", value=text)
        block = PhraseBlock(np.array(known, np.uint32), np.array([0, len(known)]), np.zeros(1, np.uint64))
        vector = self.meanings.of(block)[0]
        if not vector.any():
            raise InputError("the meanings of these words cancel out; give others", field="query", value=text)
        return TextMeaning(vector, ignored)

    def nearest(self, query: NDArray[np.int8], count: int) -> Nearest:
        """Return the ``count`` phrases nearest to ``query``, (d,), by comparing all meanings. Raises CorruptError."""
        return self._nearest_in(self._dictionary.shards, query, count)

    def nearest_among(self, phrases: int, query: NDArray[np.int8], count: int) -> tuple[int, Nearest]:
        """Return the same among the phrases of the first files, and their number.

        They are as many files as have ``phrases`` phrases together, or all. Raises CorruptError.
        """
        shards, searched = [], 0
        for shard in self._dictionary.shards:
            if searched >= phrases:
                break
            shards.append(shard)
            searched += shard.phrases
        return searched, self._nearest_in(shards, query, count)

    def _nearest_in(self, shards: Sequence[Shard], query: NDArray[np.int8], count: int) -> Nearest:
        def of_shard(shard: Shard) -> Nearest:
            found = (nearest(query, seeds, vectors, count) for seeds, vectors in self._stored_in(shard))
            return Nearest.best(found, count)

        done, phrases = 0, sum(shard.phrases for shard in shards)

        def tell(shard: Shard) -> None:
            nonlocal done
            done += shard.phrases
            self.tell("comparing meanings", done, phrases)

        return Nearest.best(in_threads(of_shard, shards, tell), count)

    def stored(self) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int8]]]:
        """Yield (seeds, vectors) of all phrases, by batch: uint64, (n,), and int8, (n, d). Raises CorruptError."""
        for shard in self._dictionary.shards:
            yield from self._stored_in(shard)

    def _stored_in(self, shard: Shard) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int8]]]:
        name, columns = f"{DICTIONARY_FOLDER}/{shard.name}", columns_of(self._dictionary.kind)
        with self.corpus.files.open(name) as stream:
            column = columns[BY.index(self.by)]
            path = self.corpus.files.path(name)
            yield from read_meanings(stream, self.meanings.dimensions, shard, path, columns, column)


def _ids_of(asked: Sequence[str], words: Sequence[str], meanings: Meanings) -> list[int | None]:
    """Return the id of each word asked for: as it is, in lower case, or with ye for yo; None if it has no meaning."""
    meant = np.any(meanings.rows, axis=1)
    ids = {word: i for i, word in enumerate(words) if meant[i]}
    forms = [(word, word.lower(), word.lower().replace("ё", "е")) for word in asked]  # noqa: RUF001 - Cyrillic
    return [next((ids[form] for form in each if form in ids), None) for each in forms]
