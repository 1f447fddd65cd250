"""Faults of the surroundings, such as limits of memory, threads and files: one line instead of a traceback."""

import sys
from types import TracebackType

from beam_pipeline.terminal import streams
from hyperphrase.errors import InputError

_LIMITS = ("failed to map segment", "Cannot allocate memory", "cannot open shared object file: Error 24")


def reason(error: BaseException) -> str | None:
    """Return what to print of ``error``, None if it is a defect of the program."""
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError):
        return f"there is not enough memory: {text}" if text else "there is not enough memory"
    if isinstance(error, RuntimeError) and "can't start new thread" in text:
        return f"{text}: the limit of processes (ulimit -u) is too low"
    if isinstance(error, OSError) or (isinstance(error, ImportError) and any(limit in text for limit in _LIMITS)):
        return text or type(error).__name__
    return None


def install() -> None:
    """Let Python print such a fault in one line, wherever it is raised, as during an import."""
    sys.excepthook = _print


def _print(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    text = str(error) if isinstance(error, InputError) else reason(error)
    if text is None:
        sys.__excepthook__(kind, error, traceback)
    else:
        streams.say(f"hyperphrase: {text}")
        raise SystemExit(2 if isinstance(error, InputError) else 1)
