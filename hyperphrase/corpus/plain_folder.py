"""Check that the folder of a corpus holds only plain files and folders.

The folder may be untrusted. A link could make the program write or read outside the folder, and a pipe or a device
could make a read wait or continue for ever. So before a file is opened, every entry with the name of a corpus file is
checked, and no link is followed. The folder itself may be a link, because the user named it. What has other names is
not the corpus's, and may be anything: it is not opened.
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
    STATISTICS_FILES,
    STATISTICS_FOLDER,
    WORDS_FILE,
    WORK_FOLDER,
    is_numbered,
)
from hyperphrase.errors import CorruptError

_FOLDERS = frozenset({SHARDS_FOLDER, DICTIONARY_FOLDER, WORK_FOLDER, STATISTICS_FOLDER})
_FILES = frozenset(
    {RECIPE_FILE, LEXICON_FILE, LAW_FILE, REPORT_FILE, MANIFEST_FILE, DROPPED_FILE, SHARDS_FILE, MEANINGS_FILE}
)
_INNER_FILES = STATISTICS_FILES | {WORDS_FILE}


def check_plain(folder: str) -> None:
    """Raise CorruptError unless all parts of the corpus in a local ``folder`` are plain files and folders."""
    if "://" in folder:
        return
    for entry in _entries(folder):
        name = entry.name.casefold()  # as some disks read it
        if name in _FOLDERS:
            _check(entry, entry.is_dir(follow_symlinks=False), "a folder")
            _check_work(entry.path) if name == WORK_FOLDER else _check_folder(name, entry.path)
        elif name in _FILES:
            _check(entry, entry.is_file(follow_symlinks=False), "a file")


def _check_folder(name: str, folder: str) -> None:
    for entry in _entries(folder):
        if is_numbered(entry.name) or f"{name}/{entry.name.casefold()}" in _INNER_FILES:
            _check(entry, entry.is_file(follow_symlinks=False), "a file")


def _check_work(folder: str) -> None:
    """Check all that is visible: a run writes below each folder, and reads files of many names."""
    for entry in _entries(folder):
        if not entry.name.startswith("."):
            inner = entry.is_dir(follow_symlinks=False)
            _check(entry, inner or entry.is_file(follow_symlinks=False), "a file")
            if inner:
                _check_work(entry.path)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(Path(folder)) as entries:
        yield from entries


def _check(entry: os.DirEntry[str], plain: bool, due: str) -> None:
    if entry.is_symlink():
        raise CorruptError(f"{entry.path}: is a link; a corpus may be reached by a link but contains none")
    if not plain:
        raise CorruptError(f"{entry.path}: is not {due}")
