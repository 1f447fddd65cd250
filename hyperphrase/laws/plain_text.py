"""Texts of users as a reader sees them: lines and words in UTF-8, nothing hidden.

Afterwards lines end with LF or CRLF, whatever the text had (CR, NEL, form feeds, U+2028, U+2029), every white space of
Unicode is a space, and no line begins with a byte order mark. Texts that have none of these stay as they are.
"""

import io
from collections.abc import Iterable

from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import OpenFile
from hyperphrase.lexicon import word_rules
from hyperphrase.untrusted.file_kinds import kind_of, not_utf8

TEXT_LIMIT = 64 << 20  # 64 MiB: the longest text that a law is made from
_BOM = b"\xef\xbb\xbf"
_ASCII_ENDS = b"\x0b", b"\x0c"
_PLAIN = {char.encode(): b"\n" for char in "\x85\u2028\u2029"} | {
    char.encode(): b" " for char in ("\xa0", "\u1680", "\u202f", "\u205f", "\u3000", *map(chr, range(0x2000, 0x200B)))
}
_LEADS = {char[:2] for char in _PLAIN}  # a few, for which a text is searched first
_LONGEST = 1000  # characters of a word that are looked at; no lexicon has a longer one


def read_text(path: str, open_file: OpenFile) -> bytes:
    """Return a user's text file. Raises InputError if it cannot be read, is too long, no text or not UTF-8."""
    try:
        with open_file(path) as stream:
            data = stream.read(TEXT_LIMIT + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}); name a text file") from error
    if len(data) > TEXT_LIMIT:
        raise InputError(f"{path} is larger than {TEXT_LIMIT >> 20} MiB; give a part of it")
    if kind := kind_of(data):
        advice = "give its words as a text" if kind.advice.startswith("name it") else kind.advice
        raise InputError(f"{path} is {kind.name}; {advice}")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = plain_lines(data[: error.start]).count(b"\n") + 1
        raise InputError(f"{path}: line {line} {not_utf8(data)}") from error
    return plain_lines(data)


def plain_lines(data: bytes) -> bytes:
    """Return ``data``, UTF-8, with the lines and spaces of the module's docstring."""
    if data.count(b"\r") != data.count(b"\r\n"):
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for end in _ASCII_ENDS:
        data = data.replace(end, b"\n")
    if not data.isascii():
        leads = {lead for lead in _LEADS if lead in data}
        for char, plain in _PLAIN.items():
            if char[:2] in leads:
                data = data.replace(char, plain)
        data = data.removeprefix(_BOM).replace(b"\n" + _BOM, b"\n")
    return data


def check_words(words: Iterable[bytes], text: bytes, where: str) -> None:
    """Raise InputError if one of ``words`` has a character that nobody sees; the error names its line in ``text``.

    words: the different words of the text, in the order in which they first occur.
    """
    listed = list(words)
    joined = b"".join(listed).decode()
    if (joined.isascii() and joined.isprintable()) or word_rules.hidden(joined) is None:
        return
    for word in listed:
        shown = word.decode()[:_LONGEST]
        found = word_rules.hidden(shown)
        if found is not None:
            number = next(i for i, line in enumerate(io.BytesIO(text), 1) if word in line.split())
            near = shown[max(0, found - 20) : found + 20]
            raise InputError(f"{where}: line {number} has {near!a}, with {word_rules.name(shown[found])}; remove it")
