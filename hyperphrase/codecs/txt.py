"""Plain text: the text of one phrase a line, for whatever reads lines. The seeds are not in the file."""

from collections.abc import Iterator
from typing import BinaryIO

from hyperphrase.codecs.base import Encoder, Texts, needed
from hyperphrase.codecs.line_reading import LineFormat
from hyperphrase.codecs.line_writing import line_shape
from hyperphrase.codecs.record_reading import numbered
from hyperphrase.phrases.blocks import PhraseBlock


class TextFormat(LineFormat):
    """One phrase a line."""

    name = "txt"
    stores_seeds = False
    shape = line_shape(b"", b"", b"\n")
    escapes = False

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard; ValueError if a text holds the end of a line."""
        _check_one_line(needed(texts))
        return super().encoder(compression, texts, vocabulary)

    def decode(
        self, stream: BinaryIO, compression: str, texts: Texts | None, vocabulary: int, where: str
    ) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard; their seeds are not in the file: they are numbered 0, 1, 2, ... instead."""
        _check_one_line(needed(texts))
        return numbered(super().decode(stream, compression, texts, vocabulary, where))


def _check_one_line(texts: Texts) -> None:
    if (texts.table.data == ord("\n")).any():
        raise ValueError("texts: a text holds the end of a line, which format txt cannot store")
