"""Deflate by zlib-ng, and gzip around a whole shard, written and read as a stream in bounded memory.

zlib-ng writes the same bytes on every processor (compared under emulation: x86-64 with and without SSE 4.2, AVX2 and
AVX-512, and ARM), but another version of it may write others: setup.py pins the version and the manifest records it.
At some levels the bytes also depend on how the content is cut into calls, so it is handed over in pieces of a fixed
size, counted from the beginning of the stream. The ten bytes of the gzip header are constant: no time, no name, system
unknown.
"""

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

from zlib_ng import zlib_ng

from hyperphrase.codecs.base import Buffer, Encoder
from hyperphrase.errors import CorruptError
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.untrusted.decompression import InflateError, read_full

DEFLATE_BYTES = 1 << 18  # of content, handed to zlib-ng at a time
_LEVEL = 2  # the lowest level with codes of its own; levels 3 to 6 take longer and save 0.2 % on sampled ids
_MEMORY_LEVEL = 9  # the longest blocks: 0.2 % smaller than the default, 8, and no slower
DECODED_PIECE_BYTES = 1 << 19  # what a decoder works on at a time: as much as a core's own cache holds
_COMPRESSED_PIECE_BYTES = 1 << 18  # read at a time
_HEADER = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 255])  # deflate, no flags, no time, fastest, system unknown
_TRAILER = struct.Struct("<II")  # CRC-32 and size modulo 2^32 of the uncompressed bytes


def deflate_stream() -> Any:
    """Return a new zlib-ng compressor of one raw deflate stream (RFC 1951)."""
    return zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS, _MEMORY_LEVEL)


def deflate(content: bytes | memoryview) -> bytes:
    """Return ``content`` as one raw deflate stream."""
    stream = deflate_stream()
    return bytes(stream.compress(content) + stream.flush())


class GzipEncoder(Encoder):
    """Compresses what another encoder writes into a file of one gzip member (RFC 1952)."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self._stream = deflate_stream()
        self._pending = Buffer()  # content that does not fill DEFLATE_BYTES yet
        self._pending.reserve(DEFLATE_BYTES)
        self._crc = 0
        self._size = 0

    def _compress(self, content: bytes | memoryview) -> bytes:
        """Return what the full pieces yield; the rest of ``content`` waits."""
        self._crc = zlib_ng.crc32(content, self._crc)
        self._size += len(content)
        rest, parts = memoryview(content), []
        while len(rest):
            taken = min(len(rest), DEFLATE_BYTES - self._pending.size)
            self._pending.append(rest[:taken])
            rest = rest[taken:]
            if self._pending.size == DEFLATE_BYTES:
                parts.append(self._stream.compress(self._pending.view()))
                self._pending.size = 0
        return b"".join(parts)

    def begin(self) -> bytes:
        """Return the gzip header and what the inner header yields so far."""
        return _HEADER + self._compress(self._inner.begin())

    def encode(self, block: PhraseBlock) -> bytes:
        """Return what the compressor has ready; it lags behind the phrases."""
        return self._compress(self._inner.encode(block))

    def end(self) -> bytes:
        """Return the rest of the deflate stream and the gzip trailer."""
        parts = [self._compress(self._inner.end()), self._stream.compress(self._pending.view()), self._stream.flush()]
        return b"".join([*parts, _TRAILER.pack(self._crc, self._size & 0xFFFFFFFF)])


def compressed(encoder: Encoder, compression: str) -> Encoder:
    """Return ``encoder`` for "none", else around it what ``compression`` ("gzip") asks for."""
    return GzipEncoder(encoder) if compression == "gzip" else encoder


def read_pieces(stream: BinaryIO, compression: str, where: str) -> Iterator[bytes]:
    """Yield the uncompressed bytes of ``stream`` in pieces of at most :data:`DECODED_PIECE_BYTES`, none of them empty.

    Raises :class:`CorruptError` if ``compression`` is "gzip" and the stream is not what :class:`GzipEncoder` writes.
    """
    if compression == "gzip":
        yield from _gunzip(stream, where)
        return
    while piece := read_full(stream, DECODED_PIECE_BYTES):
        yield piece


def _gunzip(stream: BinaryIO, where: str) -> Iterator[bytes]:
    if read_full(stream, len(_HEADER)) != _HEADER:
        raise CorruptError(f"{where}: gzip header at byte 0 is not the one that is written here")
    inflate = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    crc = size = 0
    while not inflate.eof:
        source = inflate.unconsumed_tail or read_full(stream, _COMPRESSED_PIECE_BYTES)
        try:
            piece = inflate.decompress(source, DECODED_PIECE_BYTES)
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
