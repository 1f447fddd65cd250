"""A user's file of words: .csv, .tsv, .avro or .parquet with words and counts; other files have one word on each line.

The rules are strict, because a repeated or invisible word is easily overlooked and makes a corpus useless: an invalid
row raises an error with its line number, and nothing is repaired. The file is untrusted: the bytes read and the words
kept are limited.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hyperphrase.errors import InputError
from hyperphrase.lexicon import word_rules
from hyperphrase.lexicon.sources.avro_table import avro_rows
from hyperphrase.lexicon.sources.text_rows import Row, count_of, list_rows, shown, table_rows
from hyperphrase.lexicon.sources.word_ranking import RankedWords
from hyperphrase.limits import MAX_VOCABULARY, MAX_WORD
from hyperphrase.untrusted.file_kinds import AVRO, PARQUET, kind_of
from hyperphrase.untrusted.separate_process import parse_apart

FILE_LIMIT = 64 << 20  # 64 MiB
_PARQUET_PROGRAM = Path(__file__).with_name("parquet_words.py")


def user_words(path: str, open_file: Callable[[str], BinaryIO]) -> RankedWords:
    """Return the words of a file, highest count first, equal counts in the file's order.

    ``.csv`` and ``.tsv``: word and count, optionally after a header such as ``word,count``. ``.avro`` and
    ``.parquet``: records with ``word`` and optionally ``count`` or ``frequency``; the lexicon file of a corpus is one
    of them. Other files: one word on each line, all of frequency 1. Extensions and names of columns may have capitals.
    Raises InputError that names the file and the line.
    """
    try:
        return _ranked(*_rows(path, _content(path, open_file)))
    except InputError as error:
        raise error.for_field("lexicon", path) from error.__cause__


def _rows(path: str, data: bytes) -> tuple[str, Iterable[Row]]:
    """Return what a row is called in errors, and the rows."""
    ending = path.lower().rpartition(".")[2]
    kind = kind_of(data)
    if kind and kind is not {"avro": AVRO, "parquet": PARQUET}.get(ending):
        raise InputError(f"is {kind.name}; {kind.advice}")
    if ending == "avro":
        return "record", avro_rows(data, FILE_LIMIT)
    if ending == "parquet":
        return "row", _parquet_rows(data)
    if ending in ("csv", "tsv"):
        return "line", table_rows(data, ending == "tsv")
    return "line", list_rows(data, ending == "dic")


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


def _parquet_rows(data: bytes) -> Iterator[Row]:
    """Yield the rows of a Parquet file. Raises InputError if it is not valid or has no column of words."""
    try:
        batches = parse_apart(_PARQUET_PROGRAM, data)
    except ValueError as error:
        raise InputError(str(error) or "not a whole Parquet file of words, or too large inside") from error
    number = 0
    for batch in batches.splitlines():
        for word, count in zip(*json.loads(batch), strict=True):
            number += 1
            yield number, word, count_of(count, f"row {number}")


def _ranked(what: str, rows: Iterable[Row]) -> RankedWords:
    """Return the rows' words, highest count first. Raises InputError for invalid, repeated or too many words.

    what: what errors call a row.
    """
    words: list[str] = []
    counts: list[float] = []
    numbers: list[int] = []
    places: dict[str, int] = {}  # by what a word looks like
    for number, word, count in rows:
        if word.isascii() and word.isprintable() and " " not in word and 0 < len(word) <= MAX_WORD:
            same = places.setdefault(word, len(words))
        else:
            same = places.setdefault(_look(word, f"{what} {number}"), len(words))
        if same < len(words):
            raise _repeats(word, words[same], f"{what} {number}", f"{what} {numbers[same]}")
        if len(words) == MAX_VOCABULARY:
            raise InputError(f"{what} {number} is one word too many; give at most {MAX_VOCABULARY:,}")
        words.append(word)
        counts.append(count)
        numbers.append(number)
    if len(words) < 2:
        raise InputError(f"{len(words)} words; give at least 2")
    frequencies = np.array(counts, np.float64)
    order = np.argsort(-frequencies, kind="stable")
    return RankedWords([words[i] for i in order.tolist()], frequencies[order])


def _look(word: str, place: str) -> str:
    """Return what ``word`` looks like. Raises InputError for what is no word."""
    if not word:
        raise InputError(f"{place} has an empty word; give one word")
    if len(word) > MAX_WORD // 4 and len(word.encode(errors="surrogatepass")) > MAX_WORD:
        raise InputError(f"{place} has {shown(word)}, of more than {MAX_WORD} bytes; give one word")
    fault, look = word_rules.examine(word)
    if fault:
        raise InputError(f"{place} has {shown(word)}, with {fault}; give one word")
    return look


def _repeats(word: str, first: str, place: str, earlier: str) -> InputError:
    if word == first:
        return InputError(f"{place} repeats the word {shown(word)} of {earlier}; give each word once")
    if word_rules.composed(word) == word_rules.composed(first):
        return InputError(f"{place} repeats {earlier} (the same text in NFC): {shown(word)}; give each word once")
    return InputError(f"{place} looks like {earlier}: {shown(word)} and {shown(first)}; give one of them")
