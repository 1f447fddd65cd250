"""Calibration: measure the planned work for a few seconds, on all cores of this machine, in a temporary folder."""

import contextlib
import dataclasses
import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import fmean, pstdev

import apache_beam as beam
import numpy as np

from beam_pipeline.engines import engine
from beam_pipeline.folder import output_folder
from beam_pipeline.pipeline import apply_pipeline
from hyperphrase.codecs import Encoder
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.corpus.layout import SHARDS_FOLDER
from hyperphrase.corpus.request import CorpusRequest, KeptPhrases, Output, parts
from hyperphrase.corpus.statistics import Counter, Statistics
from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span, duplicates_in_bucket
from hyperphrase.phrases.phrases import CHUNK, seed_range
from hyperphrase.planning.job import Job
from hyperphrase.planning.machines import this_machine
from hyperphrase.planning.schedule import Speed
from transforms.files import storage
from transforms.worker.context import CorpusContext
from transforms.worker.key_runs import load_run, store_runs
from transforms.write_shards import MeasuredFile

_SPAN = 1 << 18  # phrases, at most, of a span that is fingerprinted
_BUCKET = 1 << 20  # keys, at most, of a bucket that is compared: larger than the caches, as real ones are
_SHARD = 1 << 16  # phrases, at most, of a shard that is written
_ITEM_SECONDS = 0.2  # target duration of a work item; slow laws get smaller ones
_ROUNDS = 4  # work items per core
_UNITS = 128  # units of one phrase, to measure the fixed cost of a unit
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes per unit of ru_maxrss


@dataclasses.dataclass(frozen=True)
class Calibration:
    """Speed of one core, and memory in bytes of a process after a minimal run."""

    speed: Speed
    base: float


def calibrate(job: Job, dedup: Deduplication | None, in_files: bool) -> Calibration:
    """Measure the kinds of work of ``job`` on all cores; in_files: whether keys are stored in files."""
    begun, cores = _seconds_since_start(), this_machine().cores
    with tempfile.TemporaryDirectory(prefix="hyperphrase-plan-") as name:
        small = _unlimited(job.request, 1, min(1000, job.request.stop_seed - job.request.first_seed))
        one = _seconds_of_run(job, small, f"{name}/one")
        base = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT)
        units = min(_UNITS, job.request.stop_seed - job.request.first_seed)
        many = _seconds_of_run(job, _unlimited(job.request, units, 1), f"{name}/many")
        context = CorpusContext(f"{name}/one", job.request, in_files)
        shards, spread = _measure(_shard_writers(job, context), cores)
        first = _measure(_fingerprinters(job, context, dedup), cores)[0] if dedup else 0.0
        bucket, second = 2, 0.0
        if dedup:
            bucket, compare = _comparers(job, context, dedup)
            second = _measure(compare, cores)[0]
    return Calibration(
        Speed(begun + one, max(many - one, 0.0) / units * cores, first, second, float(bucket), shards, spread), base
    )


def _unlimited(request: CorpusRequest, units: int, phrases: int) -> CorpusRequest:
    """Return a request of ``units`` units of ``phrases`` seeds, without a number of distinct phrases."""
    stop = request.first_seed + units * phrases
    return dataclasses.replace(request, stop_seed=stop, phrases=None, phrases_per_shard=phrases)


