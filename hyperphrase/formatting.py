"""Format numbers and texts for people."""

import html
import re
from collections.abc import Iterable, Sequence

#: Control characters (escape sequences begin with one), line separators, direction marks, lone surrogates.
_controls = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def escape_controls(text: str) -> str:
    """Return ``text`` with control characters escaped, so that a terminal prints them and does not execute them."""
    return _controls.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def format_bytes(count: float) -> str:
    """Return a number of bytes in decimal units, as in ``1.23 GB``."""
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if count < 1000 or unit == "PB":
            break
        count /= 1000
    return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.2f} {unit}"


def html_table(title: str, rows: Iterable[Sequence[str]]) -> str:
    """Return a table for notebooks, as HTML without a style of its own; all texts are escaped.

    >>> html_table("corpus", [("law", "zipf"), ("word", "<b>")])
    '<b>corpus</b><table><tr><td>law</td><td>zipf</td></tr><tr><td>word</td><td>&lt;b&gt;</td></tr></table>'
    """
    cells = ("".join(f"<td>{html.escape(escape_controls(cell))}</td>" for cell in row) for row in rows)
    return f"<b>{html.escape(title)}</b><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
