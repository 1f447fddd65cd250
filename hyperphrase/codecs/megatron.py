"""The files that Megatron-LM reads: a phrase is a document of one sequence, in ``.bin``, with an index in ``.idx``.

Source: Megatron-LM, megatron/core/datasets/indexed_dataset.py, version 1 of the index.
"""

import struct
from typing import Any

import numpy as np

from hyperphrase.codecs.base import Encoder, Format, Texts, check_block
from hyperphrase.codecs.token_arrays import TokenArrayFormat
from hyperphrase.phrases.blocks import PhraseBlock

_MAGIC, _VERSION = b"MMIDIDX\x00\x00", 1
_CODES = {np.dtype("<u2"): 8, np.dtype("<i4"): 4}  # of the types of ids
_MOST_NARROW = 65_499  # the largest vocabulary whose ids have two bytes: so Megatron-LM decides it


class MegatronFormat(TokenArrayFormat):
    """The ids: arrays of uint16 or int32, with the end of a document, V, behind each phrase."""

    name = "megatron"
    companion = "megatron_index"

    def extension(self, compression: str) -> str:
        return "bin"

    def token_type(self, vocabulary: int) -> np.dtype[Any]:
        return np.dtype("<u2" if vocabulary <= _MOST_NARROW else "<i4")


class MegatronIndexFormat(Format):
    """The index: the type of ids, and of each document its length and its place in the file of ids."""

    name = "megatron_index"

    def extension(self, compression: str) -> str:
        return "idx"

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new index; ``texts`` are not used."""
        self.check_compression(compression)
        return _IndexEncoder(vocabulary)

    def encoder_bytes(self, phrases: int) -> int:
        return 2 * (4 + 8 + 8) * phrases  # the three arrays, and the same as bytes


class _IndexEncoder(Encoder):
    """Collects the lengths of all phrases, since the index begins with their number."""

    def __init__(self, vocabulary: int) -> None:
        self._vocabulary = vocabulary
        self._lengths = [np.empty(0, np.int32)]

    def begin(self) -> bytes:
        """Return nothing: the header has the number of phrases."""
        return b""

    def encode(self, block: PhraseBlock) -> bytes:
        """Return nothing: the index is written at the end."""
        check_block(block, self._vocabulary)
        self._lengths.append((block.lengths + 1).astype(np.int32))
        return b""

    def end(self) -> bytes:
        """Return the index."""
        kind = MegatronFormat().token_type(self._vocabulary)
        lengths = np.concatenate(self._lengths)
        pointers = np.zeros(len(lengths), np.int64)
        np.cumsum(lengths[:-1], out=pointers[1:])
        documents = np.arange(len(lengths) + 1, dtype=np.int64)
        header = _MAGIC + struct.pack("<QBQQ", _VERSION, _CODES[kind], len(lengths), len(documents))
        arrays = (lengths, pointers * kind.itemsize, documents)
        return b"".join([header, *(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)])
