"""One file of tokens, mapped into memory, as nanoGPT has it; contexts in the order of a permutation.

nanoGPT takes contexts at random offsets, with replacement; a permutation delivers each token once in an epoch.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.readers.job import Feed, Job, random_access

PACKAGES = ("numpy",)


def prepare(tokens: NDArray[np.int32], folder: Path, length: int) -> None:
    """Write the files; see :mod:`benchmarks.readers.job`."""
    tokens.tofile(folder / "tokens.bin")


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    tokens = np.memmap(job.folder / "tokens.bin", np.int32, "r")
    contexts = tokens[: len(tokens) // job.length * job.length].reshape(-1, job.length)
    return random_access(len(contexts), contexts.__getitem__, job, state or 0)
