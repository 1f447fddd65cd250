"""Exact deduplication: find the seeds whose phrase a lower seed also gives.

The shuffle carries one 64-bit *key* for each phrase: the upper bits of its prefix fingerprint, and in the lower bits
the seed's offset in its span. Keys sort by fingerprint, then by seed. Phrases with equal fingerprints are candidates:
they are drawn in full, grouped by a second hash of all their symbols, and compared symbol by symbol with the lowest
seed of their group. So the result never depends on a hash; a narrower fingerprint changes only the cost.

A *span* is one or more units that are fingerprinted together, so that the run of keys that a span sends to a bucket
stays long in a corpus of any size. Each span first drops its own duplicates: however skewed the law is, each span then
sends a phrase to its bucket at most once. The fingerprint bits that select the bucket are left out of the key.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.deduplication.fingerprints import fingerprints
from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.phrases.phrases import CHUNK, Phrases, WorkUnit, seed_range

_WHOLE_SALT = 0x5851F42D4C957F2D  # makes the second hash start from another state than the first


@dataclass(frozen=True)
class Deduplication:
    """The parameters of the deduplication; the corpus does not depend on any of them.

    prefix: symbols that a fingerprint hashes. offset_bits: bits of a key for the offset in a span.
    bucket_bits: the top bits of a fingerprint, which select one of 2^bucket_bits buckets. span_units: units in a span.
    fingerprint_bits: 64, less in tests.
    """

    prefix: int
    offset_bits: int
    bucket_bits: int
    span_units: int = 1
    fingerprint_bits: int = 64

    @property
    def width(self) -> int:
        """Bits of a fingerprint that bucket and key hold together."""
        return min(self.fingerprint_bits, self.bucket_bits + 64 - self.offset_bits)

    @property
    def offset_mask(self) -> np.uint64:
        """The mask of the offset's bits in a key."""
        return np.uint64((1 << self.offset_bits) - 1)

    def keep_bits(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return ``hashes`` with all but the top ``fingerprint_bits`` bits cleared."""
        return hashes if self.fingerprint_bits == 64 else hashes & np.uint64(_high_bits(self.fingerprint_bits))


def _high_bits(number: int) -> int:
    """Return a 64-bit mask whose upper ``number`` bits are set."""
    return 2**64 - (1 << (64 - number))


def distinct_in_span(
    phrases: Phrases, span: WorkUnit, dedup: Deduplication
) -> tuple[list[tuple[int, NDArray[np.uint64]]], NDArray[np.uint32]]:
    """Deduplicate a span. Return [(bucket, sorted keys of its distinct phrases)] and the offsets to drop, ascending.

    Buckets without keys are left out. Keys: uint64. Offsets in the span: uint32.
    """
    keys, bounds = _in_buckets(fingerprints(phrases, seed_range(span.first_seed, span.stop_seed), dedup.prefix), dedup)
    runs, dropped = [], [np.empty(0, np.uint32)]
    for bucket in range(len(bounds) - 1):
        run = keys[bounds[bucket] : bounds[bucket + 1]]
        run.sort()
        repeated = _repeated(run, np.uint64(dedup.offset_bits))
        if len(repeated):
            run, offsets = _without_repeats(phrases, span, run, repeated, dedup)
            dropped.append(offsets)
        if len(run):
            runs.append((bucket, run))
    return runs, np.sort(np.concatenate(dropped))


def _without_repeats(
    phrases: Phrases, span: WorkUnit, run: NDArray[np.uint64], repeated: NDArray[np.uint64], dedup: Deduplication
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Return the keys of ``run`` whose phrase no lower seed gives, and the offsets of the others."""
    candidates = _places(run, repeated, dedup)
    offsets = run[candidates] & dedup.offset_mask
    groups = run[candidates] >> np.uint64(dedup.offset_bits)
    drop = later_equals(phrases, groups, offsets + np.uint64(span.first_seed), dedup)
    kept = np.ones(len(run), np.bool_)
    kept[candidates[drop]] = False
    return run[kept], offsets[drop].astype(np.uint32)


def _in_buckets(hashes: NDArray[np.uint64], dedup: Deduplication) -> tuple[NDArray[np.uint64], list[int]]:
    """Return the keys of a span's fingerprints, grouped by bucket, and the bounds of the buckets."""
    hashes = dedup.keep_bits(hashes)
    ends = np.zeros(1 << dedup.bucket_bits, np.int64)
    _count_buckets(hashes, np.uint64(dedup.bucket_bits), ends)
    np.cumsum(ends, out=ends)
    bounds = [0, *ends.tolist()]
    keys = np.empty_like(hashes)
    upper = np.uint64(_high_bits(64 - dedup.offset_bits))
    _deal(hashes, np.uint64(dedup.bucket_bits), upper, np.array(bounds[:-1], np.int64), keys)
    return keys, bounds


def duplicates_in_bucket(
    phrases: Phrases, parts: Iterable[tuple[WorkUnit, bytes]], dedup: Deduplication
) -> Iterator[tuple[WorkUnit, NDArray[np.uint32]]]:
    """Yield (span, offsets of its seeds whose phrase a lower seed of another span gives), for spans that have any.

    parts: the spans' sorted keys in one bucket, as bytes, in any order. Offsets: uint32, ascending.
    """
    spans, keys = _read_parts(parts)
    values = np.empty(sum(map(len, keys)), np.uint64)
    np.concatenate(keys, out=values)
    values.sort()
    repeated = _repeated(values, np.uint64(dedup.offset_bits))
    if not len(repeated):
        return
    chosen = [part[_places(part, repeated, dedup)] for part in keys]
    candidates = np.concatenate(chosen)
    groups, offsets = candidates >> np.uint64(dedup.offset_bits), candidates & dedup.offset_mask
    owners = np.repeat(np.arange(len(spans)), [len(part) for part in chosen])
    first_seeds = np.array([span.first_seed for span in spans], np.uint64)
    drop = later_equals(phrases, groups, offsets + first_seeds[owners], dedup)
    for owner in np.flatnonzero(np.bincount(owners[drop], minlength=len(spans))):
        yield spans[owner], np.sort(offsets[drop & (owners == owner)]).astype(np.uint32)


def later_equals(
    phrases: Phrases, groups: NDArray[np.uint64], seeds: NDArray[np.uint64], dedup: Deduplication
) -> NDArray[np.bool_]:
    """Tell which of ``seeds`` have the same phrase as a lower seed of their group: bool, shape of ``seeds``."""
    whole = dedup.keep_bits(fingerprints(phrases, seeds, salt=_WHOLE_SALT))
    drop = np.zeros(len(seeds), np.bool_)
    pending = np.lexsort((seeds, whole, groups))
    while len(pending):  # a single pass, unless different phrases agree in both hashes
        starts = np.ones(len(pending), np.bool_)
        g, w = groups[pending], whole[pending]
        starts[1:] = (g[1:] != g[:-1]) | (w[1:] != w[:-1])
        lowest = pending[np.flatnonzero(starts)[np.cumsum(starts) - 1]]
        later = ~starts
        equal = starts.copy()
        equal[later] = same_phrases(phrases, seeds[pending[later]], seeds[lowest[later]])
        drop[pending[equal & later]] = True
        pending = pending[~equal]
    return drop


def same_phrases(phrases: Phrases, left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell for each pair of seeds whether their phrases are equal, symbol by symbol."""
    equal = np.empty(len(left), np.bool_)
    for start in range(0, len(left), CHUNK):
        part = slice(start, start + CHUNK)
        block = phrases.draw_reused(left[part])
        ids, offsets = block.ids.copy(), block.offsets  # the second draw overwrites the buffer
        other = phrases.draw_reused(right[part])
        _compare(ids, offsets, other.ids, other.offsets, equal[part])
    return equal


@kernel
def _compare(
    ids: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    other_ids: NDArray[np.uint32],
    other_offsets: NDArray[np.int64],
    equal: NDArray[np.bool_],
) -> None:
    for phrase in range(len(equal)):
        begin, other = offsets[phrase], other_offsets[phrase]
        length = offsets[phrase + 1] - begin
        same = length == other_offsets[phrase + 1] - other
        i = 0
        while same and i < length:
            same = ids[begin + i] == other_ids[other + i]
            i += 1
        equal[phrase] = same


def _read_parts(parts: Iterable[tuple[WorkUnit, bytes]]) -> tuple[list[WorkUnit], list[NDArray[np.uint64]]]:
    """Return spans in the order of their seeds, with their keys; runners deliver parts in any order."""
    ordered = sorted(parts, key=lambda part: part[0].first_seed)
    return [span for span, _ in ordered], [np.frombuffer(keys, np.uint64) for _, keys in ordered]


@inline_kernel
def _bucket(fingerprint: Any, bucket_bits: Any) -> Any:
    return (fingerprint >> np.uint64(1)) >> (np.uint64(63) - bucket_bits)  # a shift by 64 is undefined


@kernel
def _count_buckets(hashes: NDArray[np.uint64], bucket_bits: Any, counts: NDArray[np.int64]) -> None:
    for i in range(len(hashes)):
        counts[_bucket(hashes[i], bucket_bits)] += 1


@kernel
def _deal(
    hashes: NDArray[np.uint64], bucket_bits: Any, upper: Any, places: NDArray[np.int64], keys: NDArray[np.uint64]
) -> None:
    """Write each key to the next place of its bucket: the ``upper`` bits after the bucket's bits, and the offset."""
    for i in range(len(hashes)):
        bucket = _bucket(hashes[i], bucket_bits)
        keys[places[bucket]] = ((hashes[i] << bucket_bits) & upper) | np.uint64(i)
        places[bucket] += 1


@kernel
def _repeated(keys: NDArray[np.uint64], offset_bits: Any) -> NDArray[np.uint64]:
    """Return the fingerprints that occur more than once in sorted ``keys``, ascending."""
    agreeing = 0
    for i in range(1, len(keys)):
        agreeing += (keys[i] ^ keys[i - 1]) >> offset_bits == 0
    repeated = np.empty(agreeing, np.uint64)
    found = 0
    for i in range(1, len(keys) if agreeing else 0):
        fingerprint = keys[i] >> offset_bits
        if fingerprint == keys[i - 1] >> offset_bits and (found == 0 or repeated[found - 1] != fingerprint):
            repeated[found] = fingerprint
            found += 1
    return repeated[:found]


def _places(keys: NDArray[np.uint64], fingerprints: NDArray[np.uint64], dedup: Deduplication) -> NDArray[np.int64]:
    """Return the places in sorted ``keys`` of all keys that have one of ``fingerprints``: int64, ascending."""
    lowest = fingerprints << np.uint64(dedup.offset_bits)
    first = np.searchsorted(keys, lowest)
    number = np.searchsorted(keys, lowest | dedup.offset_mask, side="right") - first
    return np.repeat(first - (np.cumsum(number) - number), number) + np.arange(number.sum())
