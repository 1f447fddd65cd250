"""The calculation in words: its answer, and its tables, for a terminal and for a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hyperphrase.formatting import format_bytes
from hyperphrase.planning.calculation import Calculation
from hyperphrase.planning.compressibility import Code
from hyperphrase.planning.enumeration import number
from hyperphrase.planning.machine_plan import MachinePlan
from hyperphrase.planning.stored_bytes import StoredBytes
from hyperphrase.space.size_table import shown

Rows = Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Table:
    """A table. rows: texts; the first row is the head if ``head``. notes: lines below it."""

    title: str
    rows: Rows
    head: bool = True
    notes: tuple[str, ...] = ()


def answer(found: Calculation) -> list[str]:
    """Return what comes out, in a few sentences."""
    space = found.space
    lines = [
        f"{number(space.log10_phrases)} phrases exist; this corpus has {_part(found.sampling.log10_fraction)} of them. "
        f"To draw as many as exist would take this machine {space.enumeration.words}.",
        f"{format_bytes(found.entropy.floor_bytes)} is the floor for its {found.recipe.symbols:,.0f} symbols; "
        f"{_smallest(found)}; {format_bytes(found.virtual.bytes)} as a manifest.",
        _symbol(found),
    ]
    if found.time is not None:
        lines.append(_time(found.time))
    return lines


def _part(log10: float) -> str:
    return "all" if log10 > -1e-9 else f"{10**log10:.2g}" if log10 > -4.0 else number(log10)


def _symbol(found: Calculation) -> str:
    """Return whether a symbol can take one byte, and the least that it takes in any code or format here."""
    code, stored = found.one_byte.best, found.smallest
    least, name = code.bytes_a_symbol, code.code
    if stored.bytes < code.bytes:
        least, name = stored.bytes_a_symbol, f"{stored.format}, {stored.compression}"
    said = "not one"
    if found.one_byte.possible:
        said = "one byte is enough" if least <= 1.0 else "one byte could be enough, but nothing here reaches it"
    floor = found.entropy.floor_bytes_a_symbol
    return f"One symbol takes {floor:.2f} bytes at least: {said}. The best measured takes {least:.2f} ({name})."


def _smallest(found: Calculation) -> str:
    row = found.smallest
    return f"{format_bytes(row.bytes)} the smallest measured format ({row.format}, {row.compression})"


def _time(plan: MachinePlan) -> str:
    fleet = plan.fleet
    where = f"{fleet.workers:,} machine{'s' if fleet.workers > 1 else ''} of {fleet.machine.name}"
    if fleet.local:
        where = f"this machine, {fleet.machine.cores} cores"
    cost = "" if plan.cost is None else f", and costs {plan.cost:,.2f}"
    return f"Making it takes {_duration(plan.seconds)} on {where}{cost}."


def _duration(seconds: float) -> str:
    for name, unit in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * unit:
            return f"{seconds / unit:,.1f} {name}"
    return f"{seconds:,.1f} seconds"


def tables(found: Calculation) -> list[Table]:
    """Return the tables, without those of machines."""
    whole = found.sample.whole
    of = f"{found.sample.phrases:,} phrases, {found.sample.symbols:,} symbols"
    bytes_note = (
        f"bytes: of the whole corpus, {of}" if whole else f"bytes: estimated from {of} in {found.sample.groups} groups"
    )
    least = "" if found.sampling.in_closed_form else ", at least"
    return [
        Table("What it is", list(_recipe_rows(found)), head=False),
        Table("The space, V^L", list(_space_rows(found))),
        Table("To draw as many phrases as exist", list(_enumeration_rows(found)), head=False),
        Table("What part of it this corpus is", list(_sampling_rows(found, least)), head=False),
        Table(
            "Bytes",
            list(_byte_rows(found)),
            notes=(
                bytes_note,
                "floor: entropy; no store that does not know the key keeps these symbols in fewer bytes",
                _manifest_note(found),
                *([] if whole or found.recipe.repeated <= 1e-3 else [_repeated_note(found)]),
            ),
        ),
        Table("One symbol, one byte", list(_code_rows(found)), notes=tuple(_byte_notes(found))),
    ]


def _manifest_note(found: Calculation) -> str:
    law = f" with the law's file of {format_bytes(found.virtual.law_bytes)}" if found.virtual.law_bytes else ""
    lexicon = format_bytes(found.virtual.lexicon_bytes)
    return f"manifest: phrases are drawn again from it{law}; the lexicon beside it, not counted, has {lexicon}"


def _repeated_note(found: Calculation) -> str:
    return (
        f"{found.recipe.repeated:.1%} of draws repeat a phrase and are dropped: what remains has rarer words than the "
        "sample, which the intervals leave out"
    )


def _recipe_rows(found: Calculation) -> Iterator[tuple[str, str]]:
    recipe, entropy, sampling = found.recipe, found.entropy, found.sampling
    yield "recipe digest", recipe.digest
    yield "law", recipe.law
    yield "lengths", f"{recipe.lengths}, mean {recipe.mean_length:,.1f}"
    yield "lexicon", f"{recipe.lexicon}, {recipe.vocabulary:,} hyperwords"
    yield "space", f"10^{found.space.log10_phrases:,.1f} phrases"
    a_phrase = "" if entropy.bits_a_phrase is None else f", {entropy.bits_a_phrase:,.1f} per phrase"
    collision = f"(collision entropy {entropy.collision_bits_a_symbol:.2f})"
    yield "entropy", f"{entropy.bits_a_symbol:.2f} bits per symbol{a_phrase} {collision}"
    yield "seeds", f"{recipe.first_seed:,} to {recipe.stop_seed - 1:,}: {recipe.drawn:,} to draw"
    least, most = ("", "") if sampling.in_closed_form else ("at least ", "at most ")
    yield "phrases", f"{recipe.phrases:,.0f}" if recipe.phrases_asked else f"{least}{recipe.phrases:,.0f} expected"
    if sampling.injective:
        yield "duplicates", "none: the law gives no phrase twice, so nothing is deduplicated"
    else:
        yield "duplicates", f"{most}{sampling.duplicates:,.3g} expected in the seeds to draw"
    yield "symbols", f"{recipe.symbols:,.0f}" if found.sample.whole else f"{recipe.symbols:,.0f} expected"
    yield "shards", f"{recipe.shards:,} of {recipe.phrases_per_shard:,} seeds, for each format"
    yield "shuffle", f"{format_bytes(recipe.shuffle_bytes)} of fingerprints; phrases are never shuffled"
    if recipe.dictionary is not None:
        yield "dictionary", f"{recipe.dictionary.kind}, {format_bytes(recipe.dictionary.bytes)}"


def _space_rows(found: Calculation) -> Iterator[tuple[str, ...]]:
    yield "symbols", "log10", "phrases"
    for row in found.space.by_length:
        yield f"{row.length:,}", f"{row.log10_phrases:,.4f}", shown(row.log10_phrases)
    yield "total", f"{found.space.log10_phrases:,.4f}", shown(found.space.log10_phrases)


def _enumeration_rows(found: Calculation) -> Iterator[tuple[str, str]]:
    taken = found.space.enumeration
    yield "measured here", f"{taken.phrases_a_second:,.0f} phrases/s drawn by {taken.cores} cores"
    yield "all would take", taken.words
    yield "in years", number(taken.log10_years)
    yield "age of the universe", "13.787 thousand million years (Planck 2018, arXiv:1807.06209, table 2)"


def _sampling_rows(found: Calculation, least: str) -> Iterator[tuple[str, str]]:
    sampling = found.sampling
    yield "share of the space", f"{_part(sampling.log10_fraction)}"
    yield "seeds to draw", f"{sampling.drawn:,}"
    yield f"distinct phrases{least}", f"{sampling.distinct:,.0f}"
    if sampling.log10_birthday is None:
        yield "first repetition", "never: no two seeds give the same phrase"
    else:
        bound = "about" if sampling.in_closed_form else "no fewer than"
        yield "first repetition", f"{bound} {shown(sampling.log10_birthday)} draws repeat one with probability 1/2"


def _byte_rows(found: Calculation) -> Iterator[tuple[str, ...]]:
    yield "format", "compression", "bytes", "95% interval", "per symbol", "times the floor"
    for row in found.bytes:
        yield (
            row.format,
            row.compression,
            format_bytes(row.bytes),
            _interval(row),
            f"{row.bytes_a_symbol:.2f}",
            _times(row),
        )
    symbols = max(found.recipe.symbols, 1.0)
    virtual = found.virtual.bytes
    floor = found.entropy.floor_bytes
    yield "entropy", "floor", format_bytes(floor), "", f"{found.entropy.floor_bytes_a_symbol:.2f}", "1.00"
    yield (
        "manifest",
        "alone",
        format_bytes(virtual),
        "",
        f"{virtual / symbols:.2g}",
        f"{virtual / floor:.2g}" if floor else "-",
    )


def _interval(row: StoredBytes) -> str:
    if row.low == row.high:
        return "exact"
    return f"{format_bytes(row.low)} to {format_bytes(row.high)}"


def _times(row: StoredBytes | Code) -> str:
    return "-" if row.times_floor is None else f"{row.times_floor:.2f}"


def _code_rows(found: Calculation) -> Iterator[tuple[str, ...]]:
    yield "code", "bytes per symbol", "times the floor", "for this corpus"
    for code in found.one_byte.codes:
        yield code.code, f"{code.bytes_a_symbol:.3f}", _times(code), format_bytes(code.bytes)
    sampled = "floor of this sample" if found.one_byte.by_law else "floor"
    yield sampled, f"{found.one_byte.information:.3f}", "1.00", format_bytes(found.entropy.floor_bytes)


def _byte_notes(found: Calculation) -> Iterator[str]:
    one = found.one_byte
    yield f"measured on {one.phrases:,} phrases, {one.symbols:,} symbols, decoded again and compared"
    if one.possible:
        yield f"one byte: the law allows it, since it has {one.bits_a_symbol:.2f} bits a symbol, not more than 8"
    else:
        yield f"one byte: not possible, since the law has {one.bits_a_symbol:.2f} bits a symbol, more than 8"
    if one.largest_vocabulary is not None and not one.possible:
        yield f"one byte: possible for this law with the {one.largest_vocabulary:,} most frequent hyperwords or fewer"
    if not one.by_law:
        yield (
            "the law's probabilities depend on what stands before a symbol, and no coder here has them; frequencies of "
            "single symbols, measured on other phrases, give an upper bound"
        )
