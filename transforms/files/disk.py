"""Files on local disks and on what is mounted there: network, user-space and shared file systems too.

These lack some calls, or answer them in their own ways. What a file system does not offer is gone without where nothing
is lost by it; all else is an OSError. A file is written under a temporary name in ``OUT/.work`` and then renamed.
"""

import contextlib
import errno
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from hyperphrase.corpus.files import read_limited
from hyperphrase.corpus.layout import TEMPORARY_FOLDER
from transforms.files.direct_file import DirectFile

#: Answers of file systems that do not offer a call, such as the fsync of a folder. Faults of a disk have others.
NOT_OFFERED = frozenset(
    {errno.EINVAL, errno.EBADF, errno.EACCES, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTTY,
     errno.EISDIR}
)  # fmt: skip
_IN_THE_WAY = frozenset({errno.EEXIST, errno.EPERM, errno.EACCES, errno.EBUSY, errno.ETXTBSY})
_ELSEWHERE = frozenset({errno.EXDEV, errno.EPERM})  # EPERM: of sshfs, whose server was answered EXDEV
_PAUSES = (0.0, 0.0, 0.02, 0.1, 0.5)  # seconds between tries: another client or a scanner may have the file open
_LEFTOVER = ".temporary-"  # begins the name of a file that is being copied into its final folder


@contextlib.contextmanager
def atomic_writer(folder: str, name: str) -> Iterator[BinaryIO]:
    """Open ``folder/name`` for writing; it appears under its name only when the block ends without an exception."""
    target = Path(folder, name)
    temporary, stream = _create(Path(folder, TEMPORARY_FOLDER), target.name)
    try:
        with contextlib.closing(stream):
            yield cast(BinaryIO, stream)
        _move(temporary, target, stream.size)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename is None and error.errno:
            error.filename = str(target)  # a write or a close knows only its number
        with contextlib.suppress(OSError):  # the first error is the one to report
            temporary.unlink()
        raise


def _create(folder: Path, name: str) -> tuple[Path, DirectFile]:
    """Return the path of a new file in ``folder``, and the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path, another = (folder / f"{name}.{uuid.uuid4().hex}" for _ in range(2))
    try:
        return path, DirectFile(str(path))
    except FileExistsError:  # a network file system repeated a request whose reply was lost
        return another, DirectFile(str(another))


def _move(source: Path, target: Path, size: int) -> None:
    """Give a finished file of ``size`` bytes its final name; what had the name before is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    code = _try_to_replace(source, target)
    if code == errno.ENOENT and _size(source) is None and _size(target) == size:
        return  # done, but the reply was lost and the request repeated
    if code in _IN_THE_WAY and _size(target) is not None:  # only names that are free can be given
        target.unlink()
        code = _try_to_replace(source, target)
    if code in _ELSEWHERE:  # the folder is a mount of its own
        _copy(source, target)
        source.unlink()
    elif code:
        raise _not_renamed(code, target)


def _try_to_replace(source: Path, target: Path) -> int:
    """Rename; return 0 if that succeeded, else the error's number."""
    for pause in (*_PAUSES, 0.0):
        try:
            source.replace(target)
        except OSError as error:
            code = error.errno or errno.EIO
            if code not in _IN_THE_WAY:
                return code
            time.sleep(pause)
        else:
            return 0
    return code


def _not_renamed(code: int, target: Path) -> OSError:
    return OSError(code, f"{os.strerror(code)} (when the finished file was renamed)", str(target))


def _copy(source: Path, target: Path) -> None:
    """Copy a file to its final name, by a temporary name in the same folder, which no reader takes for a shard."""
    place = target.with_name(f"{_LEFTOVER}{uuid.uuid4().hex}")
    try:
        with source.open("rb") as finished, place.open("xb") as copied:
            shutil.copyfileobj(finished, copied, 1 << 20)
        if code := _try_to_replace(place, target):
            raise _not_renamed(code, target)
    except BaseException:
        with contextlib.suppress(OSError):
            place.unlink()
        raise


def _size(path: Path) -> int | None:
    try:
        return path.lstat().st_size
    except OSError:
        return None


def sync(path: str) -> None:
    """Flush a file or a folder to the disk. Raises OSError, unless the file system does not offer that."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if Path(path).is_dir():
            return  # a folder that cannot be opened cannot be flushed
        raise
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NOT_OFFERED:
            raise OSError(error.errno, error.strerror, path) from error
    finally:
        os.close(handle)


def read_file(path: str, limit: int) -> bytes | None:
    """Return the content of a small file, None if it does not exist. Raises TooLargeError above ``limit`` bytes."""
    try:
        with Path(path).open("rb") as stream:
            return read_limited(stream, limit, path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def file_sizes(folder: str) -> dict[str, int]:
    """Return {name: bytes} of the files directly in ``folder``, links apart; empty if the folder does not exist."""
    sizes = {}
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                if entry.is_file(follow_symlinks=False):
                    sizes[entry.name] = entry.stat(follow_symlinks=False).st_size
    return sizes


def remove_folder(path: str) -> bool:
    """Remove a folder and its contents as far as possible; tell whether it is gone. No link is followed.

    On NFS and FUSE a file that is open somewhere stays for a while under a hidden name, and its folder with it.
    """
    for pause in (*_PAUSES, 0.0):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.lexists(path):
            return True
        time.sleep(pause)
    return False


def remove_leftovers(folder: str) -> None:
    """Remove the temporary files that a killed run has left in ``folder`` itself."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_LEFTOVER):
                with contextlib.suppress(OSError):
                    Path(entry).unlink()
