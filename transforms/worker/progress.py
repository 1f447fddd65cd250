"""Progress of the work in this process, for the progress line; work in other processes has Beam's counters."""

import threading
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Number of phrases fingerprinted and written, and of bytes written; thread-safe."""

    fingerprinted: int = 0
    written: int = 0
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fingerprinted: int = 0, written: int = 0, bytes: int = 0) -> None:
        """Add to the counts."""
        with self._lock:
            self.fingerprinted += fingerprinted
            self.written += written
            self.bytes += bytes

    def reset(self) -> None:
        """Set all counts to 0."""
        with self._lock:
            self.fingerprinted = self.written = self.bytes = 0


#: The progress of this process.
PROGRESS = Progress()
