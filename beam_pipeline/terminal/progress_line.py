"""The progress line of a run: updated in place on a terminal, else logged at intervals."""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from beam_pipeline.terminal.own_threads import PROGRESS_THREAD
from beam_pipeline.terminal.streams import say
from hyperphrase.corpus.layout import SHARDS_FOLDER
from hyperphrase.formatting import format_bytes
from transforms.files import storage
from transforms.worker.progress import PROGRESS

POLL_SECONDS = 0.5  # interval of reading the counts and updating the line on a terminal
LOG_SECONDS = 10.0  # interval of lines that are logged


class ProgressLine:
    """Shows phase, rate and time left on stderr until the block ends.

    drawn: number of seeds to draw. phrases: number of phrases to write. shards: number of files to write. in_process:
    whether the work is done in this process; else the finished shards in ``folder`` are counted. show: called with each
    line, instead of printing it to stderr.
    """

    def __init__(
        self,
        folder: str,
        drawn: int,
        phrases: int,
        shards: int,
        in_process: bool,
        show: Callable[[str], object] | None = None,
    ) -> None:
        self._folder, self._in_process = folder, in_process
        self._drawn, self._phrases, self._shards = drawn, phrases, shards
        self._stream = sys.stderr  # kept, because sys.stderr is replaced while an engine works
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
        interval = POLL_SECONDS if self._in_process else LOG_SECONDS  # each listing of a bucket costs money
        while not self._stop.wait(interval):
            line = self._line()
            if self._terminal:
                print("\r" + line.ljust(self._width), end="", file=self._stream, flush=True)
                self._width = max(self._width, len(line))
            elif time.monotonic() - logged >= LOG_SECONDS:
                self._show(line)
                logged = time.monotonic()

    def _print(self, line: str) -> None:
        say(line, self._stream)

    def _line(self) -> str:
        if not self._in_process:
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
            self._phase, self._phase_begin = phase, now - POLL_SECONDS
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
