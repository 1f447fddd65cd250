"""Bare arrays of ids, as nanoGPT, OLMo and nanotron map them into memory; an id of its own follows each phrase.

That id is V, the size of the vocabulary and the first id that is no hyperword: trainers call it the end of a document.
An id takes two bytes if V has 16 bits, else four, little-endian. The file has nothing else, so that several of them in
a row are one array too.
"""

import functools
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Encoder, ReadableFormat, Texts, check_block
from hyperphrase.codecs.compression import read_pieces
from hyperphrase.codecs.record_reading import (
    BLOCK_PHRASES,
    COMPLETE,
    FIRST_DEFECT,
    INCOMPLETE,
    MIN_FREE_IDS,
    Scanner,
    numbered,
)
from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import load_u32
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.phrases.blocks import PhraseBlock

_MOST_NARROW = (1 << 16) - 1  # the largest id that has two bytes

_BAD_ID, _EMPTY, _LONG = range(FIRST_DEFECT, FIRST_DEFECT + 3)
_DEFECTS = ("an id outside the vocabulary", "a phrase without ids", f"more than {MAX_LENGTH} ids")


class TokenArrayFormat(ReadableFormat):
    """Arrays of unsigned numbers, of 16 or 32 bits."""

    name = "tokens"
    stores_seeds = False

    def token_type(self, vocabulary: int) -> np.dtype[Any]:
        """Return the type of the numbers in the file, for a corpus of ``vocabulary`` hyperwords."""
        return np.dtype("<u2" if vocabulary <= _MOST_NARROW else "<u4")

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard; ``texts`` are not used."""
        self.check_compression(compression)
        return _TokenArrayEncoder(vocabulary, self.token_type(vocabulary))

    def decode(
        self, stream: BinaryIO, compression: str, texts: Texts | None, vocabulary: int, where: str
    ) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard."""
        self.check_compression(compression)
        width = self.token_type(vocabulary).itemsize
        scan = functools.partial(_scan, width, np.uint32(vocabulary))
        scanner = Scanner(scan, width * (MAX_LENGTH + 1), _DEFECTS)
        return numbered(scanner.blocks(read_pieces(stream, compression, where), where))


class _TokenArrayEncoder(Encoder):
    """Writes ids, and the end of each phrase."""

    def __init__(self, vocabulary: int, kind: np.dtype[Any]) -> None:
        self._end = vocabulary
        self._tokens = np.empty(0, kind)

    def begin(self) -> bytes:
        """Return nothing: the file has no header."""
        return b""

    def encode(self, block: PhraseBlock) -> memoryview:
        """Return the ids of ``block``, with an end behind each phrase."""
        check_block(block, self._end)
        size = len(block.ids) + len(block)
        if size > len(self._tokens):
            self._tokens = np.empty(size * 5 // 4, self._tokens.dtype)
        _write(self._tokens, block.ids, block.offsets, self._end)
        return self._tokens[:size].data.cast("B")

    def end(self) -> bytes:
        """Return nothing: the file has no trailer."""
        return b""


@bare_kernel
def _write(tokens: NDArray[Any], ids: NDArray[np.uint32], offsets: NDArray[np.int64], end: int) -> None:
    """Write each phrase of ``ids`` and ``end`` behind it."""
    for k in range(len(offsets) - 1):
        source, target = np.uint64(offsets[k]), np.uint64(offsets[k] + k)
        for j in range(np.uint64(offsets[k + 1] - offsets[k])):  # unsigned indices make it vector code
            tokens[target + j] = ids[source + j]
        tokens[offsets[k + 1] + k] = end


@bare_kernel
def _scan(width: int, end: np.uint32, data: NDArray[np.uint8], at: int, stop: int, block: Any) -> tuple[int, int, int]:
    """Parse whole phrases, see :class:`hyperphrase.codecs.record_reading.Scan`. width: bytes of an id."""
    ids, offsets, _ = block
    mask = np.uint32(0xFFFFFFFF if width == 4 else 0xFFFF)
    count = first = 0
    while count < BLOCK_PHRASES and first + MIN_FREE_IDS <= len(ids):
        place, symbols = at, 0
        while True:
            if place + width > stop:
                return at, count, INCOMPLETE
            token = load_u32(data, place) & mask
            place += width
            if token >= end or symbols == MAX_LENGTH:
                break
            ids[first + symbols] = token
            symbols += 1
        if token != end:
            return at, count, _BAD_ID if token > end else _LONG
        if symbols == 0:
            return at, count, _EMPTY
        first += symbols
        count += 1
        offsets[count] = first
        at = place
    return at, count, COMPLETE
