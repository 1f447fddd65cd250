"""A user's file of words: .csv, .tsv, .avro or .parquet with words and counts; other files have one word on each line.

The rules are strict, because a repeated or invisible word is easily overlooked and makes a corpus useless: an invalid
row raises an error with its line number, and nothing is repaired. The file is untrusted: the bytes read and the words
kept are limited.
"""

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from hyperphrase.errors import InputError
from hyperphrase.lexicon.sources.avro_table import records
from hyperphrase.lexicon.sources.word_ranking import RankedWords
from hyperphrase.lexicon.text_table import unfit
from hyperphrase.limits import MAX_VOCABULARY, MAX_WORD
from hyperphrase.untrusted.separate_process import parse_apart

FILE_LIMIT = 64 << 20  # 64 MiB
_HEADER = ["word", "count"]
_PARQUET_PROGRAM = Path(__file__).with_name("parquet_words.py")
_number = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?").fullmatch

Row = tuple[str, str, float]
"""The place of a word in the file (``line 3``), the word, its count."""


def user_words(path: str, open_file: Callable[[str], BinaryIO]) -> RankedWords:
    """Return the words of a file, highest count first, equal counts in the file's order.

    ``.csv`` and ``.tsv``: word and count, optionally after a header ``word,count``. ``.avro`` and ``.parquet``: records
    with ``word`` and optionally ``count`` or ``frequency``; the lexicon file of a corpus is one of them. Other files:
    one word on each line, all of frequency 1. Raises InputError that names the file and the line.
    """
    try:
        return _ranked(_rows(path, _content(path, open_file)))
    except InputError as error:
        raise error.for_field("lexicon", path) from error.__cause__


def _rows(path: str, data: bytes) -> Iterable[Row]:
    if path.endswith(".avro"):
        return _avro_rows(data)
    if path.endswith(".parquet"):
        return _parquet_rows(data)
    if path.endswith((".csv", ".tsv")):
        return _csv_rows(data, "\t" if path.endswith(".tsv") else ",")
    lines = enumerate(_lines(data), 1)
    return ((f"line {number}", line.removesuffix("\n").removesuffix("\r"), 1.0) for number, line in lines)


def _content(path: str, open_file: Callable[[str], BinaryIO]) -> bytes:
    """Return the bytes of the file. Raises InputError if it cannot be read, is empty or too large."""
    try:
        with open_file(path) as stream:
            data = stream.read(FILE_LIMIT + 1)
    except FileNotFoundError as error:
        raise InputError("no such file; give a file of words or the name of a lexicon") from error
    except IsADirectoryError as error:
        raise InputError("is a folder; give a file of words") from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})") from error
    if not data:
        raise InputError("the file is empty; give at least 2 words")
    if len(data) > FILE_LIMIT:
        raise InputError(f"larger than {FILE_LIMIT >> 20} MiB; give at most {MAX_VOCABULARY:,} words")
    return data


def _lines(data: bytes) -> Iterator[str]:
    """Yield the lines with their line ends, without a byte order mark and without line ends at the end of the file.

    Lines are decoded one at a time. Raises InputError if the file is binary or not UTF-8.
    """
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise InputError(f"line {line} has a NUL byte, so the file is not text; give UTF-8 text or .avro")
    stop = len(data)
    while stop and data[stop - 1] in b"\r\n":
        stop -= 1
    at, number = 3 if data.startswith(b"\xef\xbb\xbf") else 0, 1
    while at < stop or number == 1:
        end = min(data.find(b"\n", at, stop) + 1 or stop, stop)
        try:
            yield data[at:end].decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"line {number} is not UTF-8; save the file as UTF-8") from error
        at, number = end, number + 1


def _csv_rows(data: bytes, delimiter: str, what: str = "line") -> Iterator[Row]:
    """Yield the rows of a table of words and counts. Raises InputError if a row is not a word and a positive number.

    what: what error texts call a row.
    """
    reader = csv.reader(_lines(data), delimiter=delimiter, strict=True)
    try:
        for number, fields in enumerate(reader, 1):
            place = f"{what} {reader.line_num}"
            if number == 1 and fields == _HEADER:
                continue
            if len(fields) != 2:
                raise InputError(f"{place} has {len(fields)} fields; give a word and its count")
            yield place, fields[0], _count(fields[1].strip(" "), place)
    except csv.Error as error:
        raise InputError(f"{what} {reader.line_num} is not a table row ({error})") from error


def _parquet_rows(data: bytes) -> Iterator[Row]:
    """Yield the rows of a Parquet file. Raises InputError if it is not valid or has no column of words."""
    try:
        table = parse_apart(_PARQUET_PROGRAM, data)
    except ValueError as error:
        raise InputError(str(error) or "not a whole Parquet file of words, or too large inside") from error
    return _csv_rows(table, ",", "row")


def _avro_rows(data: bytes) -> Iterator[Row]:
    """Yield the rows of an Avro file. Raises InputError if it is not valid or its records have no word."""
    place = "the header"
    try:
        for number, record in enumerate(records(data, FILE_LIMIT), 1):
            place = f"record {number}"
            yield place, *_avro_row(record, place)
    except InputError:
        raise
    except Exception as error:  # the Avro library raises many kinds of exceptions for damaged bytes
        raise InputError(f"not a whole Avro file, broken after {place} ({type(error).__name__})") from error


def _avro_row(record: Any, place: str) -> tuple[str, float]:
    """Return the word and the count of a record; a record without a count has count 1."""
    if not isinstance(record, dict) or not isinstance(record.get("word"), str):
        raise InputError(f"{place} has no string field 'word'; give records with word and count")
    count = record.get("count", record.get("frequency", 1.0))
    if isinstance(count, bool) or not isinstance(count, int | float):
        raise InputError(f"{place} has no number as its count; give a positive one")
    return record["word"], _count(str(count), place)


def _count(text: str, place: str) -> float:
    """Return ``text`` as a count. Raises InputError if it is not a positive finite number."""
    count = float(text) if _number(text) else math.nan
    if not 0 < count < math.inf:
        raise InputError(f"{place} has the count {_shown(text)}; give a positive finite number")
    return count


def _ranked(rows: Iterable[Row]) -> RankedWords:
    """Return the rows' words, highest count first. Raises InputError for invalid, repeated or too many words."""
    counts: dict[str, float] = {}
    for place, word, count in rows:
        if not word or unfit(word) or len(word.encode(errors="surrogatepass")) > MAX_WORD:
            what = f"{_shown(word)}, with a space or control character" if word else "an empty word"
            what = what if not word or unfit(word) else f"{_shown(word)}, of more than {MAX_WORD} bytes"
            raise InputError(f"{place} has {what}; give one word")
        if word in counts:
            raise InputError(f"{place} repeats the word {_shown(word)}; give each word once")
        if len(counts) == MAX_VOCABULARY:
            raise InputError(f"{place} is one word too many; give at most {MAX_VOCABULARY:,}")
        counts[word] = count
    if len(counts) < 2:
        raise InputError(f"{len(counts)} words; give at least 2")
    words = sorted(counts, key=lambda word: -counts[word])
    return RankedWords(words, np.array([counts[word] for word in words], dtype=np.float64))


def _shown(text: str) -> str:
    """Return at most 40 characters of ``text``, quoted and escaped, on one line."""
    return ascii(text) if len(text) <= 40 else ascii(text[:40]) + "..."
