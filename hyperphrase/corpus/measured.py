"""A stream that measures what is read from it: its size and its CRC32C."""

import contextlib
import io
import os
from typing import BinaryIO

import google_crc32c

from hyperphrase.corpus.manifest import File
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError

_PIECE = 1 << 20  # bytes


class Measured(io.RawIOBase):
    """Reads from a stream and measures what was read: its size in bytes and its CRC32C.

    The pages of a local file are removed from the page cache after they are read: a corpus can be larger than memory,
    and freeing pages on demand for each piece would take longer than checking it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.size, self.crc = stream, 0, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        if isinstance(self._stream, io.BufferedReader) and hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):  # not every file system takes advice
                os.posix_fadvise(self._stream.fileno(), self.size, len(piece), os.POSIX_FADV_DONTNEED)
        self.size += len(piece)
        self.crc = google_crc32c.extend(self.crc, piece)
        return piece

    def compare(self, file: File | Shard) -> None:
        """Read the rest of the stream. Raises CorruptError unless size and CRC32C are those of ``file``."""
        while self.read(_PIECE):
            pass
        check_measures(file, self.size, self.crc)


def check_measures(file: File | Shard, size: int, crc: int) -> None:
    """Raise CorruptError unless these are size and CRC32C of ``file``."""
    if (size, crc) != (file.bytes, file.crc32c):
        raise CorruptError(
            f"{file.name}: {size} bytes with crc32c {crc:08x}, the manifest says {file.bytes} with {file.crc32c:08x}"
        )
