"""Grain over ArrayRecord: a record is a context packed beforehand, as bytes; records in the order of a permutation.

Threads read ahead, as many as the library takes by default, in each worker or, without workers, in this process.
"""

from pathlib import Path
from typing import Any

import grain
import numpy as np
from absl import flags
from array_record.python.array_record_module import ArrayRecordWriter
from numpy.typing import NDArray

from benchmarks.readers.job import SEED, Feed, Job

PACKAGES = ("grain", "array-record")
flags.FLAGS.mark_as_parsed()  # as absl's app.run does; Grain's workers refuse to start without
FILES = 8


def prepare(tokens: NDArray[np.int32], folder: Path, length: int) -> None:
    """Write the files; see :mod:`benchmarks.readers.job`."""
    contexts = len(tokens) // length
    for number in range(FILES):
        writer = ArrayRecordWriter(str(folder / f"contexts-{number:02}.array_record"), "group_size:1,uncompressed")
        for context in range(number * contexts // FILES, (number + 1) * contexts // FILES):
            writer.write(tokens[context * length : (context + 1) * length].tobytes())
        writer.close()


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    files = sorted(str(path) for path in job.folder.glob("*.array_record"))
    records = grain.MapDataset.source(grain.sources.ArrayRecordDataSource(files)).shuffle(SEED)
    contexts = records.map(_ids).batch(job.batch_size, drop_remainder=True).repeat(job.epochs)
    dataset = contexts.to_iter_dataset()
    if job.workers:
        dataset = dataset.mp_prefetch(grain.MultiprocessingOptions(num_workers=job.workers))
    iterator = iter(dataset)
    if state is not None:
        iterator.set_state(state)
    return Feed(iterator, iterator.get_state)


def _ids(record: bytes) -> NDArray[np.int32]:
    return np.frombuffer(record, np.int32)
