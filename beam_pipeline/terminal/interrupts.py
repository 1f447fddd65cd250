"""Interrupts of the program: a line, and the end of the process with status 130.

The process ends at once, wherever it is: the folder of a run is at all times one that a rerun resumes from, and an
exception that is raised in the middle of any library's code may be swallowed or reported by it. Only where a job
elsewhere has to be cancelled, KeyboardInterrupt is raised; a second interrupt then ends the process at once too.
"""

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

from beam_pipeline.terminal import screen
from beam_pipeline.terminal.command_line import module_named

INTERRUPTED = 130  # exit status
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # SIGTERM else ignored by PID 1 of a container
_RESUMABLE = ("run", "compile")
_EXIT_SECONDS = 15  # an engine's server on this machine takes up to 5 to stop
_installed: list[bool] = []
_named: list[str] = []  # the command at work, which may call another


def install() -> None:
    """Let an interrupt end this process at once."""
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
                signal.signal(number, _end)
        _installed.append(True)
        atexit.register(_replace, signal.SIG_IGN)  # called last: then only Python itself has to end


@contextlib.contextmanager
def of_command(name: str) -> Iterator[None]:
    """Name the command that an interrupt during the block ends."""
    _named.append(name)
    try:
        yield
    finally:
        _named.pop()


def raise_once() -> None:
    """Let the next interrupt of the program raise KeyboardInterrupt, because there is something to stop."""
    _replace(_raise)


def let_exit(status: int) -> None:
    """Let the program's process end with ``status``, whatever its threads and what is called at exit wait for."""
    if _installed and not _named:
        if signal.getsignal(signal.SIGINT) is _raise:  # what it is for is stopped at exit
            _replace(signal.SIG_IGN)
        signal.signal(signal.SIGALRM, lambda number, frame: os._exit(status))
        signal.alarm(_EXIT_SECONDS)


def reason() -> str:
    """Return what an interrupted command says."""
    return "interrupted; rerun the same command to resume" if _name() in _RESUMABLE else "interrupted"


def _name() -> str:
    """Return the name of the command; until it is loaded, by the command line."""
    named = _named[0] if _named else module_named().partition(".")[2] or "".join(sys.argv[1:2])
    return named if named.isidentifier() else ""


def _end(number: int, frame: object) -> NoReturn:
    screen.end()
    before = screen.erasure() or "\n" * os.isatty(2)  # a terminal has shown ^C
    line = before + f"hyperphrase {_name()}".rstrip() + f": {reason()}\n"
    with contextlib.suppress(OSError):
        os.write(2, line.encode())
    os._exit(INTERRUPTED)


def _raise(number: int, frame: object) -> NoReturn:
    _replace(_end)
    raise KeyboardInterrupt


def _replace(handler: Any) -> None:
    for number in _SIGNALS:
        if signal.getsignal(number) in (_end, _raise):
            signal.signal(number, handler)
