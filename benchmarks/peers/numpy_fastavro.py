"""numpy and fastavro: numpy draws by binary search, a set drops repetitions, fastavro writes; one core."""

from collections.abc import Iterator
from itertools import pairwise

import fastavro
import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.alias import zipf_weights
from benchmarks.work import Order, Work, read_order

PART = 1_000  # phrases drawn at a time
SCHEMA = {
    "type": "record",
    "name": "Phrase",
    "fields": [{"name": "ids", "type": {"type": "array", "items": "int"}}],
}


def main(order: Order) -> None:
    """Do the work."""
    records = ({"ids": ids.tolist()} for ids in distinct(order.work))
    with (order.output / "phrases.avro").open("wb") as stream:
        fastavro.writer(stream, SCHEMA, records, codec="null", sync_interval=1 << 20)


def distinct(work: Work) -> Iterator[NDArray[np.uint32]]:
    """Yield the ids of distinct phrases."""
    seen: set[bytes] = set()
    for ids in drawn(work):
        content = ids.tobytes()
        if content not in seen:
            seen.add(content)
            yield ids


def drawn(work: Work) -> Iterator[NDArray[np.uint32]]:
    """Yield the ids of phrases."""
    rng = np.random.default_rng(0)
    bounds = np.cumsum(zipf_weights(work.vocabulary))[:-1]
    for first in range(0, work.phrases, PART):
        lengths = rng.integers(work.shortest, work.longest + 1, min(PART, work.phrases - first))
        offsets = [0, *np.cumsum(lengths).tolist()]
        if work.law == "zipf":
            ids = np.searchsorted(bounds, rng.random(offsets[-1]), side="right").astype(np.uint32)
        else:
            ids = rng.integers(0, work.vocabulary, offsets[-1], np.uint32)
        for begin, end in pairwise(offsets):
            yield ids[begin:end]


if __name__ == "__main__":
    main(read_order(__doc__))
