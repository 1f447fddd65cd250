"""Whether a corpus's folder holds plain files and folders only.

A folder may come from a stranger. Through a link a write would leave the folder, or a read show what lies elsewhere; a
pipe or a device would let a read wait, or go on, for ever. So before anything in it is opened, all that has the name of
a corpus's own file is looked at, and nothing is followed. The folder itself may be a link: the user named it.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from hyperphrase.corpus.layout import (
    DICTIONARY_FOLDER,
    DROPPED_FILE,
    LAW_FILE,
    LEXICON_FILE,
    MANIFEST_FILE,
    MEANINGS_FILE,
    RECIPE_FILE,
    REPORT_FILE,
    SHARDS_FILE,
    SHARDS_FOLDER,
    WORK_FOLDER,
)
from hyperphrase.errors import CorruptError

_ROOMS = frozenset({SHARDS_FOLDER, DICTIONARY_FOLDER, WORK_FOLDER, "statistics"})
_FILES = frozenset(
    {RECIPE_FILE, LEXICON_FILE, LAW_FILE, REPORT_FILE, MANIFEST_FILE, DROPPED_FILE, SHARDS_FILE, MEANINGS_FILE}
)


def check_plain(folder: str) -> None:
    """Raise CorruptError if what the corpus in a local ``folder`` is made of is not all plain files and folders."""
    if "://" in folder:
        return
    for entry in _entries(folder):
        if entry.name in _ROOMS:
            _check(entry, entry.is_dir(follow_symlinks=False), "a folder")
            _check_room(entry.path)
        elif entry.name in _FILES:
            _check(entry, entry.is_file(follow_symlinks=False), "a file")


def _check_room(folder: str) -> None:
    for entry in _entries(folder):
        inner = entry.is_dir(follow_symlinks=False)
        _check(entry, inner or entry.is_file(follow_symlinks=False), "a file")
        if inner:
            _check_room(entry.path)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(Path(folder)) as entries:
        yield from entries


def _check(entry: os.DirEntry[str], plain: bool, due: str) -> None:
    if entry.is_symlink():
        raise CorruptError(f"{entry.path}: is a link; a corpus may be reached by a link but contains none")
    if not plain:
        raise CorruptError(f"{entry.path}: is not {due}")
