"""DirectFile: a local file written past the page cache, while the next bytes are being made.

Shards are written once, in order, and together are larger than memory. In the page cache each of them would be copied
once more into pages that were just made free for it, which on a virtual machine costs more time than making the
bytes; and it would push out what the training run beside it reads. So whole pieces go straight to the disk
(``O_DIRECT``), by a thread of their own. Where a file system has no such way, the same pieces take the usual one.
"""

import contextlib
import errno
import fcntl
import io
import mmap
import os
import queue
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_PIECE = 1 << 20  # 1 MiB: what is written at once
_ALIGNMENT = 4096  # bytes: direct writes begin, and are long, a multiple of this
_DIRECT = getattr(os, "O_DIRECT", 0)  # 0 where the system has no such flag
_WRITERS = ThreadPoolExecutor(4, "write-behind")  # each file has one piece on its way at most
_SPARE: "queue.SimpleQueue[mmap.mmap]" = queue.SimpleQueue()  # pieces to use again: fresh memory costs page faults


class DirectFile(io.RawIOBase):
    """A new local file, written from beginning to end; an error of a write is raised by a later call."""

    def __init__(self, path: str) -> None:
        how = os.O_WRONLY | os.O_CREAT | os.O_EXCL  # its name is new: nothing is written over, no link followed
        self._file = os.open(path, how | getattr(os, "O_CLOEXEC", 0), 0o666)
        self._piece, self._other = _take_piece(), _take_piece()
        self._filled = 0  # bytes in the piece
        self._written = 0  # bytes given to the system
        self._pending: Future[None] | None = None
        self._direct = False

    def writable(self) -> bool:
        """Tell that this is a file to write."""
        return True

    def write(self, data: Any) -> int:
        """Take all of ``data``, bytes or a view of bytes. Raises OSError if an earlier piece could not be written."""
        rest = memoryview(data)
        size = len(rest)
        while len(rest):
            room = min(_PIECE - self._filled, len(rest))
            self._piece[self._filled : self._filled + room] = rest[:room]
            self._filled += room
            rest = rest[room:]
            if self._filled == _PIECE:
                self._send()
        return size

    def close(self) -> None:
        """Write what is left. Raises OSError if any piece could not be written; the file is closed in any case."""
        if self.closed:
            return
        try:
            self._wait()
            self._set_direct(False)  # the end of a file is not a multiple of anything
            self._put(self._piece, self._filled, self._written)
        finally:
            _SPARE.put(self._piece)
            _SPARE.put(self._other)
            os.close(self._file)
            super().close()

    def _send(self) -> None:
        """Have the full piece written, and go on with the other one as soon as that is free."""
        self._wait()
        if not self._written:
            self._set_direct(True)
        self._pending = _WRITERS.submit(self._put, self._piece, self._filled, self._written)
        self._written += self._filled
        self._piece, self._other, self._filled = self._other, self._piece, 0

    def _wait(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def _put(self, piece: mmap.mmap, size: int, offset: int) -> None:
        with memoryview(piece) as whole:
            done = 0
            while done < size:
                with whole[done:size] as rest:
                    try:
                        count = os.pwrite(self._file, rest, offset + done)
                    except OSError as error:
                        if error.errno != errno.EINVAL or not self._direct:
                            raise
                        count = 0  # a file system that takes the flag but no direct write
                done += count
                if count % _ALIGNMENT or not count:
                    self._set_direct(False)

    def _set_direct(self, direct: bool) -> None:
        if not _DIRECT or direct == self._direct:
            return
        flags = fcntl.fcntl(self._file, fcntl.F_GETFL)
        with contextlib.suppress(OSError):  # a file system without direct writes
            fcntl.fcntl(self._file, fcntl.F_SETFL, flags | _DIRECT if direct else flags & ~_DIRECT)
            self._direct = direct


def _take_piece() -> mmap.mmap:
    try:
        return _SPARE.get_nowait()
    except queue.Empty:
        return mmap.mmap(-1, _PIECE)  # begins on a page
