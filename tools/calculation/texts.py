"""Texts of people, whose tokens are counted, as files of plain text."""

from pathlib import Path

from benchmarks.semantics.archives import russian_contexts, union_addresses

UNION, CONTEXTS, LICENCE = "sotu.txt", "contexts.txt", "LICENSE"


def write_union_addresses(archive: Path, folder: Path) -> None:
    """Write the State of the Union addresses as one text."""
    (folder / UNION).write_text("\n\n".join(union_addresses(archive)), encoding="utf-8")


def write_contexts(archive: Path, folder: Path) -> None:
    """Write the passages of the Russian National Corpus as one text."""
    (folder / CONTEXTS).write_text("\n".join(russian_contexts(archive)), encoding="utf-8")
