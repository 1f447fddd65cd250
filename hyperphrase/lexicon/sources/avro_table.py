"""Read an untrusted Avro file of words; its size bounds the work of the Avro library.

The library trusts the file: a block can unpack to a thousand times its size, and ten bytes can describe an array of
2^62 empty elements. So fields besides word and count are skipped, each record and each element of an array must take at
least a byte, and blocks are decompressed here, with a size limit.
"""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import fastavro
import zstandard

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.lexicon.sources.text_rows import Row, count_of
from hyperphrase.lexicon.sources.word_columns import word_and_count
from hyperphrase.untrusted.decompression import InflateError, inflate, unzstd

_LEAST_BYTES = {"null": 0, "boolean": 1, "int": 1, "long": 1, "float": 4, "double": 8, "bytes": 1, "string": 1}
_MOST_PARTS = 10_000  # of a record, with those of its fields
_CODECS = ("null", "deflate", "zstandard")
_SYNC = 16  # bytes of the marker between blocks
_GIVE = "give records with word and count"

_Names = dict[str, tuple[int, int]]


def avro_rows(data: bytes, most: int) -> Iterator[Row]:
    """Yield the words and counts of an Avro file, which may have at most ``most`` bytes after decompression.

    Word and count may be null as far as the schema goes, which is how most programs export them; none of them may be.
    Without a field for it, each count is 1. Raises InputError.
    """
    number = 0
    try:
        word, count, records = _records(data, most)
        for number, record in enumerate(records, 1):
            yield number, *_row(record[word], 1.0 if count is None else record[count], f"record {number}")
    except InputError:
        raise
    except Exception as error:  # the Avro library raises many kinds of exceptions for damaged bytes
        place = f"record {number}" if number else "the header"
        raise InputError(f"not a whole Avro file, broken after {place} ({type(error).__name__})") from error


def _row(word: Any, count: Any, place: str) -> tuple[str, float]:
    if not isinstance(word, str):
        raise InputError(f"{place} has no word; give a word and its count in each")
    if isinstance(count, bool) or not isinstance(count, int | float | Decimal):
        raise InputError(f"{place} has no count; give a positive finite number")
    return word, count_of(str(count), place)


def _records(data: bytes, most: int) -> tuple[str, str | None, Iterator[Any]]:
    """Return the names of the fields of words and of counts, and the records, which have no others."""
    stream = io.BytesIO(data)
    reader = fastavro.reader(stream)
    schema = reader.writer_schema
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise InputError(f"it has no records; {_GIVE}")
    _check_size(schema)
    fields = schema["fields"]
    word, count = word_and_count([field["name"] for field in fields])
    if word is None or _kinds(fields[word]["type"]) != {"string"}:
        raise InputError(f"its records have no string field 'word'; {_GIVE}")
    if count is not None and not _are_numbers(fields[count]["type"]):
        raise InputError(f"its field {fields[count]['name']!r} holds no numbers; give positive ones")
    if reader.codec not in _CODECS:
        raise InputError(f"its codec is {reader.codec!r:.40}; write it with null, deflate or zstandard")
    if reader.codec != "null":
        data = _unpacked(data, stream.tell(), schema, reader.codec, most)
    kept = [fields[place] for place in (word, count) if place is not None]
    wanted = {"type": "record", "name": schema["name"], "fields": kept}
    return (
        fields[word]["name"],
        None if count is None else fields[count]["name"],
        iter(fastavro.reader(io.BytesIO(data), reader_schema=wanted)),
    )


def _kinds(kind: Any) -> set[Any]:
    """Return the kinds of values that a field has besides null."""
    kinds = {_kind(one) for one in (kind if isinstance(kind, list) else [kind])}
    return kinds - {"null"}


def _kind(kind: Any) -> Any:
    """Return a kind's name; ``decimal`` for decimal numbers, None for what is no plain value."""
    if isinstance(kind, dict):
        kind = kind.get("logicalType") if kind.get("logicalType") == "decimal" else kind.get("type")
    return kind if isinstance(kind, str) else _kind(kind) if isinstance(kind, dict) else None


def _are_numbers(kind: Any) -> bool:
    kinds = _kinds(kind)
    return bool(kinds) and kinds <= {"int", "long", "float", "double", "decimal"}


def _check_size(schema: Any) -> None:
    """Raise InputError for a schema by which a few bytes could describe any number of values."""
    try:
        _size(schema, {})
    except KeyError as error:
        raise InputError(f"its records contain themselves ({error.args[0]!s:.40}); {_GIVE}") from error


def _size(kind: Any, known: _Names) -> tuple[int, int]:
    """Return the least bytes of a value, and of how many parts it consists. Raises KeyError for one within itself."""
    if isinstance(kind, list):
        sizes = [_size(one, known) for one in kind]
        return 1, _checked(1 + sum(parts for _, parts in sizes))
    if isinstance(kind, str):
        return (_LEAST_BYTES[kind], 1) if kind in _LEAST_BYTES else known[kind]
    what = kind["type"]
    if what == "record":
        sizes = [_size(field["type"], known) for field in kind["fields"]]
        known[kind["name"]] = sum(least for least, _ in sizes), _checked(1 + sum(parts for _, parts in sizes))
        return known[kind["name"]]
    if what in ("enum", "fixed"):
        known[kind["name"]] = (1 if what == "enum" else kind["size"]), 1
        return known[kind["name"]]
    if what in ("array", "map"):
        least, parts = _size(kind["items" if what == "array" else "values"], known)
        if what == "array" and (not least or parts > 100 * least):
            raise InputError(f"it has arrays of elements that take no space; {_GIVE}")
        return 1, parts + 1
    return _size(what, known)


def _checked(parts: int) -> int:
    if parts > _MOST_PARTS:
        raise InputError(f"its records have more than {_MOST_PARTS:,} parts; {_GIVE}")
    return parts


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
