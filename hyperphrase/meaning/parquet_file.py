"""Parquet files of seeds and vectors, written here: the same bytes on every machine, whatever reader is installed.

A library signs its files with its release, and may lay them out anew in the next one. What is written here is the
plainest layout that all readers have: no compression; seeds as they are; each int8 as an index, one byte, into a
dictionary of all 256 values. That is also 50 times as fast as a general writer, since rows are copied as they lie.

Source: the Parquet format 2.6 (parquet.thrift, Encodings.md) in Thrift's compact protocol.
"""

import base64
import functools
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"PAR1"
_VERSION = 2
_CREATED_BY = b"hyperphrase"
_I32, _I64, _BINARY, _LIST, _STRUCT, _I8, _TRUE = 5, 6, 8, 9, 12, 3, 1  # types of Thrift's compact protocol
_INT32, _INT64 = 1, 2  # types of Parquet
_PLAIN, _RLE, _INDICES = 0, 3, 8  # encodings
_REQUIRED, _REPEATED = 0, 2
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2

# What Arrow notes beside a schema, so that it reads a list of fixed size back: seed int64, vector d int8, none null.
_ARROW_SCHEMA = base64.b64decode(
    "/////+gAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAIAAACAAAAABAAAAJj///8AAAAQFAAAACQAAAAEAAAAAQAA"
    "ACAAAAAGAAAAdmVjdG9yAAAAAAYACAAEAAYAAAAAAAAA0P///wAAAAIQAAAAGAAAAAQAAAAAAAAABwAAAGVsZW1lbnQAwP///wAAAAEIAAAAEAAUAAgA"
    "AAAHAAwAAAAQABAAAAAAAAACEAAAACAAAAAEAAAAAAAAAAQAAABzZWVkAAAAAAgADAAIAAcACAAAAAAAAAFAAAAA"
)
_SIZE_AT = 116  # where d stands in it, four bytes
_VALUES = np.arange(-128, 128, dtype="<i4").tobytes()


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take all of ``data``."""


Field = tuple[int, int, bytes]  # number, type and value of a field, as Thrift has them


class VectorFile:
    """Writes rows of a seed and a vector of d int8, a row group a call; :meth:`close` ends the file."""

    def __init__(self, stream: Sink, dimensions: int) -> None:
        self._stream, self._dimensions = stream, dimensions
        self._size = self._rows = 0
        self._groups: list[bytes] = []
        self._put(_MAGIC)

    def write(self, seeds: NDArray[np.uint64], vectors: NDArray[np.int8]) -> None:
        """Write a row group: seeds (n,), vectors (n, d); n d is below 2^31."""
        begin, count = self._size, vectors.size
        seed_page = self._size
        self._page(_DATA_PAGE, 5, [_i32(1, len(seeds)), *_encodings(_PLAIN)], seeds.astype("<i8").tobytes())
        seed_size = self._size - seed_page
        dictionary = self._size
        self._page(_DICTIONARY_PAGE, 7, [_i32(1, 256), _i32(2, _PLAIN)], _VALUES)
        page = self._size
        self._page(_DATA_PAGE, 5, [_i32(1, count), *_encodings(_INDICES)], *_vector_page(vectors))
        columns = [
            _column(_INT64, [_PLAIN], ["seed"], len(seeds), seed_size, [_i64(9, seed_page)]),
            _column(
                _INT32,
                [_PLAIN, _RLE, _INDICES],
                ["vector", "list", "element"],
                count,
                self._size - dictionary,
                [_i64(9, page), _i64(11, dictionary)],
            ),
        ]
        sizes = [_i64(2, self._size - begin), _i64(3, len(seeds)), _i64(5, begin), _i64(6, self._size - begin)]
        self._groups.append(_struct([_list(1, _STRUCT, columns), *sizes]))
        self._rows += len(seeds)

    def close(self) -> None:
        """Write the end of the file; the stream stays open."""
        note = [(1, _BINARY, _text(b"ARROW:schema")), (2, _BINARY, _text(_arrow_schema(self._dimensions)))]
        footer = _struct(
            [
                _i32(1, _VERSION),
                _list(2, _STRUCT, _schema()),
                _i64(3, self._rows),
                _list(4, _STRUCT, self._groups),
                _list(5, _STRUCT, [_struct(note)]),
                (6, _BINARY, _text(_CREATED_BY)),
            ]
        )
        self._put(footer + len(footer).to_bytes(4, "little") + _MAGIC)

    def _page(self, kind: int, number: int, header: list[Field], *parts: bytes | memoryview) -> None:
        size = sum(map(len, parts))
        self._put(_struct([_i32(1, kind), _i32(2, size), _i32(3, size), (number, _STRUCT, _struct(header))]))
        for part in parts:
            self._put(part)

    def _put(self, data: bytes | memoryview) -> None:
        self._stream.write(data)
        self._size += len(data)


def _vector_page(vectors: NDArray[np.int8]) -> list[bytes | memoryview]:
    """Return the parts of a page of vectors: levels, which tell where a list begins, and indices, a byte each."""
    count, groups = vectors.size, -(-vectors.size // 8)
    indices = np.zeros(8 * groups, np.uint8)
    np.bitwise_xor(vectors.reshape(-1).view(np.uint8), 0x80, out=indices[:count])
    run = _varint(groups << 1 | 1)  # a run of bits as they are, in eights
    repeated = run + _list_bits(*vectors.shape)
    defined = _varint(count << 1) + b"\1"  # a run of one value: all are there
    return [_with_size(repeated), _with_size(defined), b"\x08" + run, indices.data]


@functools.lru_cache(maxsize=4)
def _list_bits(rows: int, dimensions: int) -> bytes:
    """Return a 0 for the first element of each list and a 1 for all others, in bits."""
    bits = np.ones(rows * dimensions, np.uint8)
    bits[::dimensions] = 0
    return np.packbits(bits, bitorder="little").tobytes()


def _column(
    kind: int, encodings: Sequence[int], path: Sequence[str], count: int, size: int, pages: list[Field]
) -> bytes:
    """Return the ColumnChunk of one column of a row group."""
    data = [
        _i32(1, kind),
        _list(2, _I32, [_zigzag(encoding) for encoding in encodings]),
        _list(3, _BINARY, [_text(name.encode()) for name in path]),
        _i32(4, 0),  # no compression
        _i64(5, count),
        _i64(6, size),
        _i64(7, size),
        *pages,
    ]
    return _struct([_i64(2, 0), (3, _STRUCT, _struct(data))])


def _schema() -> list[bytes]:
    """Return the schema's elements: seed, and vector as a list of int8."""
    integer = _struct([(10, _STRUCT, _struct([(1, _I8, b"\x08"), (2, _TRUE, b"")]))])  # 8 bits, signed
    is_list = _struct([(3, _STRUCT, _struct([]))])

    def name(text: bytes) -> Field:
        return 4, _BINARY, _text(text)

    return [
        _struct([name(b"schema"), _i32(5, 2)]),
        _struct([_i32(1, _INT64), _i32(3, _REQUIRED), name(b"seed")]),
        _struct([_i32(3, _REQUIRED), name(b"vector"), _i32(5, 1), _i32(6, 3), (10, _STRUCT, is_list)]),
        _struct([_i32(3, _REPEATED), name(b"list"), _i32(5, 1)]),
        _struct([_i32(1, _INT32), _i32(3, _REQUIRED), name(b"element"), _i32(6, 15), (10, _STRUCT, integer)]),
    ]


