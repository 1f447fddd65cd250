"""hyperphrase: a stream of a corpus's contexts, drawn again (variant ``virtual``) or read from its shards (``shards``).

A batch has three arrays; ``input_ids`` alone is delivered, or, in variants with ``+``, all of them by the workers too.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.readers.job import Feed, Job, counted, of_workers
from hyperphrase import Corpus

PACKAGES = ("numpy", "numba")


def feed(job: Job, state: Any) -> Feed:
    ...
