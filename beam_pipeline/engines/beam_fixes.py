"""Fixes for two race conditions of Beam's FnApiRunner that lose or corrupt elements, and others, found in Beam 2.77.0.

Each has a test that reproduces the defect without the fix. When Beam fixes it, that test fails, and the fix here can be
removed.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from apache_beam import pipeline
from apache_beam.runners.portability import job_server
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.runners.portability.fn_api_runner.execution import BundleContextManager


def fix_beam() -> None:
    """Apply all three fixes to this process; repeated calls have no further effect."""
    make_buffers_once()
    send_whole_elements()
    leave_interrupts_alone()


def make_buffers_once() -> None:
    """Let several workers share a stage's output buffer.

    ``BundleContextManager.get_buffer`` creates a stage's output buffer if it does not exist, without a lock. Two
    workers whose first outputs coincide each create one, and the elements in the replaced buffer are lost silently: a
    unit, or a run of fingerprints. With a lock they share one buffer.
    """
    original = BundleContextManager.get_buffer
    if getattr(original, "locked", False):
        return
    lock = threading.Lock()

    def get_buffer(self: Any, buffer_id: bytes, transform_id: str) -> Any:
        with lock:
            return original(self, buffer_id, transform_id)

    get_buffer.locked = True  # type: ignore[attr-defined]  # marks the fixed function, so that it is wrapped once
    BundleContextManager.get_buffer = get_buffer


def send_whole_elements() -> None:
    """Flush output streams only between elements.

    With more than one worker, a thread flushes each output stream once a second, even while the worker writes an
    element to it. The reader then takes the second part of the element for the start of the next. It decodes garbage,
    or a negative length, at which it moves backwards and reads for ever, until memory is full. This happens in stages
    of more than a second with many small outputs. Without the time limit, the worker itself flushes streams by size,
    between two elements.
    """
    worker_handlers.DATA_BUFFER_TIME_LIMIT_MS = 0


def leave_interrupts_alone() -> None:
    """Let a job server that Beam starts install no handler of interrupts.

    Beam's waits for a lock that the interrupted thread may hold, for ever, and cannot be installed from other threads
    than the main one. The server is stopped at exit in any case.
    """
    job_server.signal = SimpleNamespace(  # the name of a module there
        SIGINT=signal.SIGINT, getsignal=signal.getsignal, signal=lambda number, handler: None
    )


@contextlib.contextmanager
def labels_kept() -> Iterator[None]:
    """Let a pipeline that is built meanwhile keep its labels in a notebook.

    In IPython, Beam adds the number of the cell to each label through its interactive package, whose dependencies
    (pandas and others) are not installed with Beam.
    """
    original = pipeline.alter_label_if_ipython
    pipeline.alter_label_if_ipython = lambda transform, pvalueish: None
    try:
        yield
    finally:
        pipeline.alter_label_if_ipython = original
