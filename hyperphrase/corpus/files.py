"""Read the files of a corpus: the interface for any storage, and its implementation for a local disk."""

import os
from pathlib import Path
from typing import BinaryIO, Protocol


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
    """The files of a corpus on a local disk, in a folder that ``check_plain`` has checked."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def path(self, name: str) -> str:
        """Return the path of the file, for messages."""
        return str(self._folder / name) if name else str(self._folder)

    def read(self, name: str, limit: int) -> bytes | None:
        """Return the content of a file, None if it does not exist. Raises TooLargeError above ``limit`` bytes."""
        try:
            with self.open(name) as stream:
                data = stream.read(min((self._folder / name).stat().st_size, limit) + 1)  # ``read`` allocates this size
        except FileNotFoundError:
            return None
        if len(data) > limit:
            raise TooLargeError(f"{self.path(name)} is larger than {limit} bytes")
        return data

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return (self._folder / name).is_file()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        return (self._folder / name).open("rb")

    def names(self, folder: str) -> list[str]:
        """Return the names of all that is directly in a folder of the corpus, those of folders with a slash at the end.

        Links are not followed. Empty if the folder does not exist.
        """
        try:
            with os.scandir(self._folder / folder) as entries:
                return [f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name for entry in entries]
        except FileNotFoundError:
            return []
