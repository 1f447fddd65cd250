"""The file of a lexicon: Avro, one record a hyperword, the same bytes on every machine.

Why not the Avro library alone: it takes seconds for 500,000 records, and every worker loads the lexicon. The library
writes and reads the header; the records, all of one fixed schema, are coded by two kernels. No compression: its bytes
depend on the zlib build, and bytes that are not trusted could blow up. The sync marker, which Avro leaves to the
writer, is a digest of the metadata, so that a changed name is noticed too.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any, BinaryIO

import fastavro
import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.lexicon.text_table import TextTable
from hyperphrase.limits import MAX_VOCABULARY

SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "hyperphrase.Hyperword",
    "fields": [
        {"name": "id", "type": "int"},
        {"name": "symbol", "type": "string"},
        {"name": "word", "type": "string"},
        {"name": "frequency", "type": "double"},
    ],
}
_NAME, _DIGEST = "hyperphrase.name", "hyperphrase.digest"
_BLOCK_ROWS = 8192  # hyperwords in one Avro block, some 200 KB
_ROW_FRAME = 5 + 5 + 5 + 8  # bytes of a record beside its texts, at most
_SMALLEST_ROW = 1 + 2 + 2 + 8  # bytes
_FILE_LIMIT = 128 << 20  # 128 MiB: more than the words of a user's file and all else make
_SYNC = 16  # bytes


@dataclass(frozen=True, eq=False)
class LexiconRows:
    """What a lexicon's file holds: ``symbols`` and ``words`` of V rows, ``frequencies`` float64 of shape (V,)."""

    name: str
    digest: str
    symbols: TextTable
    words: TextTable
    frequencies: NDArray[np.float64]


def write_rows(stream: BinaryIO, rows: LexiconRows) -> None:
    """Write the file to ``stream``; its bytes depend on ``rows`` alone."""
    stream.write(_header(rows.name, rows.digest))
    seal = _seal(rows.name, rows.digest)
    bits = np.ascontiguousarray(rows.frequencies).view(np.uint64)
    for first in range(0, len(bits), _BLOCK_ROWS):
        last = min(first + _BLOCK_ROWS, len(bits))
        body = _encode_block(rows.symbols, rows.words, bits, first, last)
        stream.write(_long(last - first) + _long(len(body)) + body + seal)


