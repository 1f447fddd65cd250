"""MosaicML streaming: a sample is a context packed beforehand, in MDS files; shuffled by the library's ``py1e``."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from streaming import MDSWriter, StreamingDataLoader, StreamingDataset

from benchmarks.readers.job import SEED, Feed, Job, epochs, stateful

PACKAGES = ("mosaicml-streaming", "torch", "numpy")


def prepare(tokens: NDArray[np.int32], folder: Path, length: int) -> None:
    """Write the files; see :mod:`benchmarks.readers.job`."""
    with MDSWriter(out=str(folder / "mds"), columns={"input_ids": f"ndarray:int32:{length}"}) as writer:
        for at in range(0, len(tokens) - length + 1, length):
            writer.write({"input_ids": tokens[at : at + length]})


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    dataset = StreamingDataset(
        local=str(job.folder / "mds"), batch_size=job.batch_size, shuffle=True, shuffle_algo="py1e", shuffle_seed=SEED
    )
    loader = stateful(StreamingDataLoader, dataset, job, state)
    return Feed((batch["input_ids"].numpy() for _ in epochs(job) for batch in loader), loader.state_dict)
