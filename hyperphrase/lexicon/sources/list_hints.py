"""Notice a file that is read as one word a line, but is something else: a table, JSON, a spelling dictionary."""

import re
from collections import Counter

from hyperphrase.errors import InputError
from hyperphrase.lexicon.sources.word_columns import word_and_count
from hyperphrase.numerals import parse_whole

_number = re.compile(r'"?[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?"?').fullmatch
_more_than_a_number = re.compile(r"[^0-9.,;|+\s-]").search  # 1,000 and 2;5 are words, if strange ones
_flags = re.compile(r"[^/\s]+/[A-Za-z0-9,]+").fullmatch
_quoted = re.compile(r'"[^"]+",?').fullmatch
_json = re.compile(r'[{\[]\s*["{\[].*[}\]],?|[{\[]\n\s*["{\[].+').fullmatch
_ADVICE = {",": "name the file .csv", ";": "name the file .csv", "\t": "name the file .tsv"}


def check_list(lines: list[str], dic: bool) -> None:
    """Raise InputError if the first ``lines`` of a file, empty ones left out, are most likely no list of words.

    dic: whether the file's name ends as those of Hunspell's dictionaries do.
    """
    if not lines:
        return
    _check_table(lines)
    if _is_json(lines):
        raise InputError("line 1 reads as JSON; write one word a line, or a table in .csv or .tsv")
    number = parse_whole(lines[0].strip()) or 0
    flags = 10 * sum(map(bool, map(_flags, lines[1:]))) > len(lines)
    if number > 0.9 * (len(lines) - 1) and (flags or dic):
        raise InputError(
            "line 1 is the number of the words, as in a Hunspell dictionary; remove it, and the flags after slashes"
        )
    if 2 * sum(map(bool, map(_quoted, lines))) > len(lines):
        raise InputError("most lines are in quotes; remove these, or name the file .csv and let line 1 be: word")


def _check_table(lines: list[str]) -> None:
    separators = [found for line in lines if (found := _separator(line))]
    header = _header(lines[0])
    if not header and 2 * len(separators) <= len(lines):
        return
    mark, first = (header, "") if header else Counter(separators).most_common(1)[0][0]
    swap = "write the word first, as in word,count, and name the file .csv" if first else ""
    advice = swap or _ADVICE.get(mark, "write it as word,count and name the file .csv")
    example = next(line for line in lines if header or _separator(line) == (mark, first))
    raise InputError(f"most lines are a word and a number, such as {example.strip()[:40]!a}; {advice}")


def _header(line: str) -> str:
    """Return what separates the names of columns in ``line``, nothing if it has no column of counts."""
    rows = {mark: line.replace('"', "").split(mark) for mark in ",;\t| "}
    return next((mark for mark, names in rows.items() if names[1:] and word_and_count(names)[1] is not None), "")


def _is_json(lines: list[str]) -> bool:
    beginning = lines[0].strip(), "\n".join(lines[:2]).strip()
    return any(map(_json, beginning)) and lines[-1].rstrip(", ").endswith(("}", "]"))


def _separator(line: str) -> tuple[str, str] | None:
    """Return (what separates a word from its number, ``first`` where the number stands first), None in a word alone."""
    for mark in "\t,;| ":
        text, _, number = line.rstrip().rpartition(mark)
        if _number(number.strip()) and _more_than_a_number(text):
            return mark, ""
    for mark in "\t;| ,":
        number, _, text = line.lstrip().partition(mark)
        if _number(number) and _more_than_a_number(text) and (mark != "," or text[0].isalpha()):
            return mark, "first"
    return None
