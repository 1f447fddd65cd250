"""tf.data: the shards of phrases, read interleaved, parsed in batches, joined and cut into contexts.

Workers are threads of a pool of its own, and the batches prefetched; without workers the pool has one thread.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf

from benchmarks.readers.job import SEED, Feed, Job

PACKAGES = ("tensorflow-cpu",)
RECORDS = 1024  # that are parsed together
BUFFER = 1024  # contexts to shuffle among
READ = 8 << 20  # bytes that are read together


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    iterator = iter(_dataset(job))
    checkpoint = tf.train.Checkpoint(iterator=iterator)
    if state is not None:
        with tempfile.TemporaryDirectory() as folder:
            for name, data in state.items():
                Path(folder, name).write_bytes(data)
            checkpoint.read(f"{folder}/state").assert_consumed()

    def save() -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as folder:
            checkpoint.write(f"{folder}/state")
            return {path.name: path.read_bytes() for path in Path(folder).iterdir()}

    return Feed((batch.numpy() for batch in iterator), save)


def _dataset(job: Job) -> tf.data.Dataset:
    parallel = tf.data.AUTOTUNE if job.workers else None
    files = sorted(str(path) for path in job.folder.glob("shards/*.tfrecord"))
    dataset = tf.data.Dataset.from_tensor_slices(files).shuffle(len(files), SEED)
    dataset = dataset.interleave(
        lambda file: tf.data.TFRecordDataset(file, buffer_size=READ),
        cycle_length=min(len(files), 8),
        block_length=16,
        num_parallel_calls=parallel,
    )
    dataset = dataset.batch(RECORDS, num_parallel_calls=parallel).map(_tokens, num_parallel_calls=parallel)
    dataset = dataset.rebatch(job.length, drop_remainder=True).shuffle(BUFFER, SEED)
    dataset = dataset.batch(job.batch_size, drop_remainder=True).repeat(job.epochs)
    if job.workers:
        dataset = dataset.prefetch(tf.data.AUTOTUNE)
    options = tf.data.Options()
    options.deterministic = False
    options.threading.private_threadpool_size = max(1, job.workers)
    options.threading.max_intra_op_parallelism = 1
    return dataset.with_options(options)


def _tokens(records: tf.Tensor) -> tf.Tensor:
    """Return the ids of serialized Examples, joined."""
    examples = tf.io.parse_example(records, {"input_ids": tf.io.RaggedFeature(tf.int64)})
    return tf.cast(examples["input_ids"].flat_values, tf.int32)
