"""Put the files of a folder out of the system's page cache, and see which of their pages are in it."""

import ctypes
import mmap
import os
from pathlib import Path

import numpy as np

_SPARED = 0.01  # of a folder's pages that may stay


def drop(folder: Path) -> None:
    """Put all files in ``folder`` out of the page cache. Raises OSError if they stay in it, as on a disk in memory."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    os.sync()  # pages that are still to be written stay
    for path in files:
        with path.open("rb") as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    total, cached = (sum(column) for column in zip(*map(pages, files), strict=True))
    if cached > _SPARED * total:
        raise OSError(f"{folder}: {cached} of {total} pages stay in the page cache; work on another disk")


def fill(folder: Path) -> None:
    """Read all files in ``folder``, so that their pages are in the page cache."""
    buffer = bytearray(1 << 20)
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb", buffering=0) as stream:
                while stream.readinto(buffer):
                    pass


def pages(path: Path) -> tuple[int, int]:
    """Return how many pages a file has, and how many of them are in the page cache."""
    size = path.stat().st_size
    if not size:
        return 0, 0
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
        states = np.zeros(-(-size // mmap.PAGESIZE), np.uint8)
        view = np.frombuffer(mapped, np.uint8)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mincore(ctypes.c_void_p(view.ctypes.data), ctypes.c_size_t(size), ctypes.c_void_p(states.ctypes.data)):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        del view
    return len(states), int(np.count_nonzero(states & 1))
