"""DirectFile: a local file written asynchronously with direct I/O, bypassing the page cache.

Shards are written once, sequentially, and together are larger than memory. Through the page cache each byte would be
copied once more, into freshly freed pages, which on a virtual machine takes longer than encoding the shard; and it
would evict pages that a training run on the same machine reads. So full pieces are written with ``O_DIRECT`` by a
background thread. On file systems without ``O_DIRECT`` the same pieces are written through the page cache.
"""

import errno
import fcntl
import io
import mmap
import os
import queue
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_PIECE = 1 << 20  # 1 MiB: size of a write
_ALIGNMENT = 4096  # bytes: offsets and sizes of direct writes are multiples of this
_DIRECT = getattr(os, "O_DIRECT", 0)  # 0 where the system has no such flag
#: Errors of direct writes alone; the same bytes can be written through the page cache.
_NOT_DIRECT = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EFAULT, errno.ENOMEM})
_WRITERS = ThreadPoolExecutor(4, "write-behind")  # each file has at most one write pending
_SPARE: "queue.SimpleQueue[mmap.mmap]" = queue.SimpleQueue()  # buffers to reuse: fresh memory costs page faults


class DirectFile(io.RawIOBase):
    """A new local file, written sequentially; a failed write raises from a later call."""

    def __init__(self, path: str) -> None:
        how = os.O_WRONLY | os.O_CREAT | os.O_EXCL  # overwrites nothing, follows no link
        self._file = os.open(path, how | getattr(os, "O_CLOEXEC", 0), 0o666)
        self._piece, self._other = _take_piece(), _take_piece()
        self._filled = 0  # bytes in the piece
        self._written = 0  # bytes submitted for writing
        self._pending: Future[None] | None = None
        self._direct = False

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Accept all of ``data``, bytes or a memoryview. Raises OSError if an earlier piece could not be written."""
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

    @property
    def size(self) -> int:
        """The number of bytes that were accepted."""
        return self._written + self._filled

    def close(self) -> None:
        """Write the remaining bytes. Raises OSError if any write failed; the file is closed in any case."""
        if self.closed:
            return
        try:
            self._wait()
            self._set_direct(False)  # the size of the last write is not a multiple of the alignment
            self._put(self._piece, self._filled, self._written)
        finally:
            _SPARE.put(self._piece)
            _SPARE.put(self._other)
            super().close()  # before the descriptor: closing that may fail, and must not be tried again
            os.close(self._file)  # network file systems report failed writes here

    def _send(self) -> None:
        """Submit the full piece for writing, and switch to the other one when it is free."""
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
                    count = self._write(rest, offset + done)
                done += count
                if count % _ALIGNMENT:
                    self._set_direct(False)

    def _write(self, data: memoryview, offset: int) -> int:
        """Write some of ``data``, and return how many bytes."""
        if self._direct:
            try:
                if count := os.pwrite(self._file, data, offset):
                    return count
            except OSError as error:
                if error.errno not in _NOT_DIRECT:
                    raise
            self._set_direct(False)  # the file system accepts the flag but rejects direct writes
        if count := os.pwrite(self._file, data, offset):
            return count
        raise OSError(errno.EIO, "a write took no bytes")

    def _set_direct(self, direct: bool) -> None:
        if not _DIRECT or direct == self._direct:
            return
        try:
            flags = fcntl.fcntl(self._file, fcntl.F_GETFL)
            fcntl.fcntl(self._file, fcntl.F_SETFL, flags | _DIRECT if direct else flags & ~_DIRECT)
        except OSError:
            if not direct:
                raise
        else:
            self._direct = direct


def _take_piece() -> mmap.mmap:
    try:
        return _SPARE.get_nowait()
    except queue.Empty:
        return mmap.mmap(-1, _PIECE)  # page-aligned