def _seconds_since_start() -> float:
    """Return the seconds since this process started, or its processor time if the system has no /proc."""
    stat = Path("/proc/self/stat")
    if not stat.exists():
        return time.process_time()
    begun = int(stat.read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - begun


def _seconds_of_run(job: Job, request: CorpusRequest, out: str) -> float:
    """Make a small corpus with the local engine and return the duration in seconds."""
    begin = time.perf_counter()
    output_folder.begin(out, request, job.lexicon, job.meanings)
    pipeline = beam.Pipeline(options=engine.choose([]).options)
    apply_pipeline(pipeline, CorpusContext(out, request, True), deduplication(job.phrases, request), job.lexicon.name)
    with contextlib.redirect_stderr(io.StringIO()):
        pipeline.run().wait_until_finish()
    return time.perf_counter() - begin


def _measure(work: Callable[[int], int], cores: int) -> tuple[float, float]:
    """Return the seconds of one core per phrase or key of ``work(item)``, and the coefficient of variation over items.

    All cores work at once; the first round of items is a warm-up, because it touches fresh memory.
    """

    def timed(item: int) -> tuple[float, int]:
        begin = time.perf_counter()
        number = work(item)
        return time.perf_counter() - begin, number

    with ThreadPoolExecutor(cores) as pool:
        done = list(pool.map(timed, range(cores * (_ROUNDS + 1))))[cores:]
    each = [seconds / number for seconds, number in done]
    return fmean(each), pstdev(each) / fmean(each)


def _phrases_in_time(job: Job) -> int:
    """Return the number of phrases drawn in ``_ITEM_SECONDS``: laws differ in speed by a factor of 100."""
    seeds = seed_range(job.request.first_seed, min(job.request.first_seed + CHUNK, job.request.stop_seed))
    begin = time.perf_counter()
    job.phrases.draw_reused(seeds)
    return max(int(_ITEM_SECONDS * len(seeds) / (time.perf_counter() - begin)), 1)


def _fingerprinters(job: Job, context: CorpusContext, dedup: Deduplication) -> Callable[[int], int]:
    """Return the first pass on one span; smaller spans have fewer buckets, so that runs keep their length."""
    request = context.request
    whole = dedup.span_units * request.phrases_per_shard
    size = min(whole, _SPAN, _phrases_in_time(job))
    fewer = min(dedup.bucket_bits, (whole // size).bit_length() - 1)
    dedup = dataclasses.replace(dedup, bucket_bits=dedup.bucket_bits - fewer)
    cut = dataclasses.replace(request, phrases_per_shard=size, phrases=None)

    def work(item: int) -> int:
        span = cut.span(item % max(cut.unit_count, 1), 1)
        runs, _ = distinct_in_span(job.phrases, span, dedup)
        for _ in store_runs(context, item, runs):
            pass
        return len(span)

    return work


def _comparers(job: Job, context: CorpusContext, dedup: Deduplication) -> tuple[int, Callable[[int], int]]:
    """Return the size of a bucket, and the comparison of one, with random numbers as keys (real keys are hashes)."""
    request = context.request
    drawn = request.stop_seed - request.first_seed
    span = dedup.span_units * request.phrases_per_shard
    run = max(min(span, drawn) >> dedup.bucket_bits, 1)
    runs = max(1, min(drawn >> dedup.bucket_bits, _BUCKET) // run)
    random = np.random.default_rng(0)
    kept = []
    for i in range(runs):
        keys = np.sort(random.integers(0, 1 << 63, run, dtype=np.uint64))
        ((_, place),) = store_runs(context, i, [(0, keys)])
        kept.append((i, place))

    def work(_: int) -> int:
        taken = [(request.span(i, dedup.span_units), load_run(context, i, place)) for i, place in kept]
        list(duplicates_in_bucket(job.phrases, taken, dedup))
        return run * runs

    return run * runs, work


def _shard_writers(job: Job, context: CorpusContext) -> Callable[[int], int]:
    """Return the second pass on one unit, for all outputs."""
    request, phrases = context.request, job.phrases
    size = min(request.phrases_per_shard, request.stop_seed - request.first_seed, _SHARD, _phrases_in_time(job))
    cut = dataclasses.replace(request, phrases_per_shard=size, phrases=None)

    def work(item: int) -> int:
        unit = cut.unit(item % cut.unit_count)
        seeds = KeptPhrases(unit, b"", None, 1).seeds()
        if not request.outputs:
            Statistics.of_lengths(phrases.lengths(seeds))
            return len(seeds)
        counter = Counter()
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_opened(context, output, item)) for output in request.outputs]
            for part in parts(seeds, CHUNK):
                block = phrases.draw_reused(part)
                counter.add(block)
                for encoder, file in files:
                    file.write(encoder.encode(block))
            for encoder, file in files:
                file.write(encoder.end())
        return len(seeds)

    return work


@contextlib.contextmanager
def _opened(context: CorpusContext, output: Output, item: int) -> Iterator[tuple[Encoder, MeasuredFile]]:
    encoder = context.encoder(output)
    with storage.atomic_writer(context.folder, storage.join(SHARDS_FOLDER, f"{item}.{output.extension}")) as stream:
        file = MeasuredFile(stream)
        file.write(encoder.begin())
        yield encoder, file
