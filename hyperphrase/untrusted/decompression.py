"""Read and decompress untrusted bytes in bounded memory.

A small stream can unpack to a thousand times its size, so every function here takes the maximum number of bytes that
it may return.
"""

from typing import BinaryIO, cast

import zstandard
from zlib_ng import zlib_ng

InflateError = cast("type[Exception]", zlib_ng.error)
"""The exception that zlib-ng raises for a damaged stream."""

_MOST_AT_ONCE = 16 << 20  # bytes
_ZSTD_MAX_WINDOW = 1 << 20  # bytes


def read_full(stream: BinaryIO, size: int) -> bytes:
    """Return ``size`` bytes of ``stream``, fewer only at its end; one call of its ``read`` may return less."""
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(min(size, _MOST_AT_ONCE))):  # ``read`` may allocate the size asked for
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def inflate(stored: memoryview, most: int, trailing: bool = False) -> bytes:
    """Return the content of a raw deflate stream (RFC 1951), at most ``most`` bytes.

    trailing: accept bytes after the end of the stream, which some writers leave there.
    Raises ValueError if the stream is truncated or unpacks to more, :data:`InflateError` if it is damaged.
    """
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    content: bytes = inflater.decompress(stored, most)
    if not inflater.eof or (inflater.unused_data and not trailing):
        raise ValueError("not one whole deflate stream of bounded size")
    return content


def unzstd(stored: memoryview, most: int) -> bytes:
    """Return the content of one zstandard frame (RFC 8878), at most ``most`` bytes.

    Raises ValueError if the frame does not state a bounded size, zstandard.ZstdError if it is damaged.
    """
    if not 0 < zstandard.frame_content_size(stored) <= most:
        raise ValueError("zstandard frame without a bounded content size")
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW)
    return decompressor.decompress(stored, max_output_size=most, allow_extra_data=False)
