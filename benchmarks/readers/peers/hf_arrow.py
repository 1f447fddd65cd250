"""Hugging Face datasets: contexts packed beforehand, in Arrow files mapped into memory; map-style and iterable.

Batches are taken in the format ``arrow``: numpy and torch take two to ten times as long.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import Dataset, IterableDataset, load_from_disk
from numpy.typing import NDArray
from torch.utils.data import IterableDataset as TorchDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from benchmarks.readers.job import SEED, Feed, Job, epochs, random_access

PACKAGES = ("datasets", "pyarrow", "torch", "torchdata")
SHARDS = 16  # that an iterable dataset has, so that workers share it
BUFFER = 1024  # contexts to shuffle among


def prepare(tokens: NDArray[np.int32], folder: Path, length: int) -> None:
    contexts = len(tokens) // length
    ends = np.arange(contexts + 1, dtype=np.int64) * length
    rows = pa.LargeListArray.from_arrays(pa.array(ends), pa.array(tokens[: contexts * length]))
    Dataset(pa.table({"input_ids": rows})).save_to_disk(folder)


def feed(job: Job, state: Any) -> Feed:
    dataset = load_from_disk(job.folder).with_format("arrow")
    if job.variant == "map":
        return random_access(len(dataset), lambda indices: _rows(dataset[indices], job.length), job, state or 0)
    batches = _Batches(dataset.to_iterable_dataset(SHARDS).shuffle(SEED, buffer_size=BUFFER), job)
    if not job.workers:
        batches.load_state_dict(state or {"epoch": 0})
        return Feed(iter(batches), batches.state_dict)
    loader = StatefulDataLoader(batches, batch_size=None, num_workers=job.workers)
    if state:
        loader.load_state_dict(state)
    return Feed((batch.numpy() for batch in loader), loader.state_dict)


class _Batches(TorchDataset[NDArray[np.int32]]):
    """The batches of an iterable dataset, epoch after epoch, as arrays."""

    def __init__(self, dataset: IterableDataset, job: Job) -> None:
        self._dataset = dataset.batch(job.batch_size, drop_last_batch=True)
        self._job = job
        self._epoch = 0

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        for self._epoch in epochs(self._job, self._epoch):
            self._dataset.set_epoch(self._epoch)
            for table in self._dataset:
                yield _rows(table, self._job.length)

    def state_dict(self) -> dict[str, Any]:
        return {"epoch": self._epoch, "dataset": self._dataset.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._epoch = state["epoch"]
        if "dataset" in state:
            self._dataset.load_state_dict(state["dataset"])


def _rows(table: pa.Table, length: int) -> NDArray[np.int32]:
    ids: NDArray[np.int32] = table["input_ids"].combine_chunks().flatten().to_numpy()
    return ids.reshape(-1, length)
