"""LitData: tokens in chunks made by ``optimize``, cut into contexts by ``TokensLoader``; chunks are shuffled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from litdata import StreamingDataLoader, StreamingDataset, TokensLoader, optimize
from numpy.typing import NDArray

from benchmarks.readers.job import SEED, Feed, Job, epochs, stateful

PACKAGES = ("litdata", "torch")
CHUNK = 4096  # contexts in a file: 16 MiB with contexts of 1,024
_TOGETHER = 256  # contexts that are handed over at a time


def prepare(tokens: NDArray[np.int32], folder: Path, length: int) -> None:
    """Write the files; see :mod:`benchmarks.readers.job`."""
    source = folder / "source.bin"
    tokens.tofile(source)
    step = _TOGETHER * length
    optimize(
        _tokens,
        [(str(source), at, min(step, len(tokens) - at)) for at in range(0, len(tokens), step)],
        str(folder / "chunks"),
        chunk_size=CHUNK * length,
        num_workers=1,
        item_loader=TokensLoader(length),
        reorder_files=False,
        keep_data_ordered=True,
        verbose=False,
    )
    source.unlink()


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    dataset = StreamingDataset(
        str(job.folder / "chunks"), item_loader=TokensLoader(job.length), shuffle=True, drop_last=True, seed=SEED
    )
    loader = stateful(StreamingDataLoader, dataset, job, state)
    return Feed((batch.numpy() for _ in epochs(job) for batch in loader), loader.state_dict)


def _tokens(part: tuple[str, int, int]) -> Iterator[torch.Tensor]:
    """Yield a part of a file of tokens: (path, first token, tokens)."""
    path, first, count = part
    yield torch.from_numpy(np.fromfile(path, np.int32, count, offset=4 * first))
