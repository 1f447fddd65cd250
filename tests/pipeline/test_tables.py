"""Tables: plain columns, byte for byte, for programs; drawn by rich, as wide as the terminal, for people."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beam_pipeline.terminal.table import print_entries, print_facts, print_heading, print_table, print_text

ROOT = Path(__file__).parents[2]
STYLE = re.compile(r"\x1b\[[\d;]*m")
ROWS = [("law", "bytes", "share"), ("zipf", "1,024", "+5.0%"), ("a [bold]long[/bold] name", "9", "-10.0%")]
PLAIN = """\
law                       bytes  share
zipf                      1,024  +5.0%
a [bold]long[/bold] name      9  -10.0%
"""
DRAWN = """\
law                       bytes   share
zipf                      1,024   +5.0%
a [bold]long[/bold] name      9  -10.0%
"""
NARROW = """\
law                bytes   share
zipf               1,024   +5.0%
a                      9  -10.0%
[bold]long[/bold]
name
"""
AS_FACTS = """\
law    zipf
bytes  1,024
share  +5.0%

law    a
       [bold]long[
       /bold] name
bytes  9
share  -10.0%
"""


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def printed(monkeypatch):
    """Return a caller of what prints on a terminal: (columns, function, *arguments) -> what is drawn."""
    monkeypatch.setenv("TERM", "xterm-256color")

    def call(columns, function, *arguments):
        stream = Terminal()
        with monkeypatch.context() as patched:
            patched.setattr("sys.stdout", stream)
            patched.setenv("COLUMNS", str(columns))
            function(*arguments)
        return stream.getvalue()

    return call


def test_without_a_terminal_columns_are_plain(capsys):
    print_table(ROWS)
    assert capsys.readouterr().out == PLAIN


def test_without_a_terminal_rich_is_not_imported():
    lines = "print_table([['a'], ['1']]); print_facts([('a', 'b')]); print_entries({'a': 'b'}); print_text('c')"
    code = f"import sys; from beam_pipeline.terminal.table import *; {lines}; print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "a\n1\na  b\n  a  b\nc\nFalse\n"


@pytest.mark.parametrize(("columns", "expected"), [(80, DRAWN), (32, NARROW), (18, AS_FACTS)])
def test_on_a_terminal_a_table_fits_and_no_word_is_markup(printed, columns, expected):
    drawn = STYLE.sub("", printed(columns, print_table, ROWS))
    assert [line.rstrip() for line in drawn.splitlines()] == expected.splitlines()


def test_headings_are_bold_and_nothing_has_a_colour(printed):
    drawn = printed(80, print_table, ROWS) + printed(80, print_heading, "laws")
    assert {"\x1b[1m", "\x1b[0m"} == set(STYLE.findall(drawn))
    assert re.search(r"\x1b\[1mlaw *\x1b\[0m", drawn.splitlines()[0])
    assert "\x1b" not in drawn.splitlines()[1]
    assert drawn.splitlines()[-1] == "\x1b[1mlaws\x1b[0m"


def test_a_terminal_that_cannot_draw_gets_plain_columns(printed, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert printed(80, print_table, ROWS) == PLAIN


@pytest.mark.parametrize("columns", [0, 200])
def test_words_of_others_are_shown_and_not_obeyed(printed, capsys, columns):
    hostile = "[red]a[/] :smile: \x1b[31mb\x07 \u202ec\nd https://e.org"
    shown = r"[red]a[/] :smile: \x1b[31mb\x07 \u202ec\nd https://e.org"
    for function in (print_facts, print_table):
        rows = [("word", hostile), (hostile, "word")]
        drawn = printed(columns, function, rows) if columns else function(rows) or capsys.readouterr().out
        assert STYLE.sub("", drawn).count(shown) == 2
    for function in (print_text, print_heading):
        drawn = printed(columns, function, hostile) if columns else function(hostile) or capsys.readouterr().out
        assert STYLE.sub("", drawn) == f"{shown}\n"


CELLS = st.text(st.sampled_from("ab 12,.+-%()[]\u4e2d\u0436"), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=2, max_size=4)),
       st.integers(30, 120))  # fmt: skip
def test_no_line_is_wider_than_the_terminal_and_no_character_is_lost(printed, rows, columns):
    from rich.cells import cell_len

    drawn = STYLE.sub("", printed(columns, print_table, rows))
    assert max(cell_len(line) for line in drawn.splitlines()) <= columns
    headings, *others = ["".join(row) for row in rows]
    whole = {"".join([headings, *others]), "".join([headings * len(others), *others])}  # as a table, and as facts
    assert sorted("".join(drawn.split())) in [sorted("".join(text.split())) for text in whole]


def test_entries_and_texts_are_wrapped_at_80_columns_without_a_terminal(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    words = " ".join(["word"] * 30)
    print_entries({"a": words, "bcd": "x"})
    print_text(words, 4)
    assert capsys.readouterr().out == (
        f"  a    {' '.join(['word'] * 14)}\n       {' '.join(['word'] * 14)}\n       word word\n  bcd  x\n"
        f"    {' '.join(['word'] * 15)}\n    {' '.join(['word'] * 15)}\n"
    )


def test_entries_and_texts_are_as_wide_as_the_terminal_but_no_line_is_long(printed):
    words = " ".join(["word"] * 60)
    for columns, widest in ((40, 40), (100, 100), (300, 120)):
        drawn = printed(columns, print_entries, {"a": words}) + printed(columns, print_text, words, 2)
        lines = STYLE.sub("", drawn).splitlines()
        assert widest - 5 < max(map(len, lines)) <= widest
