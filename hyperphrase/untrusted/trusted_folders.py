"""Whether only this user, root or the owner of the installed package can have written what a folder holds.

Machine code of kernels, tables of laws and indexes of meanings are used as they are, so they are loaded from such
folders only.
"""

import functools
import os
import stat
from pathlib import Path

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@functools.cache
def is_trusted(folder: Path, source: Path | None = None) -> bool:
    """Tell whether only this user, root and the owner of ``source`` can write into ``folder`` or replace it.

    For a folder that does not exist, the answer is that of the nearest parent that does. Write permission for a group
    is allowed if the group's id equals the owner's: it is then the owner's private group.
    """
    owners = {0, os.geteuid(), *([source.stat().st_uid] if source else [])}
    place, real = folder.absolute(), Path(os.path.realpath(folder))  # resolve() fails if links form a loop
    if real != place and not is_trusted(real, source):  # a link leads to a folder where others can write
        return False
    inside = place  # in a folder with the sticky bit, others cannot replace it
    while True:
        try:
            found = place.stat()
        except (FileNotFoundError, NotADirectoryError):
            place = inside = place.parent
            continue
        except OSError:
            return False
        shared = stat.S_IWOTH if found.st_gid == found.st_uid else _OTHERS
        sticky = place != inside and found.st_mode & stat.S_ISVTX
        if found.st_uid not in owners or (found.st_mode & shared and not sticky):
            return False
        if place == place.parent:
            return True
        place = place.parent


def own_cache() -> Path:
    """Return this program's folder in the user's cache, which may not exist. Raises RuntimeError without a home folder.

    Whether others can write to it is not checked, nor whether the path is absolute.
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hyperphrase"
