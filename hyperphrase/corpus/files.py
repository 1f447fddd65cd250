"""Read the files of a corpus: the interface for any storage, and its implementation for a local disk."""

import os
import stat
from pathlib import Path
from typing import BinaryIO, Protocol

from hyperphrase.corpus.plain_folder import LinkRule, check_file, no_links

_PIECE = 1 << 20  # 1 MiB: a read allocates what is asked for, and files of user-space disks may state no size


class TooLargeError(OSError):
    """A file is larger than its limit."""


class CorpusFiles(Protocol):
    """Reads the files of a corpus by their names (:mod:`hyperphrase.corpus.layout`). All methods raise OSError."""

    def path(self, name: str) -> str:
        """Return the path of the file, for messages."""

    def read(self, name: str, limit: int) -> bytes | None:
        """Return the content of a file, None if it does not exist. Raises TooLargeError above ``limit`` bytes."""

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file."""

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""

    def names(self, folder: str) -> list[str]:
        """Return the names of all that is directly in a folder of the corpus, those of folders with a slash at the end.

        Links are not followed. Empty if the folder does not exist.
        """


class LocalFiles:
    """The files of a corpus on a local disk; see :mod:`hyperphrase.corpus.plain_folder` for what is not opened."""

    def __init__(self, folder: str, may_follow: LinkRule = no_links) -> None:
        self._folder, self._may_follow = Path(folder), may_follow

    def path(self, name: str) -> str:
        """Return the path of the file, for messages."""
        return str(self._folder / name) if name else str(self._folder)

    def read(self, name: str, limit: int) -> bytes | None:
        """Return the content of a file, None if it does not exist. Raises TooLargeError above ``limit`` bytes."""
        try:
            with self.open(name) as stream:
                return read_limited(stream, limit, self.path(name))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return (self._folder / name).is_file()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raises CorruptError for a pipe, a device, or a link that may not be followed."""
        path = self._folder / name
        kind = os.lstat(path).st_mode
        check_file(str(path), stat.S_ISLNK(kind), stat.S_ISREG(kind), self._may_follow)
        return path.open("rb")

    def names(self, folder: str) -> list[str]:
        """Return the names of all that is directly in a folder of the corpus, those of folders with a slash at the end.

        Links are not followed. Empty if the folder does not exist.
        """
        try:
            with os.scandir(self._folder / folder) as entries:
                return [f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name for entry in entries]
        except FileNotFoundError:
            return []


def read_limited(stream: BinaryIO, limit: int, path: str) -> bytes:
    """Return the rest of a file. Raises TooLargeError, which names ``path``, above ``limit`` bytes.

    A size that the file states is taken to refuse it, but not as all that there is.
    """
    pieces, left = [], 0 if os.fstat(stream.fileno()).st_size > limit else limit + 1
    while left and (piece := stream.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise TooLargeError(f"{path} is larger than {limit} bytes")
    return b"".join(pieces)
