"""Whether a run may write into a folder: a new or empty one, or one that a run of hyperphrase began.

A run replaces files under the names of a corpus. In a folder that holds anything else, these may be the user's.
"""

import posixpath
import re

from hyperphrase.corpus.layout import (
    DICTIONARY_FOLDER,
    LOCK_FILE,
    SHARDS_FOLDER,
    STATISTICS_FOLDER,
    TEMPORARY_FOLDER,
    WORK_FOLDER,
)
from hyperphrase.errors import InputError
from transforms.files import storage

#: What systems and tools put into a folder by themselves: file managers, disks, network file systems, notebooks, git.
_of_systems = re.compile(
    r"\.DS_Store|\.localized|\.directory|\._.*|\.Trash.*|\.fseventsd|\.Spotlight-V100|\.TemporaryItems|@eaDir|"
    r"Thumbs\.db|ehthumbs\.db|desktop\.ini|\$RECYCLE\.BIN|System Volume Information|"
    r"lost\+found|\.snapshots?|\.nfs.*|\.fuse_hidden.*|\.ipynb_checkpoints|\.gitignore|\.gitkeep|\.keep"
).fullmatch


def check_empty(folder: str) -> None:
    """Raise InputError if ``folder``, in which no run has begun, holds files that a run could replace."""
    names = [name for name in storage.names_in(folder) if not _of_systems(name) and not _is_empty(folder, name)]
    if WORK_FOLDER in names and _is_begun(folder):
        names.remove(WORK_FOLDER)
    if names:
        problem = f"holds what no run has made, such as {min(names)!r:.100}; choose a new or an empty folder"
        raise InputError(problem, field="output", value=folder)


def _is_empty(folder: str, name: str) -> bool:
    """Tell whether ``name`` is a folder of a corpus without files, such as one where another disk is mounted."""
    if name not in (SHARDS_FOLDER, DICTIONARY_FOLDER, STATISTICS_FOLDER):
        return False
    try:
        return all(map(_of_systems, storage.names_in(storage.join(folder, name))))
    except NotADirectoryError:
        return False


def _is_begun(folder: str) -> bool:
    """Tell whether the work folder is that of a run which ended before it had written its first file."""
    first = {posixpath.basename(name) for name in (LOCK_FILE, TEMPORARY_FOLDER)}
    return set(storage.names_in(storage.join(folder, WORK_FOLDER))) <= first
