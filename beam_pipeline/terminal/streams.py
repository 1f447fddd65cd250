"""The standard streams as a process may be given them: closed, full, or of an encoding that lacks most symbols."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from beam_pipeline.terminal import screen
from hyperphrase.errors import WorkFailedError


class _Printed(io.TextIOWrapper):
    """The program's stdout. Raises WorkFailedError if it cannot be written to, BrokenPipeError if nobody reads it."""

    def write(self, text: str) -> int:
        with failures_named():
            return super().write(text)

    def flush(self) -> None:
        with failures_named():
            super().flush()


@contextlib.contextmanager
def failures_named() -> Iterator[None]:
    """Raise WorkFailedError where stdout cannot be written to, and BrokenPipeError where nobody reads it."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WorkFailedError(f"stdout cannot be written to: {error.strerror}") from error


def complete() -> None:
    """Give this process all three streams, and let them print any text."""
    open_descriptors()
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            stream = open(descriptor, "w" if descriptor else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
    if type(sys.stdout) is io.TextIOWrapper:  # else somebody gathers what is printed
        at_once, lines = sys.stdout.write_through, sys.stdout.line_buffering
        stream = _Printed(sys.stdout.detach(), sys.stdout.encoding, "backslashreplace", None, lines, at_once)
        sys.stdout = sys.__stdout__ = stream  # type: ignore[misc]  # __stdout__ is final


def open_descriptors() -> list[int]:
    """Open the null device on the descriptors 0 to 2 that are closed, and return these.

    Else the next file to be opened gets such a number, and what a library prints to stderr is written into it.
    """
    opened = []
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            opened.append(os.open(os.devnull, os.O_RDWR))  # gets the lowest free number
            os.set_inheritable(opened[-1], True)
    return opened


@contextlib.contextmanager
def descriptors_open() -> Iterator[None]:
    """Do so during the block."""
    opened = open_descriptors()
    try:
        yield
    finally:
        for descriptor in opened:
            os.close(descriptor)


def say(line: str, stream: TextIO | None = None) -> None:
    """Print a line to stderr, if it can be written to: a log that nobody keeps is no reason to stop the work."""
    with contextlib.suppress(OSError), screen.DRAWING:
        print(screen.erasure() + line, file=stream or sys.stderr, flush=True)


class Lenient(io.TextIOWrapper):
    """A log that discards what cannot be written to it."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            super().flush()


def give_up_unwritable() -> None:
    """Discard what cannot be written to stdout and stderr: Python would complain when it ends, with status 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, WorkFailedError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
