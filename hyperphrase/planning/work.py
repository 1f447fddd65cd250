"""What a corpus takes before it is made: files, shuffle and memory, by arithmetic alone.

The deduplication gives the numbers of spans and buckets; nothing is computed here that the run decides elsewhere. Time
is in ``schedule``, money in ``prices``, what to look out for in ``bends``. ``benchmarks/shuffle_simulation.py``
simulates what the formulas say of buckets and of slow workers, ``benchmarks/plan_check.py`` holds all of it against
real runs, and docs/scale.md explains it.
"""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.laws.base import BoundIid
from hyperphrase.planning.machines import Machine
from hyperphrase.space.phrase_space import Space

KEY_BYTES = 8
#: Bytes of an element beside its keys, as Beam encodes it: bucket, span, lengths, window and time.
ELEMENT_BYTES = 26
#: An element of the shuffle whose run of keys waits in a file.
POINTER_BYTES = 32


@dataclass(frozen=True)
class Work:
    """What is to be made.

    drawn: seeds. kept: phrases expected in the corpus. keys: phrases that are expected to differ from all others of
    their span, so that they are compared. later: of these, those that a phrase of another span gave before.
    phrases_per_shard: seeds of a unit. bytes_a_phrase: of each output. confused: probability that two draws differ, and
    agree in what fingerprints look at. commonest: probability, at most, of the fingerprint that is drawn most often.
    how: None where nothing is deduplicated.
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

    @property
    def units(self) -> int:
        """Units, each of which makes a shard of each output."""
        return -(-self.drawn // self.phrases_per_shard)

    @property
    def shards(self) -> int:
        """Shards of all outputs."""
        return self.units * len(self.bytes_a_phrase)

    @property
    def span(self) -> int:
        """Phrases of a span."""
        return min(self.phrases_per_shard * (self.dedup.span_units if self.dedup else 1), self.drawn)

    @property
    def spans(self) -> int:
        """Spans."""
        return -(-self.drawn // self.span)


def work_of(
    request: CorpusRequest,
    space: Space,
    dedup: Deduplication | None,
    symbols_a_phrase: float,
    bytes_a_phrase: tuple[float, ...],
) -> Work:
    """Return the work of ``request``, given the mean length and the bytes of a phrase in each output."""
    drawn = request.stop_seed - request.first_seed
    kept = float(request.phrases or space.expected_distinct(drawn))
    work = Work(drawn, kept, 0.0, 0.0, request.phrases_per_shard, symbols_a_phrase, bytes_a_phrase, 0.0, 0.0, dedup)
    if dedup is None:
        return work
    last = drawn - (work.spans - 1) * work.span
    keys = (work.spans - 1) * space.expected_distinct(work.span) + space.expected_distinct(last)
    bound = space.phrases.law
    bits = bound.collision_entropy
    likely = -math.log2(bound.probabilities.max()) if isinstance(bound, BoundIid) else bits / 2  # at least
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
    """What goes between fingerprinting and comparison.

    elements: runs of keys. bytes: keys and what elements take beside them. mean, largest: keys in a bucket.
    candidates: keys expected to agree with an earlier one in bucket and fingerprint: both phrases are then drawn whole.
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
    """Return how many standard deviations the highest of ``number`` normal values is expected above their mean.

    Blom's approximation (1958).
    """
    return NormalDist().inv_cdf((number - 0.375) / (number + 0.25)) if number > 1.0 else 0.0


def shuffle(work: Work) -> Shuffle:
    """Return what the shuffle of ``work`` carries.

    Hashing spreads keys as independent throws: a bucket's size has mean m and variance m. One fingerprint that is drawn
    often adds its keys to one bucket, at most one a span if its phrases are equal.
    """
    dedup = work.dedup
    if dedup is None:
        return Shuffle(0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0, 0.0)
    buckets = 1 << dedup.bucket_bits
    mean = work.keys / buckets
    run = work.keys / (work.spans * buckets)
    elements = work.spans * buckets * -math.expm1(-run)  # a run that no key falls into is not sent
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
    """Bytes that one machine needs in each phase, at most, all its cores at work. base: before any of them."""

    base: float
    fingerprint: float
    compare: float
    write: float

    @property
    def peak(self) -> float:
        """The most of all phases."""
        return max(self.fingerprint, self.compare, self.write)


_CHUNK_BYTES = 4 << 20  # a thread's buffers of one chunk: ids, encoded bytes, for each output; and pieces on their way
_SEED_BYTES = 26  # of a unit's seeds while they are written: which are kept, where, and their numbers
_SPAN_BYTES = 3 * KEY_BYTES  # seeds, fingerprints and keys of a span
_BUCKET_BYTES = 2 * KEY_BYTES  # keys as they came, and in one array to be sorted
_HELD_BYTES = 3  # times that the local engine holds an element between stages


def memory(work: Work, machine: Machine, base: float, local: bool) -> Memory:
    """Return what one machine needs.

    base: of a process that has loaded interpreter, Beam, lexicon and tables. local: one process with a thread a core,
    keys in files; elsewhere a process a core, keys in its memory once more, as the engine delivers them.
    """
    sent, cores = shuffle(work), machine.cores
    processes = 1 if local else cores
    span, bucket = _SPAN_BYTES * work.span, _BUCKET_BYTES * sent.largest
    if not local:
        span += KEY_BYTES * work.span
        bucket += KEY_BYTES * sent.largest
    held = _HELD_BYTES * POINTER_BYTES * sent.elements if local else 0.0
    unit = _SEED_BYTES * min(work.phrases_per_shard, work.drawn) + _CHUNK_BYTES * (1 + len(work.bytes_a_phrase))
    first = processes * base
    deduplicates = work.dedup is not None
    return Memory(
        base=first,
        fingerprint=first + (held + cores * span if deduplicates else 0.0),
        compare=first + (held + cores * bucket if deduplicates else 0.0),
        write=first + cores * unit,
    )
