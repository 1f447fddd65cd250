"""Files of a corpus: on local disks through Beam's file systems, in gs:// buckets as objects (``bucket``).

A file under its final name is whole. On a disk it is written under a temporary name in ``OUT/.work`` and then renamed.
Two attempts at the same file never share a temporary name, and both write the same bytes, so either rename may win.
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

from hyperphrase.corpus.files import TooLargeError
from hyperphrase.corpus.layout import TEMPORARY_FOLDER
from transforms.files import bucket
from transforms.files.direct_file import DirectFile

_PIECE = 8 << 20  # 8 MiB: how a file is read to measure it
PLAIN = CompressionTypes.UNCOMPRESSED  # Beam must not guess a compression from our extensions


def join(folder: str, *names: str) -> str:
    """Join a folder (local or gs://) and names inside it."""
    return posixpath.join(folder, *names)


def in_bucket(path: str) -> bool:
    """Tell whether ``path`` is in a bucket of Google's."""
    return path.startswith(bucket.SCHEME)


def check_name(path: str) -> None:
    """Raise ValueError if ``path`` begins like one of a bucket and cannot be one."""
    if in_bucket(path):
        bucket.check_name(path)


def reach(folder: str) -> None:
    """Raise FileNotFoundError or PermissionError if ``folder`` is in a bucket that is not there, or not open to us."""
    if in_bucket(folder):
        bucket.reach(folder)


@contextlib.contextmanager
def written_whole(folder: str, name: str) -> Iterator[BinaryIO]:
    """Open ``folder/name`` for writing; it appears under its name only when the block ends well."""
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
    """Write ``folder/name`` whole or not at all."""
    if in_bucket(folder):
        return bucket.write(join(folder, name), bytes(data), replace=True)
    with written_whole(folder, name) as stream:
        stream.write(data)
    return None


def settle(folder: str, names: Iterable[str]) -> None:
    """Wait until files of ``folder``, and their names, are on the disk itself: so that nothing later outlives them.

    Objects of a bucket are there for good once they are there. Raises OSError.
    """
    if "://" in folder:
        return
    paths = [join(folder, name) for name in names]
    with ThreadPoolExecutor(8) as pool:  # the disk takes those together that come together
        for _ in pool.map(_sync, [*paths, *sorted({posixpath.dirname(path) for path in paths})]):
            pass


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_once(folder: str, name: str, data: bytes) -> None:
    """Write ``folder/name`` whole, or find it so. Raises FileExistsError if it is there with other bytes."""
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
    """Open ``path`` for reading, as it is. Raises OSError."""
    if in_bucket(path):
        return bucket.open_object(path)
    stream: BinaryIO = FileSystems.open(path, compression_type=PLAIN)
    return stream


def exists(path: str) -> bool:
    """Tell whether there is a file ``path``; on a disk, a folder too."""
    if in_bucket(path):
        return bucket.measure(path) is not None
    return bool(FileSystems.exists(path))


def read_file(path: str, limit: int) -> bytes | None:
    """Return the content of a small file, None where there is none. Raises TooLargeError above ``limit`` bytes."""
    data: bytes | None = None
    if in_bucket(path):
        data = bucket.read(path, limit)
    elif exists(path):
        (found,) = FileSystems.match([path])
        size = found.metadata_list[0].size_in_bytes if found.metadata_list else 0
        if size > limit:
            raise TooLargeError(f"{path} is larger than {limit} bytes")
        with open_file(path) as stream:
            data = stream.read(size + 1)  # a reader makes room for all it is asked for, however little there is
    if data is not None and len(data) > limit:
        raise TooLargeError(f"{path} is larger than {limit} bytes")
    return data


def measure(stream: BinaryIO) -> tuple[int, int]:
    """Return the size in bytes and the CRC32C of what is left in ``stream``."""
    size = crc = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        crc = google_crc32c.extend(crc, piece)
    return size, crc


def measure_file(path: str) -> tuple[int, int] | None:
    """Return the size in bytes and the CRC32C of a file, None where there is none."""
    if in_bucket(path):
        return bucket.measure(path)
    if not exists(path):
        return None
    with open_file(path) as stream:
        return measure(stream)


def file_sizes(folder: str) -> dict[str, int]:
    """Return {name: bytes} of the files directly in ``folder``; empty where there is no such folder."""
    if in_bucket(folder):
        return {posixpath.basename(blob.name): blob.size for blob in bucket.listed(folder)}
    return {posixpath.basename(found.path): found.size_in_bytes for found in _files(folder)}


def file_times(folder: str) -> dict[str, float]:
    """Return {name: seconds since 1970 of its last change} of the files directly in ``folder``."""
    if in_bucket(folder):
        return {posixpath.basename(blob.name): blob.updated.timestamp() for blob in bucket.listed(folder)}
    return {posixpath.basename(found.path): found.last_updated_in_seconds for found in _files(folder)}


def remove_file(path: str) -> None:
    """Remove a file; nothing where there is none."""
    if in_bucket(path):
        return bucket.remove(path)
    with contextlib.suppress(BeamIOError):  # gone already, or removed by the attempt beside this one
        FileSystems.delete([path])
    return None


def remove_folder(path: str) -> None:
    """Remove a folder with all that is in it; nothing where there is none."""
    if in_bucket(path):
        return bucket.remove_below(path)
    with contextlib.suppress(BeamIOError):  # as above
        FileSystems.delete([path + "/" if "://" in path else path])  # of an object store: all that begins so
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
        with contextlib.suppress(BeamIOError, OSError):  # there already
            filesystem.mkdirs(posixpath.dirname(destination))
    filesystem.rename([source], [destination])
