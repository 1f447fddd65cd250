"""What compresses the blocks of an Avro container, and decompresses them and the pages of Parquet: deflate, zstandard.

Both libraries write the same bytes on every processor, but other versions of them may write others: pyproject.toml
pins the versions and the manifest records them. The level of zstandard is 1, since higher ones save nothing on sampled
ids. A block's content is bounded when it is read.
Source: Apache Avro 1.12 specification, "Required Codecs" and "Optional Codecs".
"""

from collections.abc import Callable

import zstandard

from hyperphrase.codecs.compression import deflate
from hyperphrase.errors import CorruptError
from hyperphrase.untrusted.decompression import InflateError, inflate, unzstd

_ZSTD_LEVEL = 1


def codec(compression: str) -> str:
    """Return Avro's name of ``compression``."""
    return "null" if compression == "none" else compression


def compressor(compression: str) -> Callable[[memoryview], bytes | memoryview]:
    """Return a function that compresses the content of one container block."""
    if compression == "zstandard":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress
    return deflate if compression == "deflate" else memoryview


def content_of(stored: memoryview, compression: str, most: int, place: str) -> bytes | memoryview:
    """Return the content of a container block or page, ``most`` bytes at most; CorruptError names ``place``."""
    try:
        if compression == "none":
            return stored
        return unzstd(stored, most) if compression == "zstandard" else inflate(stored, most)
    except (InflateError, zstandard.ZstdError, ValueError) as error:
        raise CorruptError(f"{place}: {error}") from error
