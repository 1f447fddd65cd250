"""Paths as users give them: ``~`` is the home folder, a ``file:`` URL is local, other URLs are refused."""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from hyperphrase.errors import InputError

BUCKETS = ("gs",)  # the schemes that the Beam program reads and writes, besides local paths
IN_BUCKET = f"{BUCKETS[0]}://"  # how paths in buckets begin

_scheme = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):").match  # RFC 3986, section 3.1, but no drive letter
_host = re.compile(r"//(?:localhost)?(?=/)", re.IGNORECASE).match


def given_path(path: str | os.PathLike[str], field: str | None = None, schemes: Collection[str] = ()) -> str:
    """Return the path that a user's ``path`` means.

    A path that begins with ``~`` or ``~user`` begins in a home folder. A ``file:`` URL (RFC 8089) is a local path with
    an absolute location. A URL of one of ``schemes`` is returned as it is. Raises InputError of ``field`` for any other
    URL and for a path without a meaning.
    """
    text = os.fspath(path)
    try:
        meant = _meant(text, schemes)
        if "\0" in meant:
            raise InputError("has a NUL character; give a path without it")
    except InputError as error:
        raise (InputError(error.problem, field=field, value=text) if field else error) from None
    return meant


def _meant(text: str, schemes: Collection[str]) -> str:
    found = _scheme(text)
    scheme, location = (found[1].lower(), text[found.end() :]) if found else ("", text)
    if scheme == "file":
        return _local(location)
    if scheme in schemes and location.startswith("//"):
        return f"{scheme}:{location}"
    if scheme in schemes or (scheme and location.startswith("/")):
        known = ["local paths", "file:///PATH", *(f"{each}://BUCKET/NAME" for each in schemes)]
        raise InputError(
            f"{scheme}: is not a scheme that can be used here; {', '.join(known[:-1])} and {known[-1]} can; write ./ "
            "before the local path of a name with a colon"
        )
    return _in_home(text)


def open_local(path: str) -> BinaryIO:
    """Open a local file that a user names. Raises OSError, and InputError as :func:`given_path`."""
    return Path(given_path(path)).open("rb")


def _in_home(text: str) -> str:
    if not text.startswith("~"):
        return text
    try:
        return str(Path(text).expanduser())
    except RuntimeError:
        name = text.partition("/")[0]
        problem = f"no home folder is known for {name}; write ./{name} for a file or folder of that name"
        raise InputError(problem) from None


def _local(location: str) -> str:
    """Return the path of what stands behind ``file:``."""
    host = _host(location)
    if not location.startswith("/") or (location.startswith("//") and host is None):
        raise InputError("has no absolute path on this machine; write file:///PATH")
    return unquote(location[host.end() if host else 0 :], errors="surrogateescape")
