"""The lock of an output folder, so that one run at a time writes there.

The lock is on the folder itself. NFS emulates such locks by locks on ranges of bytes, which need a file that is open
for writing, so there a file in ``OUT/.work`` is locked instead. Some file systems offer no locks at all. Every lock is
released when the process ends.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from hyperphrase.corpus.layout import LOCK_FILE

_ALONE = fcntl.LOCK_EX | fcntl.LOCK_NB
_TRIES = 5  # to lock the file that has the name, while other runs end and remove it


@contextlib.contextmanager
def lock(folder: str) -> Iterator[bool]:
    """Hold the lock of ``folder`` during the block; yield False if the file system offers none.

    Raises BlockingIOError if another run holds it.
    """
    with contextlib.ExitStack() as held:
        yield _lock_folder(folder, held) or _lock_file(Path(folder, LOCK_FILE), held)


def _lock_folder(folder: str, held: contextlib.ExitStack) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    held.callback(os.close, handle)
    return _take(fcntl.flock, handle)


def _lock_file(path: Path, held: contextlib.ExitStack) -> bool:
    for _ in range(_TRIES):
        try:
            path.parent.mkdir(exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        except OSError:  # the run will say what is wrong with the folder, if anything is
            return False
        held.callback(_remove_folder, path.parent)
        held.callback(os.close, handle)
        if not (_take(fcntl.flock, handle) or _take(fcntl.lockf, handle)):
            held.callback(path.unlink, missing_ok=True)
            return False
        if _is_at(path, handle):
            held.callback(path.unlink, missing_ok=True)
            return True
    return False


def _take(call: Callable[[int, int], object], handle: int) -> bool:
    try:
        call(handle, _ALONE)
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True


def _is_at(path: Path, handle: int) -> bool:
    """Tell whether the open file still has its name; else the run that held the lock has just removed it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except OSError:
        return False


def _remove_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # it holds unfinished work
        folder.rmdir()
