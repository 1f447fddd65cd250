"""Files of a corpus: on local disks through Beam's file systems, in gs:// buckets as objects (``bucket``).

A file under its final name is always complete. On a disk it is written under a temporary name in ``OUT/.work`` and then
renamed. Two attempts at the same file use different temporary names and write the same bytes, so the order of the
renames does not matter.
"""

import contextlib
import os
import posixpath
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, cast

import google_crc32c
from apache_beam.io.filesystem import BeamIOError, CompressionTypes, FileMetadata
from apache_beam.io.filesystems import FileSystems

from hyperphrase.corpus.files import LocalFiles, TooLargeError
from hyperphrase.corpus.layout import TEMPORARY_FOLDER
from transforms.files import bucket
from transforms.files.direct_file import DirectFile

_PIECE = 8 << 20  # 8 MiB: size of the reads of measure()
PLAIN = CompressionTypes.UNCOMPRESSED  # Beam must not guess a compression from the extension


def join(folder: str, *names: str) -> str:
    """Join a folder (local or gs://) and names inside it."""
    return posixpath.join(folder, *names)


def in_bucket(path: str) -> bool:
    """Return whether ``path`` is in a gs:// bucket."""
    return path.startswith(bucket.SCHEME)


def check_name(path: str) -> None:
    """Raise ValueError if ``path`` begins with gs:// but is not a valid name of a bucket, object or folder."""
    if in_bucket(path):
        bucket.check_name(path)


@contextlib.contextmanager
def atomic_writer(folder: str, name: str) -> Iterator[BinaryIO]:
    """Open ``folder/name`` for writing; it appears under its name only when the block ends without an exception."""
    if in_bucket(folder):
        with bucket.uploading(join(folder, name)) as stream:
            yield stream
        return
    temporary = join(folder, TEMPORARY_FOLDER, f"{posixpath.basename(name)}.{uuid.uuid4().hex}")
    stream = _create(temporary)
    try:
        with contextlib.closing(stream):
            yield stream
        _rename(temporary, join(folder, name))
    except BaseException:
        with contextlib.suppress(Exception):  # the first error is the one to report
            FileSystems.delete([temporary])
        raise


def write_file(folder: str, name: str, data: bytes | memoryview) -> None:
    """Write ``folder/name`` atomically."""
    if in_bucket(folder):
        return bucket.write(join(folder, name), bytes(data), replace=True)
    with atomic_writer(folder, name) as stream:
        stream.write(data)
    return None


def sync_to_disk(folder: str, names: Iterable[str]) -> None:
    """Flush files of ``folder`` and their directory entries to the disk (fsync), so that they survive a power loss.

    Does nothing for a bucket: its objects are durable once they are written. Raises OSError.
    """
    if "://" in folder:
        return
    paths = [join(folder, name) for name in names]
    with ThreadPoolExecutor(8) as pool:  # concurrent fsyncs share a flush of the disk
        for _ in pool.map(_sync, [*paths, *sorted({posixpath.dirname(path) for path in paths})]):
            pass


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
    """Open ``path`` for reading, without decompression. Raises OSError."""
    if in_bucket(path):
        return bucket.open_object(path)
    stream: BinaryIO = FileSystems.open(path, compression_type=PLAIN)
    return stream


def exists(path: str) -> bool:
    """Return whether a file ``path`` exists; on a disk, a file or a folder."""
    if in_bucket(path):
        return bucket.measure(path) is not None
    return bool(FileSystems.exists(path))


def read_file(path: str, limit: int) -> bytes | None:
    """Return the content of a small file, None if it does not exist. Raises TooLargeError above ``limit`` bytes."""
    data: bytes | None = None
    if in_bucket(path):
        data = bucket.read(path, limit)
    elif exists(path):
        (found,) = FileSystems.match([path])
        size = found.metadata_list[0].size_in_bytes if found.metadata_list else 0
        if size > limit:
            raise TooLargeError(f"{path} is larger than {limit} bytes")
        with open_file(path) as stream:
            data = stream.read(size + 1)  # not limit + 1: the reader allocates what is asked for
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
    if not exists(path):
        return None
    with open_file(path) as stream:
        return measure(stream)


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
    return {posixpath.basename(found.path): found.size_in_bytes for found in _files(folder)}


def file_times(folder: str) -> dict[str, float]:
    """Return {name: time of the last modification, seconds since 1970} of the files directly in ``folder``."""
    if in_bucket(folder):
        return {posixpath.basename(blob.name): blob.updated.timestamp() for blob in bucket.listed(folder)}
    return {posixpath.basename(found.path): found.last_updated_in_seconds for found in _files(folder)}


def remove_file(path: str) -> None:
    """Remove a file, if it exists."""
    if in_bucket(path):
        return bucket.remove(path)
    with contextlib.suppress(BeamIOError):  # already removed, or removed by a concurrent attempt
        FileSystems.delete([path])
    return None


def remove_folder(path: str) -> None:
    """Remove a folder and its contents, if it exists."""
    if in_bucket(path):
        return bucket.remove_below(path)
    with contextlib.suppress(BeamIOError):  # as above
        FileSystems.delete([path + "/" if "://" in path else path])  # object stores: all names with this prefix
    return None


def _create(path: str) -> BinaryIO:
    if "://" in path:
        stream: BinaryIO = FileSystems.create(path, compression_type=PLAIN)
        return stream
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return cast(BinaryIO, DirectFile(path))


def _files(folder: str) -> list[FileMetadata]:
    try:
        (result,) = FileSystems.match([join(folder, "*")])
    except BeamIOError:
        return []
    return list(result.metadata_list)


def _rename(source: str, destination: str) -> None:
    filesystem = FileSystems.get_filesystem(destination)
    if "://" not in destination:  # object stores have no folders
        with contextlib.suppress(BeamIOError, OSError):  # it exists
            filesystem.mkdirs(posixpath.dirname(destination))
    filesystem.rename([source], [destination])


def names(folder: str) -> list[str]:
    """Return the names of what is directly in ``folder``; on a disk also of folders, with a final slash."""
    if in_bucket(folder):
        return [name for name in file_sizes(folder) if name]
    return LocalFiles(folder).names("")
