"""Parquet: a row is a phrase, in columns ``seed`` and ``input_ids``, for whatever reads tables."""

from collections.abc import Iterator
from typing import BinaryIO

from hyperphrase.codecs.base import Encoder, ReadableFormat, Texts
from hyperphrase.codecs.parquet_reading import read_shard
from hyperphrase.codecs.parquet_writing import COMPRESSIONS, GROUP_SYMBOLS, ParquetEncoder
from hyperphrase.phrases.blocks import PhraseBlock


class ParquetFormat(ReadableFormat):
    """Parquet files; "zstandard" compresses each of their pages."""

    name = "parquet"
    compressions = tuple(COMPRESSIONS)

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard; ``texts`` and ``vocabulary`` are not used."""
        self.check_compression(compression)
        return ParquetEncoder(compression)

    def encoder_bytes(self, phrases: int) -> int:
        return 6 * 4 * GROUP_SYMBOLS  # measured: pyarrow has copies of a row group

    def decode(
        self, stream: BinaryIO, compression: str, texts: Texts | None, vocabulary: int, where: str
    ) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard; a row group is compared as a whole before the first of its phrases."""
        self.check_compression(compression)
        return read_shard(stream, compression, where)
