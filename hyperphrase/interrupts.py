"""Parts of the work that a KeyboardInterrupt must not cut in two."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def delayed() -> Iterator[None]:
    """Raise the KeyboardInterrupt of an interrupt during the block at its end: for imports and compilers.

    Python cannot import a package again whose first import was cut off in the middle. Other handlers of interrupts than
    Python's own are left alone, and so are other threads, which get no interrupts.
    """
    own = threading.current_thread() is threading.main_thread()
    if not own or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if came:
            raise KeyboardInterrupt
