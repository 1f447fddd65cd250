"""The bytes of a planned corpus in each format and compression, measured on a sample of its own phrases."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from hyperphrase.codecs import CHOICES, FORMATS
from hyperphrase.corpus.loading import encoder_of, texts_of
from hyperphrase.corpus.request import Output, outputs_of
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.planning.corpus_sample import CorpusSample, Group
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.intervals import Interval, Measured, Target, carried, carried_in_grains

_FEW = 1e-3  # share of phrases that repeat, below which a shard has as many as it has seeds


@dataclass(frozen=True)
class StoredBytes:
    """The bytes of all shards in one format, its second files included.

    low, high: ends of the 95% interval; equal to ``bytes`` if the whole corpus was measured. times_floor: None if the
    floor is 0.
    """

    format: str
    compression: str
    bytes: float
    low: float
    high: float
    bytes_a_symbol: float
    times_floor: float | None


def stored_bytes(
    expected: ExpectedCorpus, sample: CorpusSample, text: str, symbols: float, floor: float
) -> list[StoredBytes]:
    """Return the bytes in each format that is installed, with each of its compressions.

    text: what text formats contain, ``symbols`` or ``words``. symbols: those of the corpus. floor: bytes that no
    store of them goes below.
    """
    lexicon = expected.job.lexicon
    texts_of(lexicon, text)  # made once, before threads ask for it

    def row(choice: tuple[str, str]) -> StoredBytes:
        found = bytes_of(expected, sample, outputs_of(*choice, text))
        times = found.value / floor if floor else None
        return StoredBytes(*choice, found.value, found.low, found.high, found.value / symbols, times)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(row, choices()))


def choices() -> list[tuple[str, str]]:
    """Return (format, compression) of all that can be written here."""
    return [
        (name, compression)
        for name in CHOICES
        if FORMATS[name].is_installed()
        for compression in FORMATS[name].compressions
    ]


def bytes_of(expected: ExpectedCorpus, sample: CorpusSample, outputs: Sequence[Output]) -> Interval:
    """Return the bytes of all shards of ``outputs`` together."""
    lexicon = expected.job.lexicon
    if sample.kind == "whole":
        total = sum(_file_bytes(lexicon, output, [block]) for output in outputs for block in sample.groups[0].shards)
        return Interval.exactly(float(total))
    request = expected.job.request
    target = Target(expected.phrases, expected.mean_length, expected.length_variance, request.unit_count)
    grain = max((FORMATS[output.format].grain for output in outputs), default=1)
    if grain > 1 and sample.kind == "runs":
        return _in_grains(lexicon, sample.groups, outputs, grain, target)
    found = carried(_measured(lexicon, sample.groups, outputs), target)
    if grain > 1 and expected.repeated > _FEW:  # a shard that lost some phrases may have a grain less
        return found.widened(grain * target.shards)
    return found


def _in_grains(
    lexicon: Lexicon, groups: Sequence[Group], outputs: Sequence[Output], grain: int, target: Target
) -> Interval:
    """Return the bytes of outputs whose files are too coarse to measure groups: by one file of all that was drawn."""
    blocks = [block for group in groups for block in (group.lead, *group.shards) if block is not None]
    taken = sum(_file_bytes(lexicon, output, blocks) for output in outputs)
    phrases = sum(map(len, blocks))
    return carried_in_grains(phrases, taken, grain, target, sum(len(block.ids) for block in blocks) / phrases)


def _measured(lexicon: Lexicon, groups: Sequence[Group], outputs: Sequence[Output]) -> Measured:
    taken, before = np.zeros(len(groups)), np.zeros(len(groups))
    for output in outputs:
        empty = _file_bytes(lexicon, output, [])
        for i, group in enumerate(groups):
            if group.lead is None:
                begin = empty
                total = sum(_file_bytes(lexicon, output, [block]) - empty for block in group.shards)
            else:
                begin = _file_bytes(lexicon, output, [group.lead])
                total = _file_bytes(lexicon, output, [group.lead, *group.shards]) - begin
            taken[i] += total
            before[i] += begin
    leads = [group.lead for group in groups]
    return Measured(
        phrases=float(groups[0].phrases),
        symbols=np.array([group.symbols for group in groups], np.float64),
        bytes=taken,
        lead_phrases=np.array([0 if lead is None else len(lead) for lead in leads], np.float64),
        lead_symbols=np.array([0 if lead is None else len(lead.ids) for lead in leads], np.float64),
        lead_bytes=before,
    )


def _file_bytes(lexicon: Lexicon, output: Output, blocks: Sequence[PhraseBlock]) -> int:
    """Return the bytes of a shard of these phrases."""
    encoder = encoder_of(output, lexicon.vocabulary, lambda: texts_of(lexicon, output.text))
    return len(encoder.begin()) + sum(len(encoder.encode(block)) for block in blocks) + len(encoder.end())
