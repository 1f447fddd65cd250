"""Phrases of the planned corpus to measure its files on: all of a small one, groups of seeds of a large one.

Groups are spread over the range of seeds, since seeds take more bytes the larger they are, and laws may be ordered.
Bytes depend on where blocks of Avro, pages of Parquet and the window of gzip begin and end. So either a group is one or
several whole shards; or, if shards are large, a group is a run of phrases behind a lead of others, and what it adds to
the bytes of its lead is measured. Leads are of different sizes, from nothing to more than a block: the ends of blocks
then fall into groups as often as into any other part of a shard.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.verification import find_dropped
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import seed_range
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.job import Job

GROUPS = 12
_SYMBOLS = 1 << 17  # of a group, about: a page of Parquet
_LEAD = 2 * _SYMBOLS  # of the longest lead: a block of Avro
_WHOLE = 1 << 22  # symbols of a corpus that is taken whole, at most
_MOST_SHARDS = 64  # of a corpus that is taken whole, and of a group
_STEP = 5  # has no common factor with GROUPS: leads do not grow along the seeds


@dataclass(frozen=True)
class Group:
    """Phrases of consecutive seeds.

    shards: the blocks, each a shard of its own; if there is a lead, one block, which follows the lead in a shard.
    """

    shards: tuple[PhraseBlock, ...]
    lead: PhraseBlock | None = None

    @property
    def phrases(self) -> int:
        """The number of phrases, without the lead."""
        return sum(map(len, self.shards))

    @property
    def symbols(self) -> int:
        """The number of symbols, without the lead."""
        return sum(len(block.ids) for block in self.shards)


@dataclass(frozen=True)
class CorpusSample:
    """The phrases that files are measured on.

    kind: ``whole``, one group that is the whole corpus; ``shards``, groups of whole shards; ``runs``, groups behind
    leads.
    """

    kind: Literal["whole", "shards", "runs"]
    groups: tuple[Group, ...]

    @property
    def phrases(self) -> int:
        """The number of phrases in groups."""
        return sum(group.phrases for group in self.groups)

    @property
    def symbols(self) -> int:
        """The number of symbols in groups."""
        return sum(group.symbols for group in self.groups)


def sample_of(expected: ExpectedCorpus) -> CorpusSample:
    """Return phrases of the planned corpus; the same for the same job."""
    job = expected.job
    mean, shard = job.phrases.recipe.mean_length(), job.request.phrases_per_shard
    if expected.drawn * mean <= _WHOLE and job.request.unit_count <= _MOST_SHARDS:
        return CorpusSample("whole", (_whole(job),))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        if shard * mean <= _LEAD:
            return CorpusSample("shards", tuple(pool.map(_of_shards, *_shard_places(job, mean))))
        size = max(round(_SYMBOLS / mean), 1)
        return CorpusSample("runs", tuple(pool.map(lambda i: _run(job, i, size), range(GROUPS))))


def _drawn(job: Job, first: int, stop: int) -> PhraseBlock:
    return job.phrases.draw(seed_range(first, stop))


def _whole(job: Job) -> Group:
    """Return all phrases of the corpus, by shard."""
    return Group(tuple(job.phrases.draw(seeds) for seeds in kept_seeds(job)))


def kept_seeds(job: Job) -> list[NDArray[np.uint64]]:
    """Return the seeds of the corpus, without those that are dropped, by shard; shards without phrases are left out."""
    request = job.request
    seeds = seed_range(request.first_seed, request.stop_seed)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        dropped = find_dropped(job.phrases, request, pool)
    seeds = seeds[~np.isin(seeds, dropped, assume_unique=True)][: request.phrases]
    ends = np.searchsorted(seeds, [request.unit(i).stop_seed for i in range(request.unit_count)])
    return [part for part in np.split(seeds, ends[:-1]) if len(part)]


def _shard_places(job: Job, mean: float) -> tuple[list[Job], list[int], list[int]]:
    """Return what :func:`_of_shards` takes, a list each: jobs, first units, numbers of units."""
    units = (job.request.stop_seed - job.request.first_seed) // job.request.phrases_per_shard  # full ones
    groups = min(GROUPS, units)
    wanted = max(round(_SYMBOLS / (mean * job.request.phrases_per_shard)), 1)
    size = min(wanted, _MOST_SHARDS, units // groups)
    first = [(2 * i + 1) * units // (2 * groups) - size // 2 for i in range(groups)]
    return [job] * groups, [max(place, 0) for place in first], [size] * groups


def _of_shards(job: Job, first: int, count: int) -> Group:
    units = [job.request.unit(first + i) for i in range(count)]
    return Group(tuple(_drawn(job, unit.first_seed, unit.stop_seed) for unit in units))


def _run(job: Job, place: int, size: int) -> Group:
    """Return group number ``place`` of ``size`` phrases, in the middle of its part of the range, with its lead."""
    first, stop = job.request.first_seed, job.request.stop_seed
    begin = first + (2 * place + 1) * (stop - first) // (2 * GROUPS) - size // 2
    longest = _LEAD / _SYMBOLS * size
    lead = min(round(longest * (place * _STEP % GROUPS + 0.5) / GROUPS), begin - first)
    return Group((_drawn(job, begin, begin + size),), _drawn(job, begin - lead, begin))
