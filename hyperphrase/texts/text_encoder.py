"""Encode texts, whole or as a stream in bounded memory, and decode them: nothing is lost, byte for byte."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import AnyStr

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.kernels.intrinsics import WORD_PADDING
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.texts.code_tables import AHEAD, code_tables
from hyperphrase.texts.decoding import DEFECTS, FINE, decode_text
from hyperphrase.texts.encoding import FOUND, GROWTH, WORDS, encode_text
from hyperphrase.untrusted.file_kinds import kind_of, not_utf8

BLOCK = 1 << 18  # bytes that are encoded or decoded at once: these and what is made of them stay in the cache
Piece = bytes | memoryview


@dataclass
class TextCounts:
    """Counts of a text. bytes_in, bytes_out: read and written. words, hyperwords: those of the text, those found."""

    bytes_in: int = 0
    bytes_out: int = 0
    words: int = 0
    hyperwords: int = 0


class TextEncoder:
    """Writes texts with the symbols of a lexicon, and reads them back.

    Each word of the lexicon becomes its symbol, and the space between two symbols is left out; all else is copied, so
    that any text comes back as it was. The rules are in docs/text.md.

    >>> from hyperphrase import Lexicon, TextEncoder
    >>> lexicon = Lexicon.load("english", vocabulary=1000)
    >>> encoder = TextEncoder(lexicon)
    >>> encoded = encoder.encode("The time of the year, xyzzy!")
    >>> encoded == f"^{lexicon.symbols[0]}" + "".join(
    ...     lexicon.symbols[lexicon.words.index(word)] for word in ("time", "of", "the", "year")
    ... ) + ", xyzzy!"
    True
    >>> encoder.decode(encoded)
    'The time of the year, xyzzy!'
    """

    def __init__(self, lexicon: Lexicon) -> None:
        """Raise InputError for a lexicon with a symbol that means something else in encoded texts."""
        self.lexicon = lexicon
        self._tables = code_tables(lexicon)
        self._ahead = self._tables.longest + 2 * AHEAD  # bytes that a kernel leaves, and part of a character

    def __repr__(self) -> str:
        return f"TextEncoder({self.lexicon!r})"

    def encode(self, text: AnyStr) -> AnyStr:
        """Return a text encoded, as ``str`` or as UTF-8. Raises InputError for bytes that are not UTF-8."""
        return _applied(self.encoded, text)

    def decode(self, text: AnyStr) -> AnyStr:
        """Return the text that was encoded. Raises CorruptError for what no encoder with this lexicon has written."""
        return _applied(self.decoded, text)

    def encoded(
        self, pieces: Iterable[Piece], where: str = "text", counts: TextCounts | None = None
    ) -> Iterator[bytes]:
        """Yield an encoded text in pieces, in bounded memory.

        pieces: the text's UTF-8, cut anywhere. counts: is added to. Raises InputError for what is not UTF-8; it names
        ``where``, the byte's position and the line.
        """
        counts = counts or TextCounts()
        text, state = _Text(where, self._ahead, InputError), np.zeros(4, np.int64)
        low = np.zeros(self._tables.longest + WORD_PADDING, np.uint8)
        out = np.empty(GROWTH * (BLOCK + self._ahead) + AHEAD, np.uint8)
        for data, end, last in text.parts(pieces):
            read, place = encode_text(data, end, last, low, out, state, self._tables)
            text.drop(read)
            counts.bytes_in, counts.bytes_out = counts.bytes_in + read, counts.bytes_out + place
            yield out[:place].tobytes()
        counts.words, counts.hyperwords = counts.words + int(state[WORDS]), counts.hyperwords + int(state[FOUND])

    def decoded(
        self, pieces: Iterable[Piece], where: str = "text", counts: TextCounts | None = None
    ) -> Iterator[bytes]:
        """Yield the text that was encoded, as :meth:`encoded` yields its own.

        Raises CorruptError; it names ``where``, the byte's position and the line.
        """
        counts = counts or TextCounts()
        text, state = _Text(where, self._ahead, CorruptError), np.zeros(1, np.int64)
        out = np.empty(4 * BLOCK + self._tables.longest + AHEAD, np.uint8)
        full = len(out) - self._tables.longest - AHEAD  # the kernel returns when it is past this place
        for data, end, last in text.parts(pieces):
            read, place = 0, full + 1
            while place > full:
                before = read
                read, place, defect = decode_text(data, read, end, last, out, state, self._tables)
                counts.bytes_in, counts.bytes_out = counts.bytes_in + read - before, counts.bytes_out + place
                yield out[:place].tobytes()
                if defect != FINE:
                    raise text.error(read, DEFECTS[defect])
            text.drop(read)


class _Text:
    """A text in UTF-8 that comes in pieces: cut into parts of whole characters, with the place of what is wrong.

    ahead: bytes that may be left of a part. error: the exception to raise.
    """

    def __init__(self, where: str, ahead: int, error: type[InputError] | type[CorruptError]) -> None:
        self._where, self._error = where, error
        self._bytes = bytearray(BLOCK + ahead + WORD_PADDING)  # what is not dropped, and then anything
        self._data = np.frombuffer(self._bytes, np.uint8)
        self._size = 0
        self._dropped, self._line = 0, 1  # bytes dropped, and the line of the first byte that is not

    def parts(self, pieces: Iterable[Piece]) -> Iterator[tuple[NDArray[np.uint8], int, bool]]:
        """Yield (data, end, whether the text ends at ``end``): what is not dropped and the next bytes.

        data: uint8, whole characters up to ``end``, and WORD_PADDING bytes more at least; valid until the next.
        """
        for piece in pieces:
            for start in range(0, len(piece), BLOCK):
                yield self._data, self._add(piece[start : start + BLOCK], False), False
        yield self._data, self._add(b"", True), True

    def _add(self, piece: Piece, last: bool) -> int:
        """Append a piece; return the size of all whole characters."""
        begin, self._size = self._size, self._size + len(piece)
        self._bytes[begin : self._size] = piece
        try:
            return codecs.utf_8_decode(memoryview(self._bytes)[: self._size], "strict", last)[1]
        except UnicodeDecodeError as error:
            data = bytes(self._bytes[: self._size])
            kind = None if self._dropped else kind_of(data)
            what = f"belongs to {kind.name}; {kind.advice}" if kind else not_utf8(data[error.start :])
            raise self.error(error.start, what) from None

    def drop(self, size: int) -> None:
        """Forget the first ``size`` bytes, which are done."""
        self._line += self._bytes.count(b"\n", 0, size)
        self._dropped += size
        self._bytes[: self._size - size] = self._bytes[size : self._size]
        self._size -= size

    def error(self, at: int, what: str) -> InputError | CorruptError:
        """Return the error of a byte of the data."""
        line = self._line + self._bytes.count(b"\n", 0, at)
        return self._error(f"{self._where}: byte {self._dropped + at}, in line {line}, {what}")


def _applied(function: Callable[[Iterable[Piece]], Iterator[bytes]], text: AnyStr) -> AnyStr:
    if isinstance(text, bytes):
        return b"".join(function([text]))
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"text: character {error.start} is a lone surrogate, which no UTF-8 has") from None
    return b"".join(function([data])).decode()
