"""Two races of Beam's FnApiRunner that lose or garble elements, read in 2.77.0 and mended here.

Each has a test that shows it without the mend: when Beam mends it, that test fails, and the mend can go.
"""

import threading
from typing import Any

from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.runners.portability.fn_api_runner.execution import BundleContextManager


def fix_beam() -> None:
    """Mend both, once in a process."""
    make_buffers_once()
    send_whole_elements()


def make_buffers_once() -> None:
    """Let several workers share a stage's output buffer.

    ``BundleContextManager.get_buffer`` looks whether a stage's output buffer is there and makes it if not. Two
    workers whose first outputs come at the same moment each make one, and what the first had put into its own is
    gone without a word: a unit, or a run of fingerprints. Under a lock they share one buffer.
    """
    original = BundleContextManager.get_buffer
    if getattr(original, "locked", False):
        return
    lock = threading.Lock()

    def get_buffer(self: Any, buffer_id: bytes, transform_id: str) -> Any:
        with lock:
            return original(self, buffer_id, transform_id)

    get_buffer.locked = True  # type: ignore[attr-defined]  # marks our own, so that it is wrapped once
    BundleContextManager.get_buffer = get_buffer


def send_whole_elements() -> None:
    """Let what a worker sends end where an element ends.

    With more workers than one, a thread flushes each output stream once a second, whatever the worker is just writing
    to it: half an element goes, and the other half is read as the beginning of the next. Bytes read so are garbage,
    or a length below zero, at which the reader turns back and reads for ever, until memory is full. It takes a stage
    of more than a second with many small outputs. Without the limit in time, streams are flushed by their size, by
    the worker itself, between two elements.
    """
    worker_handlers.DATA_BUFFER_TIME_LIMIT_MS = 0
