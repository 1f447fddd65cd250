"""Read an untrusted Avro file of words; its size bounds the work of the Avro library.

The library trusts the file: a block can unpack to a thousand times its size, and ten bytes can describe an array of
2^62 empty elements. So only plain fields are allowed, each record must contain a string, and blocks are decompressed
here, with a size limit.
"""

import io
from collections.abc import Iterator
from typing import Any

import fastavro
import zstandard

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.untrusted.decompression import InflateError, inflate, unzstd

_PLAIN = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_CODECS = ("null", "deflate", "zstandard")
_SYNC = 16  # bytes of the marker between blocks


def records(data: bytes, most: int) -> Iterator[Any]:
    """Yield the records of an Avro file, which may have at most ``most`` bytes after decompression.

    Raises InputError without a field for a schema or codec that is not allowed, and any exception of the Avro library
    for damaged bytes.
    """
    stream = io.BytesIO(data)
    reader = fastavro.reader(stream)
    schema = reader.writer_schema
    fields = schema.get("fields") if isinstance(schema, dict) and schema.get("type") == "record" else None
    if fields is None or not all(_is_plain(field["type"]) for field in fields):
        raise InputError("its records have fields that are no plain values; give records with word and count")
    if not any(field["name"] == "word" and _kind(field["type"]) == "string" for field in fields):
        raise InputError("its records have no string field 'word'; give records with word and count")
    if reader.codec not in _CODECS:
        raise InputError(f"its codec is {reader.codec!r:.40}; write it with null, deflate or zstandard")
    if reader.codec == "null":
        return iter(reader)
    return iter(fastavro.reader(io.BytesIO(_unpacked(data, stream.tell(), schema, reader.codec, most))))


def _kind(kind: Any) -> Any:
    return kind.get("type") if isinstance(kind, dict) and "logicalType" not in kind else kind


def _is_plain(kind: Any) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return all(isinstance(_kind(one), str) and _kind(one) in _PLAIN for one in kinds)


def _unpacked(data: bytes, at: int, schema: Any, codec: str, most: int) -> bytes:
    """Return the file without compression."""
    sync = data[at - _SYNC : at]
    out = io.BytesIO()
    fastavro.writer(out, schema, [], codec="null", sync_marker=sync)
    while at < len(data):
        count, at = _take(data, at)
        size, at = _take(data, at)
        if data[at + size : at + size + _SYNC] != sync:
            raise CorruptError("a block has no sync marker at its end")
        stored = memoryview(data)[at : at + size]
        content = _content(stored, codec, most)
        most -= len(content)
        for number in (count, len(content)):
            fastavro.schemaless_writer(out, "long", number)
        out.write(content)
        out.write(sync)
        at += size + _SYNC
    return out.getvalue()


def _content(stored: memoryview, codec: str, most: int) -> bytes:
    """Return the content of a block. The Avro library leaves extra bytes after a deflate stream."""
    try:
        return inflate(stored, most, trailing=True) if codec == "deflate" else unzstd(stored, most)
    except (InflateError, zstandard.ZstdError, ValueError) as error:
        raise CorruptError(f"a block: {error}") from error


def _take(data: bytes, at: int) -> tuple[int, int]:
    """Return the non-negative Avro long at offset ``at``, and the offset after it."""
    value = shift = 0
    for byte in data[at : at + 10]:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    else:
        raise CorruptError("a block has no size")
    if value & 1:
        raise CorruptError("a block has a negative size")
    return value >> 1, at + shift // 7
