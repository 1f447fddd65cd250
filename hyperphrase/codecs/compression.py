"""Gzip around a whole shard, written and read as a stream in bounded memory.

What is written depends on the content alone, see :mod:`hyperphrase.codecs.deflate`; the ten bytes of the header are
our own (no time, no name, system unknown), so that they say nothing of the machine. zlib-ng, as strict as zlib, reads.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from zlib_ng import zlib_ng

from hyperphrase.codecs.base import Encoder
from hyperphrase.codecs.deflate import Deflater
from hyperphrase.errors import CorruptError
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.untrusted.decompression import InflateError, read_full

PIECE = 1 << 19  # bytes; what a decoder works on at a time: as much as a core's own cache holds
_COMPRESSED_PIECE = 1 << 18  # bytes
_HEADER = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 255])  # deflate, no flags, no time, fastest, system unknown
_TRAILER = struct.Struct("<II")  # CRC-32 and size modulo 2^32 of the uncompressed bytes


class GzipEncoder(Encoder):
    """Compresses what another encoder writes into a file of one gzip member (RFC 1952)."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self._deflater = Deflater()
        self._crc = 0
        self._size = 0

    def _compress(self, piece: bytes | memoryview) -> memoryview:
        self._crc = zlib_ng.crc32(piece, self._crc)
        self._size += len(piece)
        return self._deflater.add(piece)

    def begin(self) -> bytes:
        """Return the gzip header and what the inner header yields so far."""
        return _HEADER + self._compress(self._inner.begin())

    def encode(self, block: PhraseBlock) -> memoryview:
        """Return what the compressor has ready; it counts bytes of content, so blocks leave no trace."""
        return self._compress(self._inner.encode(block))

    def end(self) -> bytes:
        """Return the rest of the deflate stream and the gzip trailer."""
        rest = bytes(self._compress(self._inner.end())) + self._deflater.end()
        return rest + _TRAILER.pack(self._crc, self._size & 0xFFFFFFFF)


def compressed(encoder: Encoder, compression: str) -> Encoder:
    """Return ``encoder`` for "none", else around it what ``compression`` ("gzip") asks for."""
    return GzipEncoder(encoder) if compression == "gzip" else encoder


def read_pieces(stream: BinaryIO, compression: str, where: str) -> Iterator[bytes]:
    """Yield the uncompressed bytes of ``stream`` in pieces of at most :data:`PIECE` bytes, none of them empty.

    Raises :class:`CorruptError` if ``compression`` is "gzip" and the stream is not what :class:`GzipEncoder` writes.
    """
    if compression == "gzip":
        yield from _gunzip(stream, where)
        return
    while piece := read_full(stream, PIECE):
        yield piece


def _gunzip(stream: BinaryIO, where: str) -> Iterator[bytes]:
    if read_full(stream, len(_HEADER)) != _HEADER:
        raise CorruptError(f"{where}: gzip header at byte 0 is not the one that is written here")
    inflate = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    crc = size = 0
    while not inflate.eof:
        source = inflate.unconsumed_tail or read_full(stream, _COMPRESSED_PIECE)
        try:
            piece = inflate.decompress(source, PIECE)
        except InflateError as error:
            raise CorruptError(f"{where}: gzip stream is damaged after byte {size} of its content: {error}") from error
        if not source and not piece and not inflate.eof:
            raise CorruptError(f"{where}: gzip stream is cut off after byte {size} of its content")
        crc = zlib_ng.crc32(piece, crc)
        size += len(piece)
        if piece:
            yield piece
    tail = inflate.unused_data + read_full(stream, _TRAILER.size + 1)
    if tail != _TRAILER.pack(crc, size & 0xFFFFFFFF):
        raise CorruptError(f"{where}: gzip trailer is wrong, or not the end, after byte {size} of the content")
