"""Files of a corpus: on local disks (``disk``), and in gs:// buckets as objects (``bucket``).

A file under its final name is always complete. Two attempts at the same file write the same bytes, so their order does
not matter.
"""

import contextlib
import importlib
import posixpath
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import google_crc32c

from hyperphrase.corpus.files import TooLargeError
from hyperphrase.given_paths import IN_BUCKET
from transforms.files import disk

if TYPE_CHECKING:
    from transforms.files import bucket
else:

    class _OnDemand:
        """A module that is imported when something of it is used: Google's client takes 0.3 s, and disks need none."""

        def __getattr__(self, name: str) -> Any:
            return getattr(importlib.import_module("transforms.files.bucket"), name)

    bucket = _OnDemand()

_PIECE = 8 << 20  # 8 MiB: size of the reads of measure()


def join(folder: str, *names: str) -> str:
    """Join a folder (local or gs://) and names inside it."""
    return posixpath.join(folder, *names)


def in_bucket(path: str) -> bool:
    """Return whether ``path`` is in a gs:// bucket."""
    return path.startswith(IN_BUCKET)


def check_name(path: str) -> None:
    """Raise ValueError if ``path`` begins with gs:// but is not a valid name of a bucket, object or folder."""
    if in_bucket(path):
        bucket.check_name(path)


@contextlib.contextmanager
def atomic_writer(folder: str, name: str) -> Iterator[BinaryIO]:
    """Open ``folder/name`` for writing; it appears under its name only when the block ends without an exception."""
    writer = bucket.uploading(join(folder, name)) if in_bucket(folder) else disk.atomic_writer(folder, name)
    with writer as stream:
        yield stream


def write_file(folder: str, name: str, data: bytes | memoryview) -> None:
    """Write ``folder/name`` atomically."""
    if in_bucket(folder):
        return bucket.write(join(folder, name), bytes(data), replace=True)
    with disk.atomic_writer(folder, name) as stream:
        stream.write(data)
    return None


def sync_to_disk(folder: str, names: Iterable[str]) -> None:
    """Flush files of ``folder`` and their directory entries to the disk (fsync), so that they survive a power loss.

    Does nothing for a bucket: its objects are durable once they are written. Raises OSError.
    """
    if in_bucket(folder):
        return
    paths = [join(folder, name) for name in names]
    with ThreadPoolExecutor(8) as pool:  # concurrent fsyncs share a flush of the disk
        for _ in pool.map(disk.sync, [*paths, *sorted({posixpath.dirname(path) for path in paths})]):
            pass


def write_once(folder: str, name: str, data: bytes) -> None:
    """Write ``folder/name`` atomically, unless it exists with these bytes. Raises FileExistsError if it has others."""
    path = join(folder, name)
    if in_bucket(folder):
        return bucket.write(path, data, replace=False)
    there = read_file(path, 1 << 30)
    if there is None:
        write_file(folder, name, data)
    elif there != data:
        raise FileExistsError(f"{path}: holds other bytes")
    return None


def open_file(path: str) -> BinaryIO:
    """Open ``path`` for reading. Raises OSError."""
    return bucket.open_object(path) if in_bucket(path) else Path(path).open("rb")


def exists(path: str) -> bool:
    """Return whether a file ``path`` exists; on a disk, a file or a folder."""
    return bucket.measure(path) is not None if in_bucket(path) else Path(path).exists()


def read_file(path: str, limit: int) -> bytes | None:
    """Return the content of a small file, None if it does not exist. Raises TooLargeError above ``limit`` bytes."""
    if not in_bucket(path):
        return disk.read_file(path, limit)
    data = bucket.read(path, limit)
    if data is not None and len(data) > limit:
        raise TooLargeError(f"{path} is larger than {limit} bytes")
    return data


def measure(stream: BinaryIO) -> tuple[int, int]:
    """Return the size in bytes and the CRC32C of the rest of ``stream``."""
    size = crc = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        crc = google_crc32c.extend(crc, piece)
    return size, crc


def measure_file(path: str) -> tuple[int, int] | None:
    """Return the size in bytes and the CRC32C of a file, None if it does not exist."""
    if in_bucket(path):
        return bucket.measure(path)
    try:
        with Path(path).open("rb") as stream:
            return measure(stream)
    except FileNotFoundError:
        return None


def names_in(folder: str) -> list[str]:
    """Return the names of the files and folders directly in ``folder``; empty if the folder does not exist.

    In a bucket, those of the first objects below the folder, a page of a listing. Raises OSError.
    """
    if in_bucket(folder):
        return bucket.first_names(folder)
    with contextlib.suppress(FileNotFoundError):
        return [entry.name for entry in Path(folder).iterdir()]
    return []


def file_sizes(folder: str) -> dict[str, int]:
    """Return {name: bytes} of the files directly in ``folder``; empty if the folder does not exist."""
    if in_bucket(folder):
        return {posixpath.basename(blob.name): blob.size for blob in bucket.listed(folder)}
    return disk.file_sizes(folder)


def remove_file(path: str) -> None:
    """Remove a file, if it exists."""
    return bucket.remove(path) if in_bucket(path) else Path(path).unlink(missing_ok=True)


def remove_folder(path: str) -> bool:
    """Remove a folder and its contents, if it exists; on a disk as far as possible. Tell whether it is gone."""
    if not in_bucket(path):
        return disk.remove_folder(path)
    bucket.remove_below(path)
    return True


def remove_leftovers(folder: str) -> None:
    """Remove the temporary files of a killed run in ``folder`` itself; in a bucket there are none."""
    if not in_bucket(folder):
        disk.remove_leftovers(folder)
