"""Avro object container files of records ``Phrase {seed: long, ids: array<int>}``.

The container's blocks are cut by bytes counted from the beginning of the shard, never by the blocks of phrases that
come in. The header is fastavro's and the sync marker fixed, so the same phrases always make the same file.
Source: Apache Avro 1.12 specification, "Object Container Files" and "Binary Encoding".
"""

import functools
import hashlib
import io
import json
from collections.abc import Iterator
from typing import BinaryIO

import fastavro
import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.base import Buffer, Columns, Encoder, ReadableFormat, Texts, check_block, columns_of
from hyperphrase.codecs.block_compression import codec, compressor, content_of
from hyperphrase.codecs.compression import read_pieces
from hyperphrase.codecs.record_reading import COMPLETE, FIRST_DEFECT, INCOMPLETE, MIN_FREE_IDS, Scanner, Window
from hyperphrase.codecs.varints import MAX_SMALL, get_long, get_small, get_varints, put_long, put_small, put_varints
from hyperphrase.codecs.vector_packing import uses_avx512
from hyperphrase.errors import CorruptError
from hyperphrase.kernels import bare_kernel
from hyperphrase.kernels.intrinsics import i64
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock

SCHEMA = {
    "type": "record",
    "name": "Phrase",
    "fields": [{"name": "seed", "type": "long"}, {"name": "ids", "type": {"type": "array", "items": "int"}}],
}
SYNC_MARKER = hashlib.sha256(json.dumps(SCHEMA).encode()).digest()[:16]
BLOCK_BYTES = 1 << 18  # a container block ends with the record that brings it to this size, uncompressed

_MAX_EXTRA = 24  # bytes, at most, of a record that are not ids: seed, count, end of the array
_MAX_RECORD = MAX_SMALL * MAX_LENGTH + _MAX_EXTRA
_MAX_BLOCK = BLOCK_BYTES + _MAX_RECORD
_MAX_STORED = _MAX_BLOCK + _MAX_BLOCK // 64  # a compressor may add a little to what it cannot compress

_BAD_SEED, _BAD_COUNT, _BAD_IDS, _BAD_ARRAY = range(FIRST_DEFECT, FIRST_DEFECT + 4)
_DEFECTS = (
    "seed that is not a number below 2^63",
    f"ids that are not one array block of 1 to {MAX_LENGTH}",
    f"id that is not a number below {MAX_VOCABULARY}",
    "array that does not end after its ids",
)


def _long(value: int) -> bytes:
    """Return ``value`` (not negative) as an Avro long."""
    buffer = np.empty(10, np.uint8)
    return buffer[: put_long(buffer, 0, np.uint64(value << 1))].tobytes()


@functools.cache
def header(name: str) -> bytes:
    """Return the header of a container file, as fastavro writes it with our sync marker; ``name`` is the codec's."""
    out = io.BytesIO()
    fastavro.writer(out, SCHEMA, [], codec=name, sync_marker=SYNC_MARKER)
    return out.getvalue()


@bare_kernel
def _write_records(
    out: NDArray[np.uint8], at: int, limit: int, block: Columns, first: int, avx512: bool
) -> tuple[int, int]:
    """Write phrases from number ``first`` on until ``limit`` is reached; return the place behind, the next number."""
    ids, offsets, seeds = block
    k = first
    while k < len(seeds) and at < limit:
        at = put_long(out, at, np.uint64(seeds[k]) << np.uint64(1))
        start, stop = offsets[k], offsets[k + 1]
        at = put_small(out, at, np.uint32((stop - start) << 1))
        at = put_varints(out, at, ids, start, stop, 1, avx512)
        out[at] = 0
        at += 1
        k += 1
    return at, k


class AvroEncoder(Encoder):
    """Writes container blocks of at least BLOCK_BYTES, the last one excepted."""

    def __init__(self, compression: str) -> None:
        self._header = header(codec(compression))
        self._compress = compressor(compression)
        self._pending = Buffer()  # records of the container block that is not full yet
        self._pending.reserve(_MAX_BLOCK)
        self._records = 0
        self._out = Buffer()

    def begin(self) -> bytes:
        """Return the container's header."""
        return self._header

    def encode(self, block: PhraseBlock) -> memoryview:
        """Return the container blocks that ``block`` fills."""
        check_block(block)
        self._out.size = 0
        pending, columns, done = self._pending, columns_of(block), 0
        while done < len(block):
            pending.size, after = _write_records(pending.data, pending.size, BLOCK_BYTES, columns, done, uses_avx512())
            self._records += after - done
            done = after
            if pending.size >= BLOCK_BYTES:
                self._close_block()
        return self._out.view()

    def _close_block(self) -> None:
        """Move the pending records to the output as a container block."""
        stored = self._compress(self._pending.view())
        self._out.append(_long(self._records) + _long(len(stored)))
        self._out.append(stored)
        self._out.append(SYNC_MARKER)
        self._pending.size = self._records = 0

    def end(self) -> bytes:
        """Return the last container block, if there is one."""
        self._out.size = 0
        if self._records:
            self._close_block()
        return bytes(self._out.view())


