"""Tables, paragraphs and bars as text for a terminal, by rich: only modules that need it now import this one.

Cells are given as ``Text``, so that rich takes no word for markup, an emoji or a path. rich writes nothing itself: what
fails when stdout is written to is then handled as it is for all other output.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Self, TextIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_GAP = 2  # columns between cells
_LONGEST_WORD = 24  # of a text that is not cut in two; longer ones, such as digests, may be
_NARROWEST_BAR, _WIDEST_BAR = 4, 40
_RIGHT_EDGE = 1  # a full line wraps on some terminals


def table(cells: Sequence[Sequence[str]]) -> str:
    """Return a table whose first row has the headings; as facts, row by row, where the terminal is too narrow for it.

    Columns of numbers are right-aligned. Headings and texts are wrapped, numbers never are.
    """
    headings, *rows = cells
    columns = [_Column.of(column) for column in zip(*cells, strict=True)]
    console = _console(sys.stdout)
    spare = console.width - sum(column.narrowest + _GAP for column in columns) + _GAP
    if spare < 0:
        return "\n".join(facts(list(zip(headings, row, strict=True))) for row in rows)
    made = _grid()
    made.show_header, made.header_style = True, "bold"
    for heading, column, width in zip(headings, columns, _widths(columns, spare), strict=True):
        align: Literal["right", "left"] = "right" if column.numbers else "left"
        made.add_column(Text(heading), justify=align, overflow="fold", width=width)
    for row in rows:
        made.add_row(*map(Text, row))
    return _text(console, made)


def _widths(columns: Sequence["_Column"], spare: int) -> list[int]:
    """Return the widths of columns that share the spare room evenly, as far as they need it."""
    widths = [column.narrowest for column in columns]
    growing = list(range(len(columns)))
    while growing := [i for i in growing if widths[i] < columns[i].widest]:
        for i in growing[:spare]:
            widths[i] += 1
        if (spare := spare - len(growing)) <= 0:
            break
    return widths


class _Column(NamedTuple):
    """A column of a table. narrowest: columns of the terminal that it takes at least. widest: if nothing is wrapped."""

    numbers: bool
    narrowest: int
    widest: int

    @classmethod
    def of(cls, cells: Sequence[str]) -> Self:
        """Return the column of these cells, the first of which is the heading."""
        heading, *others = cells
        numbers = all(cell.lstrip("+-")[:1].isdigit() for cell in others if cell)
        words = [
            word for cell in (heading, *others) for word in ([cell] if numbers and cell in others else cell.split())
        ]
        longest = max(cell_len(word) if numbers else min(cell_len(word), _LONGEST_WORD) for word in ["", *words])
        return cls(numbers, longest, max(map(cell_len, cells)))


def facts(cells: Iterable[Sequence[str]], indent: int = 0, widest: int | None = None) -> str:
    """Return names and values in two columns, the values wrapped. widest: columns at most, all of them if None."""
    console, made = _console(sys.stdout, widest), _grid()
    made.add_column(style="bold", overflow="fold", max_width=console.width // 2)
    made.add_column(overflow="fold")
    for row in cells:
        made.add_row(*map(Text, row))
    return _text(console, Padding(made, (0, 0, 0, indent)))


def paragraph(text: str, indent: int, heading: bool, widest: int) -> str:
    """Return a text in lines of at most ``widest`` columns, bold if it is a heading."""
    shown = Padding(Text(text, "bold" if heading else ""), (0, 0, 0, indent))
    return _text(_console(sys.stdout, widest), shown)


def bar(phase: str, share: float | None, shown: Sequence[str], stream: TextIO) -> str:
    """Return a line with a bar, without its end. share: what is done, None if unknown.

    shown: texts beside the bar, the most important first: as many of them as the terminal is wide enough for.
    """
    console, texts = _console(stream), list(shown)
    room = console.width - _RIGHT_EDGE - len(phase) - _GAP
    while texts and _NARROWEST_BAR + sum(_GAP + len(text) for text in texts) > room:
        texts.pop()
    width = max(min(_WIDEST_BAR, room - sum(_GAP + len(text) for text in texts)), 1)
    drawn = ProgressBar(total=1.0, completed=share or 0.0, width=width, pulse=share is None)
    made = _grid()
    for _ in (phase, drawn, *texts):
        made.add_column(no_wrap=True)
    made.add_row(Text(phase), drawn, *map(Text, texts))
    return _text(console, made).rstrip("\n")


def _grid() -> Table:
    return Table(box=None, show_header=False, show_edge=False, pad_edge=False, padding=(0, _GAP, 0, 0))


def _console(stream: TextIO, widest: int | None = None) -> Console:
    made = Console(file=stream, force_terminal=True, markup=False, emoji=False, highlight=False)
    made.width = min(made.width, widest or made.width)
    return made


def _text(console: Console, shown: RenderableType) -> str:
    with console.capture() as captured:
        console.print(shown)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().rstrip("\n").split("\n"))
