"""Whether a person watches a stream, and the line of a terminal that is drawn again and again.

What else is written to stderr first erases that line, so that nothing is ever appended to it.
"""

import os
import threading
from typing import TextIO

ERASE = "\r\x1b[2K"  # to the beginning of the line, and erase it (ECMA-48, 8.3.15 CR and 8.3.41 EL)
#: Held while a line is drawn or erased.
DRAWING = threading.RLock()
_END_SECONDS = 0.2  # at most: a terminal may have been stopped while a line was drawn
_drawn: list[bool] = []  # True while a line is drawn


def is_watched(stream: TextIO) -> bool:
    """Return whether ``stream`` is a terminal that can draw, not a file, a pipe, or a terminal that only prints."""
    return stream.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


def draw(line: str, stream: TextIO) -> None:
    """Draw ``line``, which must be narrower than the terminal, in place of the one before. Raises OSError."""
    with DRAWING:
        _drawn[:] = [True]
        print(ERASE + line, end="", file=stream, flush=True)


def erase(stream: TextIO) -> None:
    """Erase the line, if one is drawn. Raises OSError."""
    with DRAWING:
        before = erasure()
        _drawn.clear()
        print(before, end="", file=stream, flush=True)


def end() -> None:
    """Let no other thread draw any more, because the process ends now."""
    DRAWING.acquire(timeout=_END_SECONDS)  # not released


def erasure() -> str:
    """Return what to write before anything else is written to stderr: it erases the line, if one is drawn."""
    return ERASE if _drawn else ""
