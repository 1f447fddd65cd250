"""The page of a report: one HTML file for one corpus, or for two side by side, that loads no other file.

The same corpus gives the same bytes, wherever its folder is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.shard_table import bytes_in
from hyperphrase.formatting import format_bytes
from hyperphrase.report.figures import Figures
from hyperphrase.report.neighbours import Neighbours, neighbours_of
from hyperphrase.report.shown_phrases import CELL, ShownPhrase, shown
from hyperphrase.report.subject import Subject
from hyperphrase.report.templates import fill

_PHRASES = 20
_MOST_SHARDS = 100
_NEXT_LINE = " \\\n  "  # between the parts of a command
_RARE = "A sample has rare words too often or not at all, so its end leaves the law's curve."


@dataclass(frozen=True)
class Command:
    """The command that makes a corpus again.

    parts: for a shell. files: what the files are that it names, a line each.
    """

    parts: Sequence[str]
    files: Sequence[str] = ()


@dataclass(frozen=True)
class Column:
    """What the template shows of one subject. charts: (heading, what it shows, SVG or nothing)."""

    name: str
    title: str
    missing: Sequence[str]
    command: Command
    sampled: str
    charts: Sequence[tuple[str, str, str]]
    phrases: Sequence[ShownPhrase]
    neighbours: Neighbours | None
    shards: Sequence[Sequence[str]]
    more_shards: int
    separator: int


def render(subjects: Sequence[Subject], commands: Sequence[Command]) -> str:
    """Return the page of one or two corpora.

    commands: those that make them again. Raises CorruptError or OSError.
    """
    figures = [Figures(one, one.phrases) if one.phrases and one.count else None for one in subjects]
    each = enumerate(zip(subjects, commands, figures, strict=True))
    columns = [_column(subject, command, found, i) for i, (subject, command, found) in each]
    told = [dict(_facts(subject, found)) for subject, found in zip(subjects, figures, strict=True)]
    names = list(dict.fromkeys(name for one in told for name in one))
    rows = [(name, [one.get(name, "-") for one in told]) for name in names]
    return fill("report.html.j2", columns=columns, facts=rows, next_line=_NEXT_LINE, cell_width=CELL)


def _column(subject: Subject, command: Command, figures: Figures | None, number: int) -> Column:
    shards = subject.shards[:_MOST_SHARDS]
    block = _first_phrases(figures)
    return Column(
        name=subject.name,
        title=_title(subject),
        missing=subject.missing,
        command=command,
        sampled=figures.sampled if figures else "",
        charts=_charts(figures, number) if figures else (),
        phrases=block,
        neighbours=neighbours_of(subject.corpus, [each.seed for each in block]) if subject.corpus and block else None,
        shards=[
            (each.name, f"{each.phrases:,}", f"{each.symbols:,}", f"{each.bytes:,}", f"{each.crc32c:08x}")
            for each in shards
        ],
        more_shards=len(subject.shards) - len(shards),
        separator=subject.recipe.vocabulary,
    )


def _title(subject: Subject) -> str:
    if subject.manifest is None:
        return "an unfinished corpus"
    return f"{subject.manifest.kept:,} phrases, {subject.manifest.symbols:,} symbols"


def _charts(figures: Figures, number: int) -> list[tuple[str, str, str]]:
    law = figures.independent
    return [
        (
            "Lengths",
            f"Phrases of each number of symbols. {_counted(figures)}",
            figures.lengths_chart(f"lengths-{number}"),
        ),
        (
            "Words by rank",
            f"Share of each word among all symbols, the most frequent first. {_curve(law, _RARE)}",
            figures.ranks_chart(f"ranks-{number}"),
        ),
        (
            "Distinct words (Heaps)",
            f"How many different words the first n symbols have: {figures.sample.distinct:,} in the whole sample, of "
            f"{figures.subject.recipe.vocabulary:,}. {_curve(law)}",
            figures.growth_chart(f"growth-{number}"),
        ),
    ]


def _counted(figures: Figures) -> str:
    if figures.subject.manifest is None:
        return "Of the sample alone."
    return "Of all phrases; what is expected does not allow for dropped duplicates."


def _curve(independent: bool, note: str = "") -> str:
    if independent:
        return note
    return "The law has no curve here: it does not draw its symbols independently."


def _first_phrases(figures: Figures | None) -> list[ShownPhrase]:
    if figures is None or figures.subject.lexicon is None:
        return []
    subject, count = figures.subject, figures.subject.count
    number = min(count, _PHRASES)
    places = np.array([i * count // number for i in range(number)], np.int64)
    block = figures.phrases.draw(subject.seeds(places))
    return [shown(phrase, subject.recipe.law, figures.subject.lexicon) for phrase in block]


def _facts(subject: Subject, figures: Figures | None) -> list[tuple[str, str]]:
    recipe, manifest = subject.recipe, subject.manifest
    rows = [
        ("law", str(recipe.law)),
        ("lengths", f"{recipe.lengths!s:.200}"),
        ("lexicon", f"{subject.lexicon_name}, {recipe.vocabulary:,} hyperwords"),
        ("key", str(recipe.key)),
        ("recipe digest", recipe.digest),
    ]
    if manifest is not None:
        rows += [
            ("seeds", f"{manifest.first_seed:,} to {manifest.stop_seed - 1:,}"),
            ("drawn = kept + dropped", f"{manifest.drawn:,} = {manifest.kept:,} + {manifest.dropped.count:,}"),
            ("symbols", f"{manifest.symbols:,}"),
        ]
    if figures is not None:
        rows += measured(figures)
    return [*rows, *_stored(manifest)] if manifest is not None else rows


def _stored(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for output in manifest.outputs:
        total = bytes_in(manifest.shards_of(output))
        each = total / max(manifest.symbols, 1)
        yield f"{output.format}, {output.compression}", f"{format_bytes(total)}, {each:.2f} bytes a symbol"
    if manifest.dictionary is not None:
        total = bytes_in(manifest.dictionary.shards)
        yield f"dictionary, {manifest.dictionary.kind}", format_bytes(total)
    yield "made by", ", ".join(f"{name} {version}" for name, version in manifest.versions.items())


def measured(figures: Figures) -> list[tuple[str, str]]:
    """Return what is measured of a corpus beside what its recipe says, as texts: (name, value)."""
    manifest = figures.subject.manifest
    floor = figures.entropy * manifest.symbols / 8 if manifest else 0.0
    least = f": no file of its symbols is below {format_bytes(floor)}" if manifest else ""
    depend = "" if figures.independent else ", an upper bound: the law does not draw symbols independently"
    rows = [
        ("entropy of the law", f"{figures.entropy:.2f} bits a symbol{least}"),
        ("entropy of single symbols", f"{figures.entropy_estimate:.2f} bits, estimated{depend}"),
        ("distinct words", f"{figures.sample.distinct:,} in {figures.sampled}"),
    ]
    if manifest is not None:
        rows.append(("duplicates", f"{manifest.dropped.count:,} dropped, expected {figures.duplicates_expected}"))
    return rows
