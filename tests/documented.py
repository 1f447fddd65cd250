"""The commands and the Python of pages written in Markdown, as a reader finds them.

A command is a line of a shell block, with its continuations, or code in a line that begins like one.
"""

import doctest
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
SHELLS = ("sh", "bash", "shell")
_OPERATORS = {"|", "||", "&", ";", "(", ")", "<<", "<<-", ">>"}  # that a shell is needed for
_BEGINS = re.compile(r"(hyperphrase|\./run\.sh|pip|python3?|\.venv/bin/python|docker|kubectl|templates/\S+\.sh) \S")
_MENTIONED = re.compile(r"(hyperphrase \S|\./run\.sh|pip (install|download)|(\.venv/bin/)?python3? (-m \S|\S+\.py)).*")
_HEREDOC = re.compile(r"<<-?\s*['\"]?(\w+)")


class Command(NamedTuple):
    """A command of a page. line: its first one. place: ``block``, ``table`` or ``text``.

    ``table``: a cell that has this command alone, and more of it than its name; other cells are ``text``.
    """

    page: str
    line: int
    text: str
    place: str

    def __str__(self):
        return f"{self.page}:{self.line}: {self.text}"


class Call(NamedTuple):
    """A call of hyperphrase. arguments: without the program. source, target: files that are read and written to."""

    arguments: list[str]
    source: str | None
    target: str | None


def pages(*patterns):
    """Return the names of pages, relative to the checkout."""
    return [str(path.relative_to(ROOT)) for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def commands(page: str, text: str) -> Iterator[Command]:
    """Yield the commands of a page, in their order."""
    in_cell = False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        in_cell = token.type == "td_open" or (in_cell and token.type != "td_close")
        if token.type == "fence":
            lines = list(_logical_lines(token.content, token.map[0] + 2))
            if token.info in SHELLS or (not token.info and lines and all(_BEGINS.match(line) for _, line in lines)):
                yield from (Command(page, number, line, "block") for number, line in lines)
        for child in token.children or ():
            if child.type == "code_inline" and _MENTIONED.fullmatch(child.content):
                whole = in_cell and len(token.children) == 1 and not re.fullmatch(r"hyperphrase \w+", child.content)
                yield Command(page, token.map[0] + 1, child.content, "table" if whole else "text")


def unseen(text: str) -> list[str]:
    """Return the lines that look like commands, in blocks that are not marked as those of a shell."""
    tokens = [token for token in MarkdownIt("commonmark").parse(text) if token.type == "fence"]
    lines = [line for token in tokens if token.info not in SHELLS for line in token.content.splitlines()]
    seen = {line for command in commands("", text) for line in command.text.splitlines()}
    return [line for line in lines if line not in seen and re.match(r"\$ \S|hyperphrase \w+ \S|python -m beam", line)]


def _logical_lines(block: str, number: int) -> Iterator[tuple[int, str]]:
    """Yield (line, command) of a shell block: lines that are continued, quotes, and here-documents, are joined."""
    held, begin, end = "", number, None
    for line in block.splitlines():
        held += line + "\n"
        number += 1
        if end is None and (found := _HEREDOC.search(line)):
            end = found[1]
            continue
        if line.endswith("\\") or (end is not None and line != end) or not _closed(held):
            continue
        if end is not None or shlex.split(held, comments=True):  # else it is empty, or a comment
            yield begin, held.strip()
        held, begin, end = "", number, None
    if held:
        yield begin, held.strip()


def _closed(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True


def python_blocks(text: str) -> list[tuple[int, str]]:
    """Return (line, code) of a page's blocks of Python; of a session, what is typed."""
    tokens = MarkdownIt("commonmark").parse(text)
    blocks = [(token.map[0] + 2, token.content) for token in tokens if token.type == "fence" and token.info == "python"]
    return [(line, doctest.script_from_examples(code) if ">>>" in code else code) for line, code in blocks]


def calls(text: str) -> list[Call] | None:
    """Return the calls of hyperphrase that a command consists of, None if it takes a shell or other programs."""
    try:
        words = list(_words(text))
    except ValueError:
        return None
    found: list[Call] = []
    while words:
        part = words[: words.index("&&")] if "&&" in words else words
        words = words[len(part) + 1 :]
        files = {}
        while len(part) > 2 and part[-2] in ("<", ">"):
            files[part[-2]] = part[-1]
            part = part[:-2]
        arguments = _arguments(part)
        if arguments is None or {"<", ">"} & set(part):
            return None
        found.append(Call(arguments, files.get("<"), files.get(">")))
    return found


def _words(text: str) -> Iterator[str]:
    split = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars=True)
    split.whitespace_split = True
    for word in split:
        if word in _OPERATORS:
            raise ValueError(word)
        yield word


def _arguments(words: list[str]) -> list[str] | None:
    """Return the arguments for hyperphrase, None if it is another program."""
    if words[:1] == ["hyperphrase"]:
        return words[1:]
    if words[:2] == ["python", "-m"] and (found := re.fullmatch(r"beam_pipeline(?:\.(\w+))?", words[2])):
        return [found[1], *words[3:]] if found[1] else words[3:]
    if words[:1] == ["./run.sh"] and (words == ["./run.sh"] or words[1].startswith("--")):
        return ["run", *(words[1:] or _DEFAULT)]
    return None


#: What ./run.sh makes by default.
_DEFAULT = shlex.split(re.search(r"set -- (--runner=.*)", read("run.sh"))[1])
