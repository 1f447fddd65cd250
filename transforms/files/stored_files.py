"""The files of a corpus through ``storage``: on a disk or in a bucket."""

from dataclasses import dataclass
from typing import BinaryIO

from transforms.files import storage


@dataclass(frozen=True)
class StoredFiles:
    """Implements :class:`hyperphrase.corpus.files.CorpusFiles` for a folder on a local disk or in a bucket."""

    folder: str

    def path(self, name: str) -> str:
        """Return the full path of a file."""
        return storage.join(self.folder, name) if name else self.folder

    def read(self, name: str, limit: int) -> bytes | None:
        """Return the content of a file, None if it does not exist. Raises TooLargeError above ``limit`` bytes."""
        return storage.read_file(self.path(name), limit)

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return storage.exists(self.path(name))

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raises OSError."""
        return storage.open_file(self.path(name))

    def names(self, folder: str) -> list[str]:
        """Return the names of what is directly in a folder; on a disk also folders, with a final slash."""
        return storage.names(self.path(folder))
