"""The shards of phrases read by a loop in Python, without a library: ids decoded by numpy, joined, cut into contexts.

The order is that of the shards, shuffled, and of contexts in a buffer. Workers share the shards. It resumes by reading
everything again up to where it stopped.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.read_back import phrases_in
from benchmarks.readers.job import SEED, Feed, Job, counted, epochs, of_workers

PACKAGES = ("numpy",)
BUFFER = 1024  # contexts to shuffle among


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""

    def batches(worker: int, workers: int) -> Iterator[NDArray[np.int32]]:
        files = sorted(job.folder.glob("shards/*.tfrecord"))[worker::workers]
        random = np.random.default_rng((SEED, worker))
        for _ in epochs(job):
            contexts = _shuffled(_contexts([files[i] for i in random.permutation(len(files))], job.length), random)
            while len(batch := list(islice(contexts, job.batch_size))) == job.batch_size:
                yield np.stack(batch)

    made = of_workers(job.workers, batches) if job.workers else batches(0, 1)
    return counted(islice(made, state or 0, None), state or 0)


def _shuffled(contexts: Iterator[NDArray[np.int32]], random: np.random.Generator) -> Iterator[NDArray[np.int32]]:
    """Yield ``contexts``, each in place of one of a buffer, at random."""
    buffer = list(islice(contexts, BUFFER))
    for context in contexts:
        at = random.integers(len(buffer))
        buffer[at], context = context, buffer[at]
        yield context
    yield from (buffer[i] for i in random.permutation(len(buffer)))


def _contexts(files: list[Path], length: int) -> Iterator[NDArray[np.int32]]:
    """Yield the phrases of ``files``, joined and cut."""
    row, filled = np.empty(length, np.int32), 0
    for file in files:
        for ids in phrases_in(file):
            at = 0
            while at < len(ids):
                part = ids[at : at + length - filled]
                row[filled : filled + len(part)] = part
                at, filled = at + len(part), filled + len(part)
                if filled == length:
                    yield row
                    row, filled = np.empty(length, np.int32), 0
