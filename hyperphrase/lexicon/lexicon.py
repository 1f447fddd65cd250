"""The lexicon: V hyperwords, each with its symbol, its word and its frequency.

A phrase is a sequence of ids, and ids can be interpreted only with the same lexicon. So a recipe identifies its lexicon
by a digest of all content that laws and readers use.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.formatting import html_table
from hyperphrase.given_paths import open_local
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon_file import LexiconRows, read_rows, write_rows
from hyperphrase.lexicon.sources import DEFAULT_VOCABULARY, find_words, is_named
from hyperphrase.lexicon.text_table import TextTable, table_texts, text_table, unfit
from hyperphrase.limits import MAX_WORD

_FIRST_WORDS = 5  # that a notebook shows
_DIGEST_HEAD = b"hyperphrase lexicon 1\n"


@dataclass(frozen=True, eq=False, repr=False)
class Lexicon:
    """V hyperwords, the most frequent one first.

    >>> from hyperphrase import Lexicon
    >>> lexicon = Lexicon.load("english", vocabulary=1000)
    >>> lexicon
    Lexicon('english', vocabulary=1000)
    >>> lexicon.to_words([0, 1, 2])
    'the to and'
    >>> len(lexicon.to_symbols([0, 1, 2]))
    3

    name: the lexicon's name, such as ``english``; not part of its identity.
    words: V distinct words.
    frequencies: float64, shape (V,), positive, non-increasing, in any unit.
    code_points: uint32, shape (V,), distinct: the symbol of each hyperword.
    """

    name: str
    words: tuple[str, ...]
    frequencies: NDArray[np.float64]
    code_points: NDArray[np.uint32]

    @classmethod
    def load(cls, source: str | os.PathLike[str], vocabulary: int | None = None, alphabet: str = "stable") -> "Lexicon":
        """Return a named lexicon, or one of the words in a file.

        source: ``english``, ``russian``, ``english:stop=true`` (with "." for sentence ends, and so in Russian),
        ``synthetic``, ``synthetic:flavour=russian``, or the path of a local file of words. vocabulary: the number of
        hyperwords; the most frequent ones are taken. By default 250,000 of a named lexicon, and all of a file.
        alphabet: ``stable`` or ``extended``. Raises InputError.
        """
        return build_lexicon(os.fspath(source), vocabulary, alphabet, open_local)

    def __repr__(self) -> str:
        return f"Lexicon({self.name!r}, vocabulary={self.vocabulary})"

    def _repr_html_(self) -> str:
        """Return a table for notebooks: what the lexicon is, and its most frequent words."""
        words = self.words[:_FIRST_WORDS]
        shares = (f"{frequency:.3g}" for frequency in self.frequencies)
        rows = [("name", self.name), ("hyperwords", f"{self.vocabulary:,}"), ("digest", f"{self.digest:.16}...")]
        rows += [
            (f"{self.symbol(i)} {word}", share) for i, (word, share) in enumerate(zip(words, shares, strict=False))
        ]
        return html_table("hyperphrase lexicon", rows)

    def __len__(self) -> int:
        """Return the number of hyperwords."""
        return self.vocabulary

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Lexicon) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def vocabulary(self) -> int:
        """The number of hyperwords, V."""
        return len(self.words)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the lexicon's content without its name.

        The hashed bytes are, all numbers little-endian: the line ``hyperphrase lexicon 1``; V as u64; V code points as
        u32; V frequencies as f64; V + 1 offsets into the words' UTF-8 as i64; that UTF-8.
        """
        words = self.word_table()
        state = hashlib.sha256(_DIGEST_HEAD)
        state.update(self.vocabulary.to_bytes(8, "little"))
        state.update(self.code_points.astype("<u4").tobytes())
        state.update(self.frequencies.astype("<f8").tobytes())
        state.update(words.offsets.astype("<i8").tobytes())
        state.update(words.data.tobytes())
        return state.hexdigest()

    @cached_property
    def symbols(self) -> str:
        """The V symbols as one string: the symbol of id i is ``symbols[i]``."""
        return self.code_points.astype("<u4").tobytes().decode("utf-32-le")

    def symbol(self, word_id: int) -> str:
        """Return the symbol of one id. Raises IndexError if ``word_id`` is not in ``0..V-1``."""
        if word_id < 0:
            raise IndexError(f"id {word_id} is negative")
        return self.symbols[word_id]

    def to_symbols(self, ids: ArrayLike) -> str:
        """Return the symbols of ``ids`` as one string. Raises IndexError for an id that is not in ``0..V-1``."""
        return "".join(map(self.symbol, np.asarray(ids).tolist()))

    def to_words(self, ids: ArrayLike) -> str:
        """Return the words of ``ids``, joined by spaces. Raises IndexError for an id that is not in ``0..V-1``."""
        listed = np.asarray(ids).tolist()
        if any(i < 0 for i in listed):
            raise IndexError(f"id {min(listed)} is negative")
        return " ".join(self.words[i] for i in listed)

    def symbol_table(self) -> TextTable:
        """Return the UTF-8 of each symbol, V rows; computed once."""
        return self._symbol_table

    def word_table(self) -> TextTable:
        """Return the UTF-8 of each word, V rows; computed once."""
        return self._word_table

    @cached_property
    def _symbol_table(self) -> TextTable:
        return text_table(self.symbols)

    @cached_property
    def _word_table(self) -> TextTable:
        return text_table(self.words)

    def write(self, stream: BinaryIO) -> None:
        """Write the lexicon as a file (:mod:`hyperphrase.lexicon.lexicon_file`): the same bytes on every machine."""
        rows = LexiconRows(self.name, self.digest, self.symbol_table(), self.word_table(), self.frequencies)
        write_rows(stream, rows)


