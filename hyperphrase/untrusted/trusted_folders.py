"""Whether a folder holds only what we, or those whose code runs here anyway, have put there.

Machine code of kernels and indexes of meanings are read without another look: what else they could do, nobody checks.
"""

import functools
import os
import stat
from pathlib import Path

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@functools.cache
def is_trusted(folder: Path, source: Path | None = None) -> bool:
    """Tell whether nobody can write into ``folder``, or put another in its place, but we, root and ``source``'s owner.

    A folder that is not there yet is as good as the one that it would be made in. A group may write that is its
    owner's own: it has the owner's number.
    """
    owners = {0, os.geteuid(), *([source.stat().st_uid] if source else [])}
    place, real = folder.absolute(), folder.resolve()
    if real != place and not is_trusted(real, source):  # a link leads to where others may write
        return False
    inside = place  # of a folder with the sticky bit others cannot move what is ours
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
