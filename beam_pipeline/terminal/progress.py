"""Progress on stderr: a bar where a person watches, else lines at intervals."""

import contextlib
import datetime
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import NamedTuple, Self, TextIO

from beam_pipeline.terminal import screen
from beam_pipeline.terminal.own_threads import PROGRESS_THREAD
from beam_pipeline.terminal.streams import say
from hyperphrase.formatting import format_bytes

FIRST_SECONDS = 1.0  # until a bar is drawn: what is done by then needs none
POLL_SECONDS = 0.25  # interval of reading the state and drawing the bar
LOG_SECONDS = 10.0  # interval of lines that are logged
_LONG_SECONDS = 120  # from which time is written in hours and minutes
_FEW = 10  # below which a rate has a decimal
BYTES = "bytes"  # the unit of which amounts are written as in 1.23 GB


class State(NamedTuple):
    """What is done of a phase, and of how much; 0 if that is unknown.

    written: bytes written, 0 if none are counted. note: what else whoever watches should know.
    """

    phase: str
    done: int = 0
    total: int = 0
    unit: str = "phrases"
    written: int = 0
    note: str = ""


class Progress:
    """Shows the state of the work until the block ends, from a thread of its own that ends with it.

    read: returns the state. show: called with each line, instead of printing it to stderr. seconds: between two reads.
    """

    def __init__(
        self, read: Callable[[], State], show: Callable[[str], object] | None = None, seconds: float | None = None
    ) -> None:
        self._read, self._seconds = read, seconds
        self._stream = sys.stderr  # kept, because sys.stderr is replaced while an engine works
        self._show = show or self._say
        self._drawn = show is None and screen.is_watched(self._stream)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name=PROGRESS_THREAD)
        self._phase, self._phase_begin = "", 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        if self._drawn:
            with contextlib.suppress(OSError):
                screen.erase(self._stream)

    def _watch(self) -> None:
        logged = read = time.monotonic()
        wait = FIRST_SECONDS if self._drawn else POLL_SECONDS
        while not self._stop.wait(self._seconds or wait):
            try:
                state = self._read()
            except OSError:  # shards could not be listed this time
                continue
            if state.phase != self._phase:
                self._phase, self._phase_begin = state.phase, read
            read, wait = time.monotonic(), POLL_SECONDS
            if self._drawn:
                _draw(state, read - self._phase_begin, self._stream)
            elif read - logged >= LOG_SECONDS:
                self._show(line_of(state, read - self._phase_begin))
                logged = read

    def _say(self, line: str) -> None:
        say(line, self._stream)


@contextlib.contextmanager
def followed(phase: str, unit: str = "phrases", shown: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """Show the progress of the block, and yield what it is told by: called with the phase, what is done, of how much.

    0 stands for an amount that is unknown. phase: until then. shown: False to show nothing.
    """
    states = [State(phase, unit=unit)]

    def tell(phase: str, done: int, total: int) -> None:
        states[0] = State(phase, done, total, unit)

    with Progress(lambda: states[0]) if shown else contextlib.nullcontext():
        yield tell


def line_of(state: State, seconds: float) -> str:
    """Return the state as a line. seconds: since the phase began.

    >>> line_of(State("writing", 500, 2000, written=20_000), 2.0)
    'writing:  25% of 2,000 phrases, 250 phrases/s, 10.00 kB/s, 6 s left'
    >>> line_of(State("comparing"), 2.0)
    'comparing: 2 s'
    """
    of = f" of {_amount(state.total, state.unit)}" if state.total else ""
    return f"{state.phase}: " + ", ".join(
        filter(None, [_done(state) + of, *_rates(state, seconds), _time(state, seconds), state.note])
    )


def _draw(state: State, seconds: float, stream: TextIO) -> None:
    from beam_pipeline.terminal import drawn_text  # imports rich, which work that ends at once does not need

    shown = filter(None, [_done(state), _time(state, seconds), *_rates(state, seconds), state.note])
    with contextlib.suppress(OSError):  # the terminal is gone, and the work goes on
        screen.draw(drawn_text.bar(state.phase, _share(state), list(shown), stream), stream)


def _share(state: State) -> float | None:
    return min(state.done / state.total, 1.0) if state.total else None


def _done(state: State) -> str:
    share = _share(state)
    return _amount(state.done, state.unit) * bool(state.done) if share is None else f"{share:4.0%}"


def _rates(state: State, seconds: float) -> Iterator[str]:
    if state.done:
        yield f"{_amount(state.done / seconds, state.unit)}/s"
    if state.written:
        yield f"{format_bytes(state.written / seconds)}/s"


def _time(state: State, seconds: float) -> str:
    """Return the time left at the mean rate so far; if the total is unknown, the time since the phase began."""
    if not state.total:
        return _duration(seconds)
    return f"{_duration(max(state.total - state.done, 0) * seconds / state.done)} left" if state.done else ""


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < _LONG_SECONDS else f"{datetime.timedelta(seconds=round(seconds))}"


def _amount(count: float, unit: str) -> str:
    if unit == BYTES:
        return format_bytes(count)
    return f"{count:,.0f} {unit}" if count >= _FEW or count == round(count) else f"{count:.1f} {unit}"
