"""What a reader is asked for, what it gives, and parts that several readers share. Needs nothing but numpy.

A module of ``peers/`` has two functions:

``prepare(tokens, folder, length)`` writes the reader's own files into the empty ``folder``: tokens, int32, (n,), is the
corpus as one row; length is that of a context. A reader of the corpus's shards has none.

``feed(job, state)`` returns a :class:`Feed` of batches: int32, (batch_size, length), in shuffled order, one array each
that nobody else has. state: what ``Feed.state`` returned in another process, None to begin at the first batch.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Batches = Iterator[NDArray[np.int32]]
SEED = 17  # of every shuffled order


@dataclass(frozen=True)
class Job:
    """One feed. folder: the corpus, or the reader's own files.

    variant: of a module that has several readers. workers: processes beside the one that trains, or threads where
    a library has those; 0 for none. epochs: None for no end.
    """

    folder: Path
    variant: str
    length: int
    batch_size: int
    workers: int
    epochs: int | None = None


@dataclass
class Feed:
    """Batches, and the state after the last one: something that can be pickled. state: None if the reader has none."""

    batches: Batches
    state: Callable[[], object] | None


def epochs(job: Job, first: int = 0) -> Iterable[int]:
    """Return the numbers of the epochs from ``first`` on."""
    return count(first) if job.epochs is None else range(first, job.epochs)


def stateful(loader: Callable[..., Any], dataset: Any, job: Job, state: Any) -> Any:
    """Return a data loader of a library's own, which keeps its state, at ``state``."""
    made = loader(
        dataset,
        batch_size=job.batch_size,
        num_workers=job.workers,
        drop_last=True,
        persistent_workers=bool(job.workers),
    )
    if state is not None:
        made.load_state_dict(state)
    return made


class ShuffledBatches:
    """The indices of batches: each epoch is a permutation of ``range(items)``, whose last incomplete batch is left out.

    It is a sampler of PyTorch's data loaders for whole batches.
    """

    def __init__(self, items: int, job: Job, first: int) -> None:
        """first: the number of the batch to begin with, counted across epochs."""
        self._items, self._job, self._first = items, job, first

    def __iter__(self) -> Iterator[NDArray[np.int64]]:
        """Yield the indices of each batch: int64, (batch_size,)."""
        size = self._job.batch_size
        epoch, skipped = divmod(self._first, self._items // size)
        for number in epochs(self._job, epoch):
            order = np.random.default_rng((SEED, number)).permutation(self._items)
            for at in range(skipped * size, self._items - size + 1, size):
                yield order[at : at + size]
            skipped = 0


class Counted:
    """Batches, and how many of them were taken: the state of a reader that can begin at any batch."""

    def __init__(self, batches: Batches, first: int) -> None:
        self._batches, self.taken = batches, first

    def __iter__(self) -> "Counted":
        return self

    def __next__(self) -> NDArray[np.int32]:
        batch = next(self._batches)
        self.taken += 1
        return batch


def counted(batches: Batches, first: int) -> Feed:
    """Return the feed of ``batches``, of which the first one has the number ``first``."""
    numbered = Counted(batches, first)
    return Feed(numbered, lambda: numbered.taken)


def by_workers(workers: int, dataset: Any, **options: Any) -> Batches:
    """Return the whole batches of a PyTorch dataset, by a data loader with ``workers`` processes."""
    from torch.utils.data import DataLoader

    loader = DataLoader(dataset, batch_size=None, num_workers=workers, multiprocessing_context="fork", **options)
    return (batch.numpy() for batch in loader)


def of_workers(workers: int, batches: Callable[[int, int], Batches]) -> Batches:
    """Return the batches that ``batches(worker, workers)`` makes in each of ``workers`` processes, in turn."""
    from torch.utils.data import IterableDataset, get_worker_info

    class Share(IterableDataset[NDArray[np.int32]]):
        def __iter__(self) -> Batches:
            worker: Any = get_worker_info()
            return batches(worker.id, workers)

    return by_workers(workers, Share())


class Fetch:
    """A map-style dataset of PyTorch: ``fetch`` returns the batch of an array of indices."""

    def __init__(self, fetch: Callable[[NDArray[np.int64]], NDArray[np.int32]]) -> None:
        self._fetch = fetch

    def __getitem__(self, indices: NDArray[np.int64]) -> NDArray[np.int32]:
        return self._fetch(indices)


def random_access(items: int, fetch: Callable[[NDArray[np.int64]], NDArray[np.int32]], job: Job, first: int) -> Feed:
    """Return the feed of a reader that has its ``items`` contexts at random, many in one call of ``fetch``."""
    order = ShuffledBatches(items, job, first)
    if job.workers:
        return counted(by_workers(job.workers, Fetch(fetch), sampler=order), first)
    return counted((fetch(indices) for indices in order), first)
