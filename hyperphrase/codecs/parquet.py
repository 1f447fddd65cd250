"""Parquet: a row is a phrase, in columns ``seed`` and ``input_ids``, for whatever reads tables."""

from collections.abc import Iterator
from typing import BinaryIO

from hyperphrase.codecs.base import Encoder, Format, Texts
from hyperphrase.codecs.parquet_reading import read_shard
from hyperphrase.codecs.parquet_writing import COMPRESSIONS, GROUP_SYMBOLS, ParquetEncoder
from hyperphrase.phrases.blocks import PhraseBlock


class ParquetFormat(Format):
    """Parquet files; "zstandard" compresses each of their pages."""

    name = "parquet"
    compressions = tuple(COMPRESSIONS)
    text = False
    encoder_bytes = 6 * 4 * GROUP_SYMBOLS  # measured: pyarrow has copies of a row group

    def encoder(self, compression: str, texts: Texts | None) -> Encoder:
        """Return the encoder of one new shard; ``texts`` are not used."""
        self.check_compression(compression)
        return ParquetEncoder(compression)

    def decode(self, stream: BinaryIO, compression: str, texts: Texts | None, where: str) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard; a row group is compared as a whole before the first of its phrases."""
        self.check_compression(compression)
        return read_shard(stream, compression, where)
