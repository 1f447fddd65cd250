"""``python -m benchmarks.shuffle_simulation``: the formulas of ``plan`` against a simulation; results/shuffle.md.

Buckets: the keys of real units of several laws, skewed ones among them, and for corpora that no machine here can make
random throws of as many keys. Workers: items whose times differ are dealt out beforehand, as the local engine does, or
taken one by one, as engines with dynamic work do; once more with one worker in twenty at half speed.
"""

import heapq
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.terminal import options
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span
from hyperphrase.planning.job import Job
from hyperphrase.planning.schedule import dealt, one_by_one
from hyperphrase.planning.work import shuffle, work_of

RESULTS = Path(__file__).parent / "results" / "shuffle.md"
REPEATS = 30
SLOW_SHARE, SLOWNESS = 20, 2.0  # every so manieth worker takes so many times as long
#: (what it is, options): real phrases are drawn.
LAWS = {
    "zipf, 250,000 words": "--sampler=zipf --seeds=0:8000000",
    "uniform, 250,000 words": "--sampler=uniform --seeds=0:8000000",
    "zipf, 20 words, lengths 1 to 6": "--sampler=zipf --vocabulary=20 --lengths=uniform:min=1,max=6 --seeds=0:8000000",
    "zipf s=3, lengths 1 to 9": "--sampler=zipf:s=3 --vocabulary=1000 --lengths=uniform:min=1,max=9 --seeds=0:8000000",
    "shuffle_dyck": "--preset=shuffle-dyck-hu2025 --seeds=0:1000000 --phrases_per_shard=65536",
}
SIZES = (10**9, 10**10, 10**11, 10**12)
#: (work items, cores that take them, spread of their times)
SCHEDULES = [
    (items, slots, spread)
    for items, slots in ((382, 2), (954, 64), (3815, 512), (29_803, 2200))
    for spread in (0.05, 0.2)
]

Row = tuple[str, ...]


def job_of(text: str) -> tuple[Job, Deduplication]:
    """Return the job of the options in ``text``, and how it deduplicates."""
    given, _ = options.parser("plan", "").parse_known_args(text.split())
    job = options.read_job(given)
    dedup = deduplication(job.phrases, job.request)
    if dedup is None:
        raise ValueError(f"{text}: the law repeats nothing")
    return job, dedup