@bare_kernel
def _scan_records(data: NDArray[np.uint8], at: int, end: int, block: Columns, avx512: bool) -> tuple[int, int, int]:
    """Parse whole records of a container block."""
    for k in range(len(block.seeds)):
        place = block.offsets[k]
        if at == end:
            return at, k, INCOMPLETE
        if place > len(block.ids) - MIN_FREE_IDS:
            return at, k, COMPLETE
        seed, start = get_long(data, at, end)
        if start <= 0 or seed & np.uint64(1) != np.uint64(0):
            return at, k, INCOMPLETE if start == 0 else _BAD_SEED
        count, size, wrong = get_small(data, start)
        length = i64(count >> np.uint32(1))
        if wrong != 0 or count & np.uint32(1) != 0 or length == 0 or length > MAX_LENGTH:
            return at, k, INCOMPLETE if start + MAX_SMALL > end else _BAD_COUNT
        behind = start + size
        if behind + length >= end:
            return at, k, INCOMPLETE
        behind, stop, defects = get_varints(data, behind, end, block.ids, place, place + length, 1, avx512)
        if defects != 0:
            return at, k, _BAD_IDS
        if stop < place + length or behind == end:
            return at, k, INCOMPLETE
        if data[behind] != 0:
            return at, k, _BAD_ARRAY
        block.offsets[k + 1] = stop
        block.seeds[k] = seed >> np.uint64(1)
        at = behind + 1
    return at, len(block.seeds), COMPLETE


def scan_records(data: NDArray[np.uint8], at: int, end: int, block: Columns) -> tuple[int, int, int]:
    """Parse whole records of a container block, see :class:`hyperphrase.codecs.record_reading.Scan`."""
    return _scan_records(data, at, end, block, uses_avx512())


def _take_long(window: Window, place: str) -> int:
    """Return the Avro long that the window begins with; CorruptError if it is none or negative."""
    window.ensure(10)
    value, behind = get_long(window.data, window.at, window.end)
    if behind <= 0 or value & 1:
        raise CorruptError(f"{place}: no count or size where one is due")
    window.at = behind
    return int(value) >> 1


def _take_block(window: Window, compression: str, place: str) -> tuple[int, bytes | memoryview]:
    """Return the number of records and the uncompressed bytes of the container block that the window begins with."""
    records = _take_long(window, place)
    size = _take_long(window, place)
    if not 0 < records <= _MAX_BLOCK or not 0 < size <= _MAX_STORED:
        raise CorruptError(f"{place}: {records} records in {size} bytes are out of bounds")
    window.ensure(size + len(SYNC_MARKER))
    stored = window.take(size)
    if len(stored) < size:
        raise CorruptError(f"{place}: cut off")
    if window.take(len(SYNC_MARKER)) != SYNC_MARKER:
        raise CorruptError(f"{place}: no sync marker at its end")
    return records, content_of(stored, compression, _MAX_BLOCK, place)


def _decode(stream: BinaryIO, compression: str, where: str) -> Iterator[PhraseBlock]:
    """Yield the phrases of a container file."""
    window = Window(read_pieces(stream, "none", where))
    expected = header(codec(compression))
    if window.take(len(expected)) != expected:
        raise CorruptError(f"{where}: header at byte 0 is not that of phrases with codec {codec(compression)}")
    scanner = Scanner(scan_records, _MAX_RECORD, _DEFECTS)
    due = 0
    while window.ensure(1):
        place = f"{where}: container block at byte {window.position}"
        records, content = _take_block(window, compression, place)
        due += records
        yield from scanner.blocks(iter([content]), place)
        if scanner.records != due:
            raise CorruptError(f"{place}: {records} records are stated, {records + scanner.records - due} are there")


class AvroFormat(ReadableFormat):
    """Object container files; "deflate" and "zstandard" compress each of their blocks."""

    name = "avro"
    compressions = ("none", "deflate", "zstandard")

    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard; ``texts`` and ``vocabulary`` are not used."""
        self.check_compression(compression)
        return AvroEncoder(compression)

    def decode(
        self, stream: BinaryIO, compression: str, texts: Texts | None, vocabulary: int, where: str
    ) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard."""
        self.check_compression(compression)
        return _decode(stream, compression, where)
