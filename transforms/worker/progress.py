"""How far the work in this process is, for the line that people watch; engines elsewhere have Beam's counters."""

import threading
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Phrases fingerprinted and written, bytes written; by any thread."""

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
        """Start again from nothing."""
        with self._lock:
            self.fingerprinted = self.written = self.bytes = 0


#: The one board of this process.
PROGRESS = Progress()
