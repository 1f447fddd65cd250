"""Estimate the files, the shuffle and the memory of a corpus before it is made.

The numbers of spans and buckets come from the run's own ``Deduplication``, so the plan and the run agree. Time is in
``schedule``, cost in ``prices``, warnings are in ``size_warnings``. ``benchmarks/shuffle_simulation.py`` tests the
formulas of buckets and slow workers by simulation, ``benchmarks/plan_check.py`` compares all of them with real runs,
and docs/scale.md explains them.
"""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from hyperphrase.codecs import FORMATS
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.laws.base import BoundIid
from hyperphrase.planning.machines import Machine
from hyperphrase.space.phrase_space import Space

KEY_BYTES = 8
#: Bytes of a shuffle element without its keys, as Beam encodes it: bucket, span, lengths, window and timestamp.
ELEMENT_BYTES = 26
#: Bytes of a shuffle element whose keys are in a file.
POINTER_BYTES = 32


@dataclass(frozen=True)
class Work:
    """The size of the corpus to be made.

    drawn: number of seeds. kept: expected phrases in the corpus. keys: expected phrases that remain after each span
    dropped its own duplicates, and are compared between spans. later: expected phrases among them that an earlier span
    also gives. phrases_per_shard: seeds of a unit. bytes_a_phrase: mean bytes of a phrase in each output. confused:
    probability that two draws are different phrases with equal length and prefix. commonest: an upper bound of the
    probability of the most frequent fingerprint. dedup: None if nothing is deduplicated. encoder_bytes: of memory, of
    the encoders of a unit.
    """

    drawn: int
    kept: float
    keys: float
    later: float
    phrases_per_shard: int
    symbols_a_phrase: float
    bytes_a_phrase: tuple[float, ...]
    confused: float
    commonest: float
    dedup: Deduplication | None
    encoder_bytes: int = 0

    @property
    def units(self) -> int:
        """The number of units; each becomes a shard of each output."""
        return -(-self.drawn // self.phrases_per_shard)

    @property
    def shards(self) -> int:
        """The number of shards of all outputs."""
        return self.units * len(self.bytes_a_phrase)

    @property
    def span(self) -> int:
        """The number of phrases in a span."""
        return min(self.phrases_per_shard * (self.dedup.span_units if self.dedup else 1), self.drawn)

    @property
    def spans(self) -> int:
        """The number of spans."""
        return -(-self.drawn // self.span)


def work_of(
    request: CorpusRequest,
    space: Space,
    dedup: Deduplication | None,
    symbols_a_phrase: float,
    bytes_a_phrase: tuple[float, ...],
) -> Work:
    """Return the work of ``request``, given the mean length of a phrase and its mean bytes in each output."""
    drawn = request.stop_seed - request.first_seed
    kept = float(request.phrases or space.expected_distinct(drawn))
    size = request.phrases_per_shard
    encoders = sum(FORMATS[output.format].encoder_bytes(min(size, drawn)) for output in request.outputs)
    work = Work(drawn, kept, 0.0, 0.0, size, symbols_a_phrase, bytes_a_phrase, 0.0, 0.0, dedup, encoders)
    if dedup is None:
        return work
    last = drawn - (work.spans - 1) * work.span
    keys = (work.spans - 1) * space.expected_distinct(work.span) + space.expected_distinct(last)
    bound = space.phrases.law
    bits = bound.collision_entropy
    likely = -math.log2(bound.probabilities.max()) if isinstance(bound, BoundIid) else bits / 2  # a lower bound
    seen = {length: min(length, dedup.prefix) for length in space.lengths}
    shares = space.lengths.items()
    return replace(
        work,
        keys=keys,
        later=max(keys - space.expected_distinct(drawn), 0.0),
        confused=sum(share**2 * (2.0 ** (-bits * seen[length]) - 2.0 ** (-bits * length)) for length, share in shares),
        commonest=max(share * 2.0 ** (-likely * seen[length]) for length, share in shares),
    )


@dataclass(frozen=True)
class Shuffle:
    """The data sent from fingerprinting to comparison.

    keys: number of keys. elements: number of runs of keys. bytes: of keys and of the overhead of elements. mean,
    largest: expected keys in a bucket, and in the largest bucket. run: mean keys in a run. candidates: expected keys
    that agree with an earlier key in bucket and fingerprint; both phrases are then drawn in full.
    """

    keys: float
    elements: float
    bytes: float
    buckets: int
    mean: float
    largest: float
    run: float
    candidates: float


def highest_of(number: float) -> float:
    """Return the expected maximum of ``number`` normal values, in standard deviations above their mean.

    Blom's approximation (1958).
    """
    return NormalDist().inv_cdf((number - 0.375) / (number + 0.25)) if number > 1.0 else 0.0


def shuffle(work: Work) -> Shuffle:
    """Return the data that the shuffle of ``work`` carries.

    Hashing assigns each key to an independent random bucket, so the size of a bucket has mean m and variance m. A
    fingerprint that is drawn often adds its keys to one bucket, at most one for each span if its phrases are equal.
    """
    dedup = work.dedup
    if dedup is None:
        return Shuffle(0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0, 0.0)
    buckets = 1 << dedup.bucket_bits
    mean = work.keys / buckets
    run = work.keys / (work.spans * buckets)
    elements = work.spans * buckets * -math.expm1(-run)  # empty runs are not sent
    skew = min(work.spans, work.drawn * work.commonest)
    by_chance = work.keys**2 / 2 * (2.0**-dedup.width + work.confused)
    return Shuffle(
        keys=work.keys,
        elements=elements,
        bytes=KEY_BYTES * work.keys + ELEMENT_BYTES * elements,
        buckets=buckets,
        mean=mean,
        largest=mean + math.sqrt(mean) * highest_of(buckets) + skew,
        run=run,
        candidates=min(work.later + by_chance, work.keys),
    )


@dataclass(frozen=True)
class Memory:
    """The most bytes that a machine needs in each phase, with all cores busy. base: before any phase."""

    base: float
    fingerprint: float
    compare: float
    write: float

    @property
    def peak(self) -> float:
        """The maximum of all phases."""
        return max(self.fingerprint, self.compare, self.write)


_CHUNK_BYTES = 4 << 20  # a thread's buffers for a chunk: ids, and for each output encoded bytes and pieces in transit
_SEED_BYTES = 26  # for each seed of a unit being written: whether it is kept, its offset, and its number
_SPAN_BYTES = 3 * KEY_BYTES  # for each phrase of a span: seed, fingerprint and key
_BUCKET_BYTES = 2 * KEY_BYTES  # for each key of a bucket: as received, and in the array that is sorted
_HELD_BYTES = 3  # copies of an element that the local engine holds between stages


def memory(work: Work, machine: Machine, base: float, local: bool) -> Memory:
    """Return the memory that one machine needs.

    base: bytes of a process that has loaded the interpreter, Beam, the lexicon and tables. local: whether one process
    has a thread for each core, and keys are in files. Otherwise there is a process for each core, and its memory holds
    the keys once more, as the engine delivers them.
    """
    sent, cores = shuffle(work), machine.cores
    processes = 1 if local else cores
    span, bucket = _SPAN_BYTES * work.span, _BUCKET_BYTES * sent.largest
    if not local:
        span += KEY_BYTES * work.span
        bucket += KEY_BYTES * sent.largest
    held = _HELD_BYTES * POINTER_BYTES * sent.elements if local else 0.0
    unit = _SEED_BYTES * min(work.phrases_per_shard, work.drawn) + _CHUNK_BYTES * (1 + len(work.bytes_a_phrase))
    unit += work.encoder_bytes
    first = processes * base
    deduplicates = work.dedup is not None
    return Memory(
        base=first,
        fingerprint=first + (held + cores * span if deduplicates else 0.0),
        compare=first + (held + cores * bucket if deduplicates else 0.0),
        write=first + cores * unit,
    )
