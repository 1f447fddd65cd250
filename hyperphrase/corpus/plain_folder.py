"""Check that the folder of a corpus holds only plain files and folders.

The folder may be untrusted. A link could make the program write or read outside the folder, and a pipe or a device
could make a read wait or continue for ever. So before a file is opened, every entry with the name of a corpus file is
checked. The folder itself may be a link, because the user named it. What has other names is not the corpus's, and may
be anything: it is not opened.

Links to plain files are followed for reading where it is known who made them: by the user's word (``follow_links``), or
because the folder is a snapshot in a hub's cache (``.../snapshots/REVISION``), whose files are links into the folder
``blobs`` of the same download. A stranger can put nothing else there than what was downloaded with it.
"""

import contextlib
import functools
import os
import stat
from collections.abc import Callable, Iterator
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


#: Tells whether the link at a path may be followed.
LinkRule = Callable[[str], bool]


def no_links(_: str) -> bool:
    """Follow no link: for folders that are written to."""
    return False


def links_to_files(path: str) -> bool:
    """Follow links to plain files, wherever these are."""
    try:
        return stat.S_ISREG(Path(path).stat().st_mode)
    except OSError:
        return False


def _links_into(folder: Path | None, path: str) -> bool:
    """Follow links to plain files directly in ``folder``; none if it is None."""
    return folder is not None and links_to_files(path) and Path(os.path.realpath(path)).parent == folder


def rule_for_reading(folder: str, follow_links: bool) -> LinkRule:
    """Return which links in ``folder`` are followed for reading; all to plain files if ``follow_links``."""
    if follow_links:
        return links_to_files
    place = Path(os.path.realpath(folder))
    for revision in (place, *place.parents):
        if revision.parent.name == "snapshots":
            return functools.partial(_links_into, revision.parent.parent / "blobs")
    return functools.partial(_links_into, None)  # and not no_links: the reader can be told to follow, as it is told


def check_plain(folder: str, may_follow: LinkRule = no_links) -> None:
    """Raise CorruptError unless all parts of the corpus in a local ``folder`` are plain files and folders.

    may_follow: which links may be there in place of files.
    """
    if "://" in folder:
        return
    for entry in _entries(folder):
        name = entry.name.casefold()  # as some disks read it
        if name in _FOLDERS:
            _check_folder(entry, may_follow, name)
        elif name in _FILES:
            _check_entry(entry, may_follow)


def _check_folder(folder: os.DirEntry[str], may_follow: LinkRule, name: str) -> None:
    if folder.is_symlink():
        raise CorruptError(f"{folder.path}: is a link; a corpus may be reached by a link, but its folders are none")
    if not folder.is_dir(follow_symlinks=False):
        raise CorruptError(f"{folder.path}: is not a folder")
    for entry in _entries(folder.path):
        if name == WORK_FOLDER:
            _check_work(entry)
        elif is_numbered(entry.name) or f"{name}/{entry.name.casefold()}" in _INNER_FILES:
            _check_entry(entry, may_follow)


def _check_work(entry: os.DirEntry[str]) -> None:
    """Check all that is visible: a run writes below each folder, and reads files of many names."""
    if entry.name.startswith("."):
        return
    if entry.is_dir(follow_symlinks=False):
        for inner in _entries(entry.path):
            _check_work(inner)
    else:
        _check_entry(entry, no_links)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(Path(folder)) as entries:
        yield from entries


def _check_entry(entry: os.DirEntry[str], may_follow: LinkRule) -> None:
    check_file(entry.path, entry.is_symlink(), entry.is_file(follow_symlinks=False), may_follow)


def check_file(path: str, is_link: bool, is_file: bool, may_follow: LinkRule) -> None:
    """Raise CorruptError unless ``path`` is a plain file, or a link that may be followed to one."""
    if is_link:
        if not may_follow(path):
            raise _refusal_of_link(path, may_follow)
    elif not is_file:
        raise CorruptError(f"{path}: is not a file")


def _refusal_of_link(path: str, may_follow: LinkRule) -> CorruptError:
    """Return the error of a link that ``may_follow`` refuses."""
    if not Path(path).exists():
        why = "whose target is not there; fetch it first"
    elif not links_to_files(path):
        why = "to what is not a file"
    elif may_follow is no_links:
        why = "; a run follows none, as it may lead outside; put the file itself there, or remove the link"
    else:
        why = "that may lead outside; if you or your tools made it, give `follow_links`"
    return CorruptError(f"{path}: is a link{'' if why.startswith(';') else ' '}{why}")