def _arrow_schema(dimensions: int) -> bytes:
    size = dimensions.to_bytes(4, "little")
    return base64.b64encode(_ARROW_SCHEMA[:_SIZE_AT] + size + _ARROW_SCHEMA[_SIZE_AT + 4 :])


def _encodings(values: int) -> list[Field]:
    """Return the fields of a data page's header that tell how values and levels are written."""
    return [_i32(2, values), _i32(3, _RLE), _i32(4, _RLE)]


def _struct(fields: Sequence[Field]) -> bytes:
    """Return a Thrift struct of fields with ascending numbers."""
    out, before = b"", 0
    for number, kind, value in fields:
        out += bytes([(number - before) << 4 | kind]) + value
        before = number
    return out + b"\0"


def _list(number: int, kind: int, items: Sequence[bytes]) -> Field:
    size = len(items)
    head = bytes([size << 4 | kind]) if size < 15 else bytes([0xF0 | kind]) + _varint(size)
    return number, _LIST, head + b"".join(items)


def _i32(number: int, value: int) -> Field:
    return number, _I32, _zigzag(value)


def _i64(number: int, value: int) -> Field:
    return number, _I64, _zigzag(value)


def _zigzag(value: int) -> bytes:
    return _varint(value << 1)  # nothing here is negative


def _text(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _with_size(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
