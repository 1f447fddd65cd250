"""The rows of a user's text file of words: one word a line, or a table in CSV or TSV.

Lines end with LF, CRLF or CR. A byte order mark at the beginning and line ends at the end of the file are no part of
it. The rows of a table are lines: a field cannot have a line end.
"""

import csv
import re
from collections.abc import Callable, Iterator

from hyperphrase.errors import InputError
from hyperphrase.lexicon.sources.list_hints import check_list
from hyperphrase.lexicon.sources.word_columns import word_and_count
from hyperphrase.limits import MAX_WORD
from hyperphrase.numerals import parse_number
from hyperphrase.untrusted.file_kinds import not_utf8

_BLOCK = 1 << 20  # bytes that are decoded at once; no line has more
_LOOKED_AT = 1000  # lines from which it is told how a table is separated
_GIVE = "give a word and its count"

Row = tuple[int, str, float]
"""The number of the line (or the record), the word, its count."""
_Split = Callable[[str, int], list[str]]


def list_rows(data: bytes, dic: bool) -> Iterator[Row]:
    """Yield the words of a file with one word on each line, all of count 1. Raises InputError.

    dic: whether the file's name ends in ``.dic``.
    """
    check_list(first_lines(data), dic)
    for number, line in enumerate(lines_of(data), 1):
        yield number, line, 1.0


def table_rows(data: bytes, tabs: bool) -> Iterator[Row]:
    """Yield the rows of a table of words and counts; ``tabs``: TSV, else CSV. Raises InputError for a wrong row.

    The first row may be a header: a column ``word``, and ``count`` or ``frequency`` or none; others are passed over.
    """
    split = _splitter(first_lines(data), tabs)
    width, word, count = 2, 0, 1
    for number, line in enumerate(lines_of(data), 1):
        fields = split(line, number)
        if number == 1:
            named = word_and_count(fields)
            if named[0] is not None and (named[1] is not None or len(fields) == 1):
                width, word, count = len(fields), named[0], -1 if named[1] is None else named[1]
                continue
        if len(fields) != width:
            raise _wrong_width(number, fields, width, "tab" if tabs else "comma")
        yield number, fields[word], 1.0 if count < 0 else count_of(fields[count].strip(" "), f"line {number}")


def count_of(text: str, place: str) -> float:
    """Return ``text`` as a count. Raises InputError if it is not a positive finite number."""
    count = parse_number(text)
    if count is None or not 0 < count < float("inf"):
        form = ", without separators of thousands, and a point before decimals" if _grouped(text) else ""
        head = "; a header is word,count" if place == "line 1" and text[:1].isalpha() else ""
        raise InputError(f"{place} has the count {shown(text)}; give a positive finite number{form}{head}")
    return count


_grouped = re.compile(r"[0-9]+([,.' \xa0\u202f\u2009][0-9]+)+").fullmatch


def shown(text: str) -> str:
    """Return at most 40 characters of ``text``, quoted and escaped, on one line."""
    return ascii(text) if len(text) <= 40 else ascii(text[:40]) + "..."


def lines_of(data: bytes) -> Iterator[str]:
    """Yield the lines without their ends. Raises InputError if the file is binary or not UTF-8."""
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise InputError(f"line {line} has a NUL byte, so the file is not text; give UTF-8 text or .avro")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    stop = len(data)
    while stop and data[stop - 1] == ord("\n"):
        stop -= 1
    at, number = 3 if data.startswith(b"\xef\xbb\xbf") else 0, 1
    while at < stop or number == 1:
        end = data.rfind(b"\n", at, at + _BLOCK) if at + _BLOCK < stop else stop
        if end < 0:
            start = data[at : at + 40].decode("utf-8", "replace")
            raise InputError(f"line {number} has {start!a}..., of more than {MAX_WORD} bytes; give one word")
        try:
            lines = data[at:end].decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            line = number + data.count(b"\n", at, at + error.start)
            raise InputError(f"line {line} {not_utf8(data)}") from error
        yield from lines
        at, number = end + 1, number + len(lines)


def first_lines(data: bytes) -> list[str]:
    """Return the first lines that are not empty, 1,000 at most, of the first MiB; what is not UTF-8 is replaced."""
    text = data[:_BLOCK].decode("utf-8", "replace").removeprefix("\ufeff")
    lines = re.split(r"\r\n|\n|\r", text)
    return [line for line in lines[: 2 * _LOOKED_AT] if line][:_LOOKED_AT]


def _splitter(lines: list[str], tabs: bool) -> _Split:
    """Return how the lines of a table are split into fields. Raises InputError for commas in a .tsv."""
    if lines and lines[0].lower().startswith("sep="):
        raise InputError(f"line 1 is {shown(lines[0])}, which only spreadsheets know; remove it")
    if tabs:
        if _mostly(lines, ",") and not _mostly(lines, "\t"):
            raise InputError("line 1 has commas and no tabs; name the file .csv")
        return _tab_fields
    for other in (";", "\t"):  # as spreadsheets write CSV in countries with decimal commas, and the clipboard
        if _mostly(lines, other):
            return _comma_fields(other)
    return _comma_fields(",")


def _mostly(lines: list[str], separator: str) -> bool:
    """Tell whether most of the lines have a text and a number, and nothing else, on the sides of ``separator``."""
    sides = [line.rpartition(separator) for line in lines]
    head = sides and sides[0][1] and word_and_count(lines[0].replace('"', "").split(separator))[1] is not None
    numbers = sum(bool(text and mark and _number_like(number)) for text, mark, number in sides)
    return bool(head) or 2 * numbers > len(lines)


_number_like = re.compile(r' *"?[+-]?([0-9]+([.,][0-9]+)?|[.,][0-9]+)([eE][+-]?[0-9]+)?"? *').fullmatch


def _comma_fields(separator: str) -> _Split:
    def split(line: str, number: int) -> list[str]:
        if '"' not in line:
            return line.split(separator)
        try:
            (fields,) = csv.reader([line], delimiter=separator, strict=True)
        except csv.Error as error:
            reason = "opens a quote that it does not close" if "unexpected end" in str(error) else f"({error})"
            fix = 'a row is one line, and a quote in a quoted field is written ""'
            raise InputError(f"line {number} is not a table row: it {reason}; {fix}") from error
        return fields

    return split


def _tab_fields(line: str, number: int) -> list[str]:
    fields = line.split("\t")
    return fields if '"' not in line else [_unquoted(field) for field in fields]


def _unquoted(field: str) -> str:
    """Return a field as it is meant: TSV has no quotes, but spreadsheets write them, and double those inside."""
    inner = field[1:-1]
    quoted = len(field) > 1 and field[0] == field[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted else field


def _wrong_width(number: int, fields: list[str], width: int, mark: str) -> InputError:
    if fields == [""]:
        return InputError(f"line {number} is empty; {_GIVE}")
    wanted = (
        _GIVE + f", with a {mark} between" * (len(fields) == 1) if width == 2 else f"give {width}, as in the header"
    )
    head = "; with more columns, the first line names them: word, count and others" if number == 1 else ""
    alone = "; a file of words alone is named .txt" if number == 1 and len(fields) == 1 else ""
    return InputError(f"line {number} has {len(fields)} fields; {wanted}{head if len(fields) > width else alone}")
