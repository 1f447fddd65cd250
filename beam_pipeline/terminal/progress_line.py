"""The line that people watch while a run works: on a terminal it renews itself, elsewhere it is logged."""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from hyperphrase.corpus.layout import SHARDS_FOLDER
from hyperphrase.formatting import format_bytes
from transforms.files import storage
from transforms.worker.progress import PROGRESS

LOOK_SECONDS = 0.5  # how often the counts are read, and the line on a terminal renewed
PROGRESS_THREAD = "progress"
LOG_SECONDS = 10.0  # how often a line is logged elsewhere


class ProgressLine:
    """Shows phase, rate and time left on stderr until the block ends.

    drawn: seeds to draw. phrases: phrases to write. shards: files that makes. here: whether the work is
    done in this process; elsewhere the finished shards in ``folder`` are counted instead. show: is given each line
    instead of stderr.
    """

    def __init__(
        self,
        folder: str,
        drawn: int,
        phrases: int,
        shards: int,
        here: bool,
        show: Callable[[str], object] | None = None,
    ) -> None:
        self._folder, self._drawn, self._phrases, self._shards, self._here = folder, drawn, phrases, shards, here
        self._stream = sys.stderr  # this one, whatever it is replaced with while an engine works
        self._show = show or self._print
        self._terminal = show is None and self._stream.isatty()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name=PROGRESS_THREAD)
        self._phase, self._phase_begin, self._width = "", 0.0, 0

    def __enter__(self) -> Self:
        PROGRESS.reset()
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        if self._terminal and self._width:
            print("\r" + " " * self._width + "\r", end="", file=self._stream, flush=True)

    def _watch(self) -> None:
        logged = time.monotonic()
        while not self._stop.wait(LOOK_SECONDS if self._here else LOG_SECONDS):  # lists of a bucket's objects are paid
            line = self._line()
            if self._terminal:
                print("\r" + line.ljust(self._width), end="", file=self._stream, flush=True)
                self._width = max(self._width, len(line))
            elif time.monotonic() - logged >= LOG_SECONDS:
                self._show(line)
                logged = time.monotonic()

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def _line(self) -> str:
        if not self._here:
            done = len(storage.file_sizes(storage.join(self._folder, SHARDS_FOLDER)))
            return f"working: {done:,} of {self._shards:,} shards written"
        if PROGRESS.written:
            return self._phase_line("writing", PROGRESS.written, self._phrases, PROGRESS.bytes)
        if PROGRESS.fingerprinted < self._drawn:
            return self._phase_line("fingerprinting", PROGRESS.fingerprinted, self._drawn, 0)
        return self._phase_line("comparing", 0, 0, 0)

    def _phase_line(self, phase: str, done: int, total: int, written: int) -> str:
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._phase_begin = phase, now - LOOK_SECONDS
        seconds = now - self._phase_begin
        if not total:
            return f"{phase}: {seconds:,.0f} s"
        rate = done / seconds
        parts = [f"{phase}: {done / total:4.0%} of {total:,} phrases", f"{rate:,.0f} phrases/s"]
        if written:
            parts.append(f"{format_bytes(written / seconds)}/s")
        if rate:
            parts.append(f"{max(total - done, 0) / rate:,.0f} s left")
        return ", ".join(parts)
