"""Plain tables on stdout."""

from collections.abc import Iterable, Sequence

from hyperphrase.formatting import escape_controls


def print_table(rows: Iterable[Sequence[str]]) -> None:
    """Print ``rows`` in aligned columns; right-aligned if all cells below the first row are numbers."""
    cells = [list(map(escape_controls, row)) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    numbers = [all(row[column][:1].isdigit() for row in cells[1:]) for column in range(len(cells[0]))]
    for row in cells:
        aligned = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        print("  ".join(aligned).rstrip())
