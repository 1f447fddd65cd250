"""Plain tables on stdout."""

from collections.abc import Iterable, Sequence


def print_table(rows: Iterable[Sequence[str]]) -> None:
    """Print ``rows`` in columns as wide as their cells, two spaces apart; numbers to the right."""
    cells = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        print("  ".join(_aligned(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _aligned(cell: str, width: int) -> str:
    return cell.rjust(width) if cell[:1].isdigit() and len(cell) < 16 else cell.ljust(width)
