"""Recognise bytes that are not the text that a file's name promises: other kinds of files, other encodings.

Only messages depend on it: the result of a wrong guess is a refusal with a worse hint.
"""

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of file. name: with its article. advice: what to do with the file instead."""

    name: str
    advice: str


_UNPACK, _EXPORT, _UTF8 = "unpack it first", "export its words as UTF-8 text", "save it as UTF-8"
_WORKBOOK = Kind("a spreadsheet", "save the sheet as CSV in UTF-8")

AVRO, PARQUET = Kind("an Avro file", "name it .avro"), Kind("a Parquet file", "name it .parquet")

_BEGINNINGS = (
    (b"\x1f\x8b", Kind("a gzip file", _UNPACK)),
    (b"\xfd7zXZ\0", Kind("an xz file", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", Kind("a zstd file", _UNPACK)),
    (b"\x04\x22\x4d\x18", Kind("an lz4 file", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7z file", _UNPACK)),
    (b"Rar!\x1a\x07", Kind("a RAR file", _UNPACK)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _WORKBOOK),
    (b"Obj\x01", AVRO),
    (b"PAR1", PARQUET),
    (b"ARROW1\0\0", Kind("an Arrow file", "write it as Parquet, and name it .parquet")),
    (b"SQLite format 3\0", Kind("an SQLite database", _EXPORT)),
    (b"\x93NUMPY", Kind("a .npy file", _EXPORT)),
    (b"%PDF-", Kind("a PDF file", _EXPORT)),
    (b"{\\rtf", Kind("an RTF file", _EXPORT)),
    (b"\xff\xfe\0\0", Kind("text in UTF-32", _UTF8)),
    (b"\0\0\xfe\xff", Kind("text in UTF-32", _UTF8)),
    (b"\xff\xfe", Kind("text in UTF-16", _UTF8)),
    (b"\xfe\xff", Kind("text in UTF-16", _UTF8)),
)
_SHEETS = (b"xl/", b"application/vnd.oasis.opendocument.spreadsheet")
_page = re.compile(rb"\s*<(!doctype html|html)[\s>]", re.IGNORECASE).match
_bzip2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)").match
_runs = re.compile(rb"[\x80-\xff]+")
_LOOKED_AT = 1 << 16  # bytes


def kind_of(data: bytes) -> Kind | None:
    """Return which other kind of file ``data`` are, None if they may be UTF-8 text."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if _bzip2(data):
        return Kind("a bzip2 file", _UNPACK)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        sheet = any(mark in data for mark in _SHEETS)
        return _WORKBOOK if sheet else Kind("a zip file", _UNPACK)
    if _page(data):
        return Kind("an HTML page", "download the file that it shows")
    return _wide(data[:_LOOKED_AT])


def _wide(data: bytes) -> Kind | None:
    """Return the kind of text without a byte order mark in which every second byte, or more, is NUL."""
    zeros = [data[place::4].count(0) > len(data) // 10 for place in range(4)]
    if len(data) < 4 or zeros.count(True) not in (2, 3) or zeros[0] == zeros[-1]:
        return None
    return Kind("text in UTF-32" if zeros.count(True) == 3 else "text in UTF-16", _UTF8)


def likely_encoding(data: bytes) -> str | None:
    """Return the encoding that text which is not UTF-8 most likely has, None if nothing speaks for one.

    Russian words are runs of bytes above 127, most of them lower-case letters; in Western languages, such bytes stand
    alone among ASCII letters.
    """
    runs = [run for run in _runs.findall(data[:_LOOKED_AT]) if not _is_utf8(run)]
    letters = b"".join(runs)
    if not letters:
        return None
    if len(letters) < 2 * len(runs):
        return "Windows-1252 or Latin-1"
    for name, low, high in (("Windows-1251", 0xE0, 0xFF), ("KOI8-R", 0xC0, 0xDF)):
        if 10 * sum(low <= byte <= high for byte in letters) >= 7 * len(letters):
            return name
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def not_utf8(data: bytes) -> str:
    """Return what is wrong with text that is not UTF-8 and what to do, for errors: ``is not UTF-8 ...; save ...``."""
    guess = likely_encoding(data)
    return f"is not UTF-8{f' but most likely {guess}' if guess else ''}; save the file as UTF-8"