def build_lexicon(spec: str, vocabulary: int | None, alphabet: str, open_file: Callable[[str], BinaryIO]) -> Lexicon:
    """Return the lexicon of the words that ``spec`` names (:func:`hyperphrase.lexicon.sources.find_words`).

    The lexicon has ``vocabulary`` hyperwords with the symbols of ``alphabet``; ``open_file`` opens a file of words.
    Raises InputError.
    """
    if vocabulary is not None and vocabulary < 2:
        raise InputError("a lexicon has at least 2 hyperwords; give 2 or more", field="vocabulary", value=vocabulary)
    known = DEFAULT_VOCABULARY if vocabulary is None and is_named(spec) else vocabulary
    symbols = code_points(alphabet, known or 0)  # before words are read: raises for a missing or too small alphabet
    ranked = find_words(spec, vocabulary, open_file)
    if len(symbols) != len(ranked.words):
        symbols = code_points(alphabet, len(ranked.words))
    name = spec.replace("\\", "/").rstrip("/").rpartition("/")[2]  # a file's name without its folder, which is private
    return Lexicon(name, tuple(ranked.words), ranked.frequencies, symbols)


def read_lexicon(stream: BinaryIO, where: str) -> Lexicon:
    """Read a lexicon that :meth:`Lexicon.write` wrote, from an untrusted file.

    ``where`` names the file in errors. Raises CorruptError if the file is not a complete lexicon, or does not match the
    digest stored in it.
    """
    rows = read_rows(stream, where)
    points, words = _code_points(rows.symbols), table_texts(rows.words)
    problem = _problem(points, words, rows.frequencies) or _unfit_texts(rows)
    if problem:
        raise CorruptError(f"{where}: {problem}")
    lexicon = Lexicon(rows.name, tuple(words), rows.frequencies, points)
    vars(lexicon).update(_symbol_table=rows.symbols, _word_table=rows.words)  # saves computing them again
    if rows.digest != lexicon.digest:
        raise CorruptError(f"{where}: the hyperwords do not match the digest in the file")
    return lexicon


def _code_points(symbols: TextTable) -> NDArray[np.uint32]:
    """Return the code points of all symbols: uint32, shape (V,); empty if a symbol has more than one code point."""
    leads = np.flatnonzero((symbols.data & 0xC0) != 0x80)  # the byte at which each code point starts
    if not np.array_equal(leads, symbols.offsets[:-1]):
        return np.empty(0, np.uint32)
    return np.frombuffer(symbols.data.tobytes().decode().encode("utf-32-le"), dtype="<u4").astype(np.uint32)


def _problem(points: NDArray[np.uint32], words: list[str], frequencies: NDArray[np.float64]) -> str | None:
    """Return what is wrong with the columns of a lexicon, None if nothing is."""
    ordered = np.sort(points)
    if not len(points) or (ordered[1:] == ordered[:-1]).any():
        return "the symbols are not distinct single code points"
    if len(set(words)) != len(words):
        return "a word is there twice"
    if not (np.isfinite(frequencies).all() and frequencies[-1] > 0 and (frequencies[1:] <= frequencies[:-1]).all()):
        return "the frequencies are not positive, finite and non-increasing"
    return None


def _unfit_texts(rows: LexiconRows) -> str | None:
    """Return what is wrong with the texts of a lexicon, None if nothing is."""
    for what, table in (("symbol", rows.symbols), ("word", rows.words)):
        texts = table.data.tobytes().decode()
        if not texts.isprintable() or " " in texts:  # a fast check first, which most lexicons pass
            found = unfit(texts)
            if found:
                return f"a {what} holds {found[0]!a}, which is no part of one"
    if np.diff(rows.words.offsets).max() > MAX_WORD:
        return f"a word has more than {MAX_WORD} bytes"
    return None
