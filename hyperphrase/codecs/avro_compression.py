"""What compresses the blocks of an Avro container: deflate and zstandard.

A zstandard frame is the same on every processor, but another version of the library may write another one: setup.py
names the version. The level is 1, since higher ones save nothing on ids. A block's content is bounded when it is read.
Source: Apache Avro 1.12 specification, "Required Codecs" and "Optional Codecs".
"""

from collections.abc import Callable

import zstandard
from zlib_ng import zlib_ng

from hyperphrase.codecs.compression import InflateError
from hyperphrase.codecs.deflate import Deflater
from hyperphrase.errors import CorruptError

_ZSTD_LEVEL = 1
_ZSTD_MAX_WINDOW = 1 << 20  # bytes


def codec(compression: str) -> str:
    """Return Avro's name of ``compression``."""
    return "null" if compression == "none" else compression


def compressor(compression: str) -> Callable[[memoryview], bytes | memoryview]:
    """Return a function that compresses the content of one container block; it keeps its memory for the next one."""
    if compression == "zstandard":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress
    return Deflater().whole if compression == "deflate" else memoryview


def _inflate(stored: memoryview, most: int) -> bytes:
    """Return the content of a raw deflate stream; ValueError unless it is whole and at most ``most`` bytes."""
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    content = inflater.decompress(stored, most)
    if not inflater.eof or inflater.unused_data:
        raise ValueError("not one whole deflate stream of bounded size")
    return content


def _unzstd(stored: memoryview, most: int) -> bytes:
    """Return the content of one zstandard frame; ValueError unless it is whole and at most ``most`` bytes."""
    if not 0 < zstandard.frame_content_size(stored) <= most:
        raise ValueError("zstandard frame without a bounded content size")
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW)
    return decompressor.decompress(stored, max_output_size=most, allow_extra_data=False)


def content_of(stored: memoryview, compression: str, most: int, place: str) -> bytes | memoryview:
    """Return the content of a container block, ``most`` bytes at most; CorruptError names ``place``."""
    try:
        if compression == "none":
            return stored
        return _unzstd(stored, most) if compression == "zstandard" else _inflate(stored, most)
    except (InflateError, zstandard.ZstdError, ValueError) as error:
        raise CorruptError(f"{place}: {error}") from error
