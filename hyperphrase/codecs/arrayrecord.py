"""ArrayRecord, for Grain and what is built on it: a record is the ``tf.train.Example`` that a TFRecord shard has.

The package ``array_record`` writes it, each record in a group of its own, so that any record can be read alone.
"""

import contextlib
import importlib.util
import mmap
import struct
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from hyperphrase.codecs.base import Encoder, Format, Texts
from hyperphrase.codecs.tfrecord import TFRecordEncoder
from hyperphrase.codecs.tfrecord_framing import FOOTER_BYTES, HEADER_BYTES
from hyperphrase.phrases.blocks import PhraseBlock

_size_at = struct.Struct("<Q").unpack_from  # what a framed record begins with
_OPTIONS = "group_size:1,uncompressed"  # compressing each record alone makes files larger: measured


class ArrayRecordFormat(Format):
    """ArrayRecord files."""

    name = "arrayrecord"
    library = "array-record"
    grain = 1 << 16  # a block of the Riegeli format, which is padded

    def is_installed(self) -> bool:
        return importlib.util.find_spec("array_record") is not None

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard; ``texts`` and ``vocabulary`` are not used."""
        self.check_compression(compression)
        self.check_library()
        return _ArrayRecordEncoder()


class _ArrayRecordEncoder(Encoder):
    """Has the package write a temporary file, and returns all of it at the end."""

    def __init__(self) -> None:
        from array_record.python.array_record_module import ArrayRecordWriter

        self._examples = TFRecordEncoder()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # without a name: nothing is left whatever happens
        self._writer: Any = ArrayRecordWriter(f"/proc/self/fd/{self._file.fileno()}", _OPTIONS)

    def begin(self) -> bytes:
        """Return nothing: the file is returned at the end."""
        return b""

    def encode(self, block: PhraseBlock) -> bytes:
        """Return nothing: the file is returned at the end."""
        records = bytes(self._examples.encode(block))
        write, end = self._writer.write, -FOOTER_BYTES
        with _failures():
            while end + FOOTER_BYTES < len(records):
                begin = end + FOOTER_BYTES + HEADER_BYTES
                end = begin + _size_at(records, begin - HEADER_BYTES)[0]
                write(records[begin:end])
        return b""

    def end(self) -> memoryview:
        """Return the file, which stays mapped into memory as long as its bytes are in use."""
        with _failures():
            self._writer.close()
        with self._file:
            content = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(content, np.uint8).data


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """Raise an OSError for what the package reports: its errors are RuntimeErrors with the system's words."""
    try:
        yield
    except RuntimeError as error:
        folder = tempfile.gettempdir()
        raise OSError(f"a temporary file in {folder}: {error}; name a folder with room in TMPDIR") from error
