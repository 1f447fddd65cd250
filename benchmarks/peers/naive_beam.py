"""The usual Beam pipeline: an element is a phrase; Create, draw, Distinct, WriteToTFRecord, on Beam's FnApiRunner."""

from collections.abc import Iterator

import apache_beam as beam
import numpy as np
from apache_beam.options.pipeline_options import PipelineOptions

from beam_pipeline.engines.beam_fixes import fix_beam
from benchmarks.peers.alias import zipf_weights
from benchmarks.peers.tf_example import example, varint
from benchmarks.work import Order, Work, read_order


def main(order: Order) -> None:
    """Do the work."""
    fix_beam()  # several workers may lose elements else
    options = PipelineOptions(
        runner="FnApiRunner", direct_num_workers=order.workers, direct_running_mode="multi_threading"
    )
    with beam.Pipeline(options=options) as pipeline:
        (
            pipeline
            | beam.Create(range(order.work.phrases))
            | beam.ParDo(Draw(order.work))
            | beam.Distinct()
            | beam.io.WriteToTFRecord(str(order.output / "phrases"), file_name_suffix=".tfrecord")
        )


class Draw(beam.DoFn):
    """Seed -> the ``tf.train.Example`` of its phrase."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    def setup(self) -> None:
        """Make the tables."""
        self._bounds = np.cumsum(zipf_weights(self._work.vocabulary))[:-1]
        self._varints = [varint(word_id) for word_id in range(self._work.vocabulary)]

    def process(self, seed: int) -> Iterator[bytes]:
        """Yield the one Example."""
        work, rng = self._work, np.random.default_rng(seed)
        length = rng.integers(work.shortest, work.longest + 1)
        if work.law == "zipf":
            ids = np.searchsorted(self._bounds, rng.random(length), side="right")
        else:
            ids = rng.integers(0, work.vocabulary, length)
        yield example(b"".join([self._varints[word_id] for word_id in ids.tolist()]))


if __name__ == "__main__":
    main(read_order(__doc__))
