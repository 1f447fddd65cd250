"""The files of a corpus on a disk or in a bucket."""

from dataclasses import dataclass
from typing import BinaryIO

from hyperphrase.corpus.files import CorpusFiles, LocalFiles
from transforms.files import storage


def files_of(folder: str) -> CorpusFiles:
    """Return the files of the corpus in ``folder``, local or gs://; no link is followed."""
    return BucketFiles(folder) if storage.in_bucket(folder) else LocalFiles(folder)


@dataclass(frozen=True)
class BucketFiles:
    """Implements :class:`hyperphrase.corpus.files.CorpusFiles` for a folder in a bucket."""

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
        """Return the names of the objects directly in a folder of the corpus; empty if it does not exist."""
        return [name for name in storage.file_sizes(self.path(folder)) if name]