def read_rows(stream: BinaryIO, where: str) -> LexiconRows:
    """Read the file of a lexicon; the bytes are not trusted, ``where`` names them in errors.

    Checks the form of the file, its sync markers, that ids count from 0 and that all texts are UTF-8. Raises
    CorruptError.
    """
    data = stream.read(_FILE_LIMIT + 1)
    if len(data) > _FILE_LIMIT:
        raise CorruptError(f"{where}: not a lexicon: larger than {_FILE_LIMIT >> 20} MiB")
    name, digest, start = _read_header(data, where)
    seal = _seal(name, digest)
    if data[start - _SYNC : start] != seal:
        raise CorruptError(f"{where}: the name or the digest of the lexicon was changed")
    if data[:start] != _header(name, digest):  # the Avro library reads what others call no Avro file
        raise CorruptError(f"{where}: its header is not the one that is written here")
    # Checked before it sizes anything: a row has a smallest size, so the file bounds the memory.
    most = min(MAX_VOCABULARY, (len(data) - start) // _SMALLEST_ROW)
    body = np.frombuffer(data, dtype=np.uint8)[start:]
    bits = np.empty(most, dtype=np.uint64)
    symbols, words = (TextTable(np.empty(len(body), np.uint8), np.zeros(most + 1, np.int64)) for _ in range(2))
    count = _decode(body, np.frombuffer(seal, np.uint8), bits, symbols.data, symbols.offsets, words.data, words.offsets)
    if count < 1:
        raise CorruptError(f"{where}: the file is cut, damaged, empty or has more than {MAX_VOCABULARY} hyperwords")
    return LexiconRows(
        name, digest, _checked_table(symbols, count, where), _checked_table(words, count, where), _floats(bits, count)
    )


def _floats(bits: NDArray[np.uint64], count: int) -> NDArray[np.float64]:
    """Return the first ``count`` of ``bits`` as the float64 that they are."""
    return bits[:count].view(np.float64)


def _seal(name: str, digest: str) -> bytes:
    """Return the sync marker, 16 bytes that a change of the name or of the digest changes."""
    return hashlib.sha256(f"hyperphrase seal 1\n{digest}\n{name}".encode()).digest()[:_SYNC]


def _header(name: str, digest: str) -> bytes:
    header = io.BytesIO()
    metadata = {_NAME: name, _DIGEST: digest}
    fastavro.writer(header, SCHEMA, [], codec="null", metadata=metadata, sync_marker=_seal(name, digest))
    return header.getvalue()


def _read_header(data: bytes, where: str) -> tuple[str, str, int]:
    """Return the name, the digest and the offset of the first block; CorruptError if this is no lexicon's header."""
    stream = io.BytesIO(data)
    try:
        reader = fastavro.reader(stream)
        metadata = reader.metadata
        known = reader.writer_schema == SCHEMA and reader.codec == "null"
    except Exception as error:  # the Avro library lets a dozen kinds of exceptions out when bytes are wrong
        raise CorruptError(f"{where}: not an Avro file ({type(error).__name__})") from error
    if not known or _NAME not in metadata or _DIGEST not in metadata:
        raise CorruptError(f"{where}: not a lexicon: its Avro schema, codec or metadata are others")
    return metadata[_NAME], metadata[_DIGEST], stream.tell()


def _checked_table(table: TextTable, count: int, where: str) -> TextTable:
    """Return the first ``count`` rows if each is not empty and UTF-8; CorruptError otherwise."""
    offsets = table.offsets[: count + 1].copy()
    text = table.data[: offsets[-1]].tobytes()
    data = np.frombuffer(text, dtype=np.uint8)  # read-only, as text_table's: another type would compile kernels again
    starts_inside = (data[offsets[:-1]] & 0xC0) == 0x80  # the whole may be UTF-8 where a row is not
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise CorruptError(f"{where}: a text is not UTF-8") from error
    if starts_inside.any():
        raise CorruptError(f"{where}: a text is not UTF-8")
    return TextTable(data, offsets)


def _long(value: int) -> bytes:
    """Return ``value >= 0`` as an Avro long: zigzag, then groups of 7 bits, lowest first."""
    value <<= 1
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


def _encode_block(symbols: TextTable, words: TextTable, bits: NDArray[np.uint64], first: int, last: int) -> bytes:
    """Return the records of ids ``first..last-1``."""
    texts = sum(int(table.offsets[last] - table.offsets[first]) for table in (symbols, words))
    out = np.empty(texts + (last - first) * _ROW_FRAME, dtype=np.uint8)
    size = _encode(first, last, symbols.data, symbols.offsets, words.data, words.offsets, bits, out)
    return out[:size].tobytes()


@inline_kernel
def _put_long(out: NDArray[np.uint8], at: int, value: int) -> int:
    """Write ``value >= 0`` as an Avro long; return where it ends."""
    rest = value << 1
    while rest > 0x7F:
        out[at] = rest & 0x7F | 0x80
        rest >>= 7
        at += 1
    out[at] = rest
    return at + 1


@inline_kernel
def _put_text(out: NDArray[np.uint8], at: int, data: NDArray[np.uint8], offsets: NDArray[np.int64], row: int) -> int:
    """Write row ``row`` of a text table as an Avro string; return where it ends."""
    at = _put_long(out, at, offsets[row + 1] - offsets[row])
    for source in range(offsets[row], offsets[row + 1]):
        out[at] = data[source]
        at += 1
    return at


@kernel
def _encode(
    first: int,
    last: int,
    symbol_data: NDArray[np.uint8],
    symbol_offsets: NDArray[np.int64],
    word_data: NDArray[np.uint8],
    word_offsets: NDArray[np.int64],
    bits: NDArray[np.uint64],
    out: NDArray[np.uint8],
) -> int:
    """Write the records of ids ``first..last-1`` into ``out``; return their bytes."""
    at = 0
    for row in range(first, last):
        at = _put_long(out, at, row)
        at = _put_text(out, at, symbol_data, symbol_offsets, row)
        at = _put_text(out, at, word_data, word_offsets, row)
        for byte in range(8):
            out[at + byte] = (bits[row] >> np.uint64(8 * byte)) & np.uint64(0xFF)
        at += 8
    return at


@inline_kernel
def _get_long(data: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """Return an Avro long of at most 5 bytes and where it ends; -1 and the end of the data if there is none."""
    value = 0
    shift = 0
    while at < len(data) and shift < 35:
        byte = int(data[at])
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1 if value & 1 == 0 else -1), at
        shift += 7
    return -1, len(data)


@inline_kernel
def _get_text(data: NDArray[np.uint8], at: int, row: int, out: NDArray[np.uint8], ends: NDArray[np.int64]) -> int:
    """Append a text to ``out`` as row ``row``; return where it ends in ``data``, -1 if it is empty or cut."""
    size, at = _get_long(data, at)
    if size < 1 or size > len(data) - at:
        return -1
    for i in range(size):
        out[ends[row] + i] = data[at + i]
    ends[row + 1] = ends[row] + size
    return at + size


@kernel
def _get_rows(
    body: NDArray[np.uint8],
    at: int,
    first: int,
    last: int,
    bits: NDArray[np.uint64],
    symbol_data: NDArray[np.uint8],
    symbol_offsets: NDArray[np.int64],
    word_data: NDArray[np.uint8],
    word_offsets: NDArray[np.int64],
) -> int:
    """Read the records of ids ``first..last-1``; return where they end, -1 if they are wrong."""
    for row in range(first, last):
        word_id, at = _get_long(body, at)
        if word_id != row:
            return -1
        at = _get_text(body, at, row, symbol_data, symbol_offsets)
        if at < 0:
            return -1
        at = _get_text(body, at, row, word_data, word_offsets)
        if at < 0 or len(body) - at < 8:
            return -1
        value = np.uint64(0)
        for byte in range(8):
            value |= np.uint64(body[at + byte]) << np.uint64(8 * byte)
        bits[row] = value
        at += 8
    return at


@kernel
def _decode(
    body: NDArray[np.uint8],
    seal: NDArray[np.uint8],
    bits: NDArray[np.uint64],
    symbol_data: NDArray[np.uint8],
    symbol_offsets: NDArray[np.int64],
    word_data: NDArray[np.uint8],
    word_offsets: NDArray[np.int64],
) -> int:
    """Read all blocks; return the number of rows, -1 if anything is wrong."""
    at = 0
    rows = 0
    while at < len(body):
        count, at = _get_long(body, at)
        size, at = _get_long(body, at)
        if count < 0 or count > len(bits) - rows or size < 0 or size > len(body) - at - len(seal):
            return -1
        end = _get_rows(body, at, rows, rows + count, bits, symbol_data, symbol_offsets, word_data, word_offsets)
        if end != at + size:
            return -1
        for i in range(len(seal)):
            if body[end + i] != seal[i]:
                return -1
        at = end + len(seal)
        rows += count
    return rows