def law_rows() -> Iterator[Row]:
    """Yield, for each law, what is planned and what its units really send to their buckets."""
    yield "law", "keys", "planned", "runs", "planned", "largest bucket", "planned", "candidates", "planned"
    for name, text in LAWS.items():
        job, dedup = job_of(text)
        planned = shuffle(work_of(job.request, job.space, dedup, 1.0, ()))
        buckets, runs, keys_of = np.zeros(1 << dedup.bucket_bits, np.int64), 0, []
        for index in range(-(-job.request.unit_count // dedup.span_units)):
            found, _ = distinct_in_span(job.phrases, job.request.span(index, dedup.span_units), dedup)
            for bucket, keys in found:
                buckets[bucket] += len(keys)
                keys_of.append((np.uint64(bucket), keys))
            runs += len(found)
        yield (
            name,
            *_pair(float(buckets.sum()), planned.keys),
            *_pair(runs, planned.elements),
            *_pair(float(buckets.max()), planned.largest),
            *_pair(agreeing(keys_of, dedup), planned.candidates),
        )


def agreeing(runs: list[tuple[np.uint64, NDArray[np.uint64]]], dedup: Deduplication) -> float:
    """Return how many keys agree with an earlier one, of another span, in bucket and fingerprint."""
    later = 0
    for bucket in range(1 << dedup.bucket_bits):
        keys = [keys for owner, keys in runs if owner == bucket]
        if keys:
            everything = np.concatenate(keys) >> np.uint64(dedup.offset_bits)
            later += len(everything) - len(np.unique(everything))
    return float(later)


def throw_rows() -> Iterator[Row]:
    """Yield, for corpora of many sizes, the largest of all buckets in random throws of their keys."""
    yield "phrases", "spans", "buckets", "keys in a bucket", "largest", "planned", "keys in a run"
    random = np.random.default_rng(0)
    for drawn in SIZES:
        job, dedup = job_of(f"--sampler=zipf --phrases={drawn}")
        work = work_of(job.request, job.space, dedup, 1.0, ())
        planned = shuffle(work)
        shares = np.full(planned.buckets, 1.0 / planned.buckets)
        largest = float(np.mean([random.multinomial(drawn, shares).max() for _ in range(REPEATS)]))
        yield (
            f"{drawn:,}",
            f"{work.spans:,}",
            f"{planned.buckets:,}",
            f"{planned.mean:,.0f}",
            *_pair(largest, planned.largest),
            f"{planned.run:,.0f}",
        )


def schedule_rows() -> Iterator[Row]:
    """Yield how long items take on cores, in items, dealt and taken one by one, and with slow workers among them."""
    yield (
        "items", "cores", "spread", "no waiting", "dealt", "planned", "one by one", "planned",
        "dealt, 1 of 20 slow", "one by one, 1 of 20 slow",
    )  # fmt: skip
    random = np.random.default_rng(0)
    for items, slots, spread in SCHEDULES:
        times = [_times(random, items, spread) for _ in range(REPEATS)]
        even, slow = np.ones(slots), np.ones(slots)
        slow[::SLOW_SHARE] = SLOWNESS
        yield (
            f"{items:,}",
            f"{slots:,}",
            f"{spread:.0%}",
            f"{items / slots:,.2f}",
            *_pair(_mean(ends_dealt(some, even) for some in times), dealt(items, slots, 1.0, spread), 2),
            *_pair(_mean(ends_taken(some, even) for some in times), one_by_one(items, slots, 1.0, spread), 2),
            f"{_mean(ends_dealt(some, slow) for some in times):,.2f}",
            f"{_mean(ends_taken(some, slow) for some in times):,.2f}",
        )


def _times(random: np.random.Generator, number: int, spread: float) -> NDArray[np.float64]:
    """Return times of items: log-normal, mean 1, standard deviation ``spread``."""
    variance = math.log1p(spread**2)
    return random.lognormal(-variance / 2, math.sqrt(variance), number)


def ends_dealt(times: NDArray[np.float64], slowness: NDArray[np.float64]) -> float:
    """Return when the last worker ends if items are dealt out in turn; slowness: of each worker."""
    return max(float(times[i :: len(slowness)].sum() * slow) for i, slow in enumerate(slowness))


def ends_taken(times: NDArray[np.float64], slowness: NDArray[np.float64]) -> float:
    """Return when the last worker ends if each takes the next item when it is free."""
    free = [(0.0, worker) for worker in range(len(slowness))]
    for seconds in times.tolist():
        begin, worker = free[0]
        heapq.heapreplace(free, (begin + seconds * slowness[worker], worker))
    return max(free)[0]


def _mean(values: Iterator[float]) -> float:
    return float(np.mean(list(values)))


def _pair(real: float, planned: float, places: int = 0) -> tuple[str, str]:
    """Return what was found, and what was planned with its error where there is enough to tell one by."""
    error = f" ({planned / real - 1:+.1%})" if real >= 1.0 else ""
    form = f",.{places}f" if places or planned >= 1.0 else ".2g"
    return f"{real:,.{places}f}", f"{planned:{form}}{error}"


def markdown(title: str, text: str, rows: Sequence[Row]) -> str:
    """Return a section with a table whose first row is its head."""
    lines = [" | ".join(row) for row in rows]
    rule = "|".join(["---", *["--:"] * (len(rows[0]) - 1)])
    return f"## {title}\n\n{text}\n\n| {lines[0]} |\n|{rule}|\n" + "".join(f"| {line} |\n" for line in lines[1:])


def main() -> int:
    """Simulate, and write and print the tables."""
    sections = [
        markdown(
            "Laws",
            "8 million phrases (1 million of `shuffle_dyck`), fingerprinted span by span as the first pass does it, "
            "skewed laws among them. Candidates: keys that agree in all compared bits with an earlier one of another "
            "span.",
            list(law_rows()),
        ),
        markdown(
            "Sizes",
            f"Keys thrown at random into their buckets, mean of {REPEATS} throws.",
            list(throw_rows()),
        ),
        markdown(
            "Workers",
            "Times are in items: an item takes 1 on average. Spread is the standard deviation of an item's time. "
            f"Means of {REPEATS} simulations; slow workers, at least one, which the formulas do not know, take twice "
            "as long.",
            list(schedule_rows()),
        ),
    ]
    page = "# The shuffle, planned and simulated\n\n`python -m benchmarks.shuffle_simulation`\n\n" + "\n".join(sections)
    RESULTS.write_text(page)
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
