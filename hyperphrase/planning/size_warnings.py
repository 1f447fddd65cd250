"""Warnings about a large corpus: limits that small ones do not reach, and what the program does there."""

import math
from collections.abc import Iterator

from hyperphrase.corpus.layout import SHARDS_FILE
from hyperphrase.corpus.manifest import MAX_SHARDS_LISTED
from hyperphrase.corpus.shard_table import ROW
from hyperphrase.formatting import format_bytes
from hyperphrase.limits import MAX_UNIT
from hyperphrase.planning.machines import Machine
from hyperphrase.planning.work import KEY_BYTES, Memory, Work, shuffle

_MANY_SHARDS = 100_000  # above it, listings, manifests and readers' file lists take minutes
_FULL = 0.9  # share of a machine's memory that a plan may use
_SHORT_RUN = 128  # keys; in shorter runs the overhead of an element is significant
_BY_CHANCE = 1e-3  # share of phrases that agree by chance, above which it costs time
_END_BYTES = 12  # for each unit, on the worker that writes the manifest: its number, and the end of its seeds


def size_warnings(work: Work, workers: int, machine: Machine, needed: Memory) -> Iterator[str]:
    """Yield a line for each warning: the number, what the program does, and what to do; fields are in backticks."""
    yield from _of_shards(work, workers * machine.cores)
    yield from _of_memory(work, machine, needed)
    yield from _of_duplicates(work)


def shard_size_for(drawn: int, shards: int) -> int:
    """Return the least power of two, at most MAX_UNIT, that splits ``drawn`` seeds into at most ``shards`` shards."""
    return min(1 << max(math.ceil(drawn / shards) - 1, 0).bit_length(), MAX_UNIT)


def _of_shards(work: Work, slots: int) -> Iterator[str]:
    if work.units > _MANY_SHARDS and work.phrases_per_shard < MAX_UNIT:
        larger = shard_size_for(work.drawn, _MANY_SHARDS)
        yield (
            f"{work.units:,} shards of a format: lists of files take long to make and read; "
            f"`phrases_per_shard={larger}` makes {-(-work.drawn // larger):,}"
        )
    if work.shards > MAX_SHARDS_LISTED:
        table = ROW.itemsize * work.shards
        yield (
            f"{work.shards:,} shards are {format_bytes(table)} in {SHARDS_FILE} beside the manifest, not "
            "listed in it; joined "
            "on all workers, on the way to the one that writes it, which holds "
            f"{format_bytes(table + _END_BYTES * work.units)}"
        )
    if work.spans < slots:
        yield (
            f"{work.spans:,} spans of {work.span:,} phrases for {slots:,} cores: some have nothing to do, and fewer "
            "machines take as long"
        )


def _of_memory(work: Work, machine: Machine, needed: Memory) -> Iterator[str]:
    if needed.peak > _FULL * machine.memory:
        phase = max(("fingerprint", "compare", "write"), key=lambda name: float(getattr(needed, name)))
        yield (
            f"phase {phase} needs {format_bytes(needed.peak)} of a machine's {format_bytes(machine.memory)}: "
            "too little to be safe; "
            f"take machines of {format_bytes(needed.peak / _FULL / machine.cores)} a core, or fewer workers on each"
        )


def _of_duplicates(work: Work) -> Iterator[str]:
    if work.dedup is None:
        return
    sent = shuffle(work)
    if sent.run < _SHORT_RUN and work.spans > 1 and sent.keys * KEY_BYTES > 1e9:
        yield (
            f"runs of {sent.run:,.0f} keys: {format_bytes(sent.bytes - KEY_BYTES * sent.keys)} of the shuffle are "
            "overhead"
        )
    if sent.candidates - work.later > _BY_CHANCE * work.drawn:
        yield (
            f"{sent.candidates - work.later:,.3g} phrases agree by chance with an earlier one, in all "
            f"{work.dedup.width} "
            "bits of their keys: both are drawn whole, and compared symbol by symbol; no hash decides"
        )
