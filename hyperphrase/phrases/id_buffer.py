"""Memory for ids that is used again: fresh memory would cost a page fault every 4 KiB."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray


class IdBuffer:
    """An array of ids for each thread, which grows with what is asked for. A pickle of it is a new one."""

    def __init__(self) -> None:
        self._local = threading.local()

    def __reduce__(self) -> tuple[Any, ...]:
        return IdBuffer, ()

    def take(self, size: int) -> NDArray[np.uint32]:
        """Return ``size`` ids, uint32, of any values; this thread's next call gives the same memory."""
        ids: NDArray[np.uint32] | None = getattr(self._local, "ids", None)
        if ids is None or len(ids) < size:
            ids = np.empty(size + size // 8, np.uint32)
            self._local.ids = ids
        return ids[:size]
