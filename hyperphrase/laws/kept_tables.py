"""Tables of laws that take seconds to make, kept on disk between the runs of this user.

A set of tables is one file in the folder ``tables`` of the user's cache (:func:`own_cache`), or in the folder that the
variable ``HYPERPHRASE_TABLES`` names; ``HYPERPHRASE_TABLES=off`` keeps none. A file is, all numbers little-endian:

    SHA-256 digests of the pieces of all that follows, hashed together: 32 bytes
    length of the header: u64
    header, JSON: {"key": KEY, "arrays": {NAME: [DTYPE, SHAPE, OFFSET], ...}}, offsets from the start of the file
    the arrays, each from a multiple of 64 bytes on

Files are written under another name first and never changed, so any number of processes can read and write at once; two
that miss the same tables both build them. Kernels do not check what they read from tables, so files are read from
folders that only this user can write to, as machine code is, and after their digest; one that is damaged is as none.
"""

import contextlib
import functools
import hashlib
import json
import math
import mmap
import os
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.untrusted.trusted_folders import is_trusted, own_cache

VARIABLE = "HYPERPHRASE_TABLES"  #: names the folder, or says ``off``
MOST_BYTES = 2 << 30  #: of all files together; those that were not used for longest are removed
WORTH_SECONDS = 0.2  #: tables that are built in less are not kept
_SHARE = 4  # a file takes at most this part of what is free on the disk
_PIECE = 1 << 22  # bytes hashed at a time by each thread
_ALIGNED = 64
_PREFIX = 40  # bytes before the header
_WINGS = ("kernels", "numbers", "lexicon", "laws")  # whose code makes tables

Arrays = Mapping[str, NDArray[Any]]


def kept(key: str, build: Callable[[], Arrays]) -> Arrays:
    """Return the tables that ``build()`` makes, from disk if they are there; all arrays are read-only and contiguous.

    key: all that the tables depend on, but for the code of this package, of which a digest is added: the law with its
    parameters, digests of the lexicon and of files. Nothing that goes wrong with files is an error: then the tables are
    built. Raises what ``build`` raises.
    """
    folder, digest = _folder(), hashlib.sha256(f"{_code()}\n{key}".encode()).hexdigest()
    if folder is None:
        return read_only(build())
    path = folder / f"{digest[:32]}.tables"
    found = _read(path, digest)
    if found is not None:
        return found
    begun = time.monotonic()
    arrays = read_only(build())
    if time.monotonic() - begun >= WORTH_SECONDS:
        _write(path, digest, arrays)
    return arrays


def read_only(arrays: Arrays) -> Arrays:
    """Return the arrays as they come from a file, read-only and contiguous: for others kernels would compile again."""
    out = {name: np.ascontiguousarray(array).view() for name, array in arrays.items()}
    for array in out.values():
        array.flags.writeable = False
    return out


def _folder() -> Path | None:
    """Return the folder of this user's tables, None if there is none that others cannot write to."""
    given = os.environ.get(VARIABLE, "")
    if given == "off":
        return None
    try:
        folder = Path(given).expanduser().absolute() if given else own_cache() / "tables"
        if given:
            folder.mkdir(mode=0o700, exist_ok=True)  # now, so that no other user can do it later, as in /tmp
    except (OSError, RuntimeError):  # there is no home folder
        return None
    return folder if folder.is_absolute() and is_trusted(folder) else None


@functools.cache
def _code() -> str:
    """Return a digest of the source files that tables are made by."""
    state, package = hashlib.sha256(), Path(__file__).parents[1]
    for wing in _WINGS:
        for path in sorted((package / wing).rglob("*.py")):
            state.update(f"{path.relative_to(package)}\n".encode() + path.read_bytes())
    return state.hexdigest()


def _digest(data: memoryview) -> bytes:
    """Return the SHA-256 of the SHA-256 digests of the pieces of ``data``, which threads make together."""

    def of_piece(start: int) -> bytes:
        return hashlib.sha256(data[start : start + _PIECE]).digest()

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return hashlib.sha256(b"".join(pool.map(of_piece, range(0, len(data), _PIECE)))).digest()


def _read(path: Path, digest: str) -> Arrays | None:
    """Return the arrays in the file ``path``, mapped into memory; None if it is not there or not whole."""
    try:
        with path.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        view = memoryview(data)
        if _digest(view[32:]) != view[:32]:
            return None
        end = _PREFIX + int.from_bytes(view[32:_PREFIX], "little")
        header = json.loads(bytes(view[_PREFIX:end]))
        if header["key"] != digest:
            return None
        arrays = {name: _array(view, *fields) for name, fields in header["arrays"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # the last four, if somebody else wrote it
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # it was used
    return arrays


def _array(data: memoryview, dtype: str, shape: list[int], offset: int) -> NDArray[Any]:
    """Return the array at ``offset``, read-only. Raises ValueError if it is not inside ``data``."""
    kind = np.dtype(dtype)
    stop = offset + kind.itemsize * math.prod(shape)
    if kind.kind not in "biuf" or offset % _ALIGNED or min([offset, *shape]) < 0 or stop > len(data):
        raise ValueError("no array of numbers inside the file")
    return np.frombuffer(data[offset:stop], kind).reshape(shape)


def _write(path: Path, digest: str, arrays: Arrays) -> None:
    """Write the file, whole or not at all; remove what was not used for long."""
    fields: dict[str, Any] = {name: [array.dtype.str, array.shape, 0] for name, array in arrays.items()}
    place = _aligned(_PREFIX + len(json.dumps({"key": digest, "arrays": fields})) + 20 * len(fields))
    for name, array in arrays.items():
        fields[name][2] = place
        place = _aligned(place + array.nbytes)
    header = json.dumps({"key": digest, "arrays": fields}).encode()
    temporary = path.with_suffix(f".{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place > min(MOST_BYTES, shutil.disk_usage(path.parent).free // _SHARE):
            return
        with temporary.open("x+b") as stream:
            stream.truncate(place)
            stream.seek(32)
            stream.write(len(header).to_bytes(8, "little") + header)
            for name, array in arrays.items():
                stream.seek(fields[name][2])
                stream.write(array.reshape(-1).view(np.uint8).data)
            stream.flush()
            found = _digest(memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))[32:])
            stream.seek(0)
            stream.write(found)
        _make_room(path.parent, place, temporary)
        temporary.replace(path)
    except OSError:  # the disk is full, or the folder read-only
        with contextlib.suppress(OSError):
            temporary.unlink()


def _aligned(place: int) -> int:
    return -(-place // _ALIGNED) * _ALIGNED


def _make_room(folder: Path, size: int, new: Path) -> None:
    """Remove the files of ``folder`` that were not used for longest, until ``size`` more bytes are within the bound.

    Files that a killed process left under other names are among them.
    """
    found = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # another process removed it
            state = path.stat()
            found.append((state.st_mtime_ns, state.st_size, path))
    total = size + sum(each[1] for each in found if each[2] != new)
    for _, old, path in sorted(found):
        if total > MOST_BYTES and path != new:
            with contextlib.suppress(OSError):
                path.unlink()
            total -= old
