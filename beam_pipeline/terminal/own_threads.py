"""A standard error on which only hyperphrase's own threads are seen: Beam's threads print tracebacks of their own."""

import threading
from typing import Any, TextIO

PROGRESS_THREAD = "progress"  # the thread that shows progress


class OwnThreadsOnly:
    """A stream that writes only what the thread that made it, the main thread and the progress thread write.

    stream: None if the process has none.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._names = {"MainThread", PROGRESS_THREAD, threading.current_thread().name}

    def write(self, text: str) -> int:
        """Write ``text`` if the calling thread is one of these; else discard it."""
        own = threading.current_thread().name in self._names
        return self._stream.write(text) if own and self._stream else len(text)

    def flush(self) -> None:
        """Flush the stream, if there is one."""
        if self._stream:
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
