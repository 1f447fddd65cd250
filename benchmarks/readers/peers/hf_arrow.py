"""Hugging Face datasets: contexts packed beforehand, in Arrow files mapped into memory; map-style and iterable.

Batches are taken in the format ``arrow``, and contexts are lists of a fixed size: all else takes longer.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from datasets import Dataset, IterableDataset, load_from_disk
from numpy.typing import NDArray
from torchdata.stateful_dataloader import StatefulDataLoader

from benchmarks.readers.job import SEED, Batches, Feed, Job, epochs, random_access

PACKAGES = ("datasets", "pyarrow", "torch", "torchdata")
SHARDS = 40  # of an iterable dataset; shuffled ones read ten at once, and workers share the tens
BUFFER = 1024  # contexts to shuffle among


def prepare(tokens: NDArray[np.int32], folder: Path, length: int) -> None:
    """Write the files; see :mod:`benchmarks.readers.job`."""
    contexts = len(tokens) // length
    rows = pa.FixedSizeListArray.from_arrays(pa.array(tokens[: contexts * length]), length)
    Dataset(pa.table({"input_ids": rows})).save_to_disk(folder)


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    dataset = load_from_disk(job.folder).with_format("arrow")
    if job.variant == "map":
        return random_access(len(dataset), lambda indices: _rows(dataset[indices], job.length), job, state or 0)
    contexts = dataset.to_iterable_dataset(SHARDS).shuffle(SEED, buffer_size=BUFFER)
    if not job.workers:
        if state:
            contexts.load_state_dict(state)
        return Feed(_in_this_process(contexts, job), contexts.state_dict)
    loader = StatefulDataLoader(
        contexts.batch(job.batch_size, drop_last_batch=True),
        batch_size=None,
        num_workers=job.workers,
        collate_fn=lambda table: torch.from_numpy(_rows(table, job.length)),
        persistent_workers=True,
    )
    if state:
        loader.load_state_dict(state)
    return Feed((batch.numpy() for _ in epochs(job) for batch in loader), loader.state_dict)


def _in_this_process(contexts: IterableDataset, job: Job) -> Batches:
    for epoch in epochs(job):
        contexts.set_epoch(epoch)
        for table in contexts.iter(job.batch_size, drop_last_batch=True):
            yield _rows(table, job.length)


def _rows(table: pa.Table, length: int) -> NDArray[np.int32]:
    """Return the contexts of a table, in a list each or all in one."""
    ids = table["input_ids"].combine_chunks()
    while ids.type != pa.int32():
        ids = ids.flatten()
    rows: NDArray[np.int32] = ids.to_numpy().reshape(-1, length)
    return rows
