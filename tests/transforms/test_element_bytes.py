"""What an element of the shuffle takes beside its keys, in the coder that the pipeline itself chooses."""

import apache_beam as beam
import pytest
from apache_beam.coders import coders
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from beam_pipeline.pipeline import apply_pipeline
from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.planning.work import ELEMENT_BYTES, POINTER_BYTES


@pytest.fixture
def coder(context_of):
    """The coder of (bucket, (span, run)) on its way to its bucket."""
    pipeline = beam.Pipeline()
    apply_pipeline(
        pipeline, context_of(), Deduplication(prefix=4, offset_bits=25, bucket_bits=15, span_units=1), "test"
    )
    proto, context = pipeline.to_runner_api(return_context=True)
    (grouped,) = [
        transform for transform in proto.components.transforms.values()
        if transform.unique_name.endswith("GroupByBucket")
    ]  # fmt: skip
    (keys,) = grouped.inputs.values()
    element = context.coders.get_by_id(proto.components.pcollections[keys].coder_id)
    return coders.WindowedValueCoder(element, coders.GlobalWindowCoder())


def encoded(coder, run):
    value = (31_000, (29_000, run))  # of 10^12 phrases: the last buckets and spans
    return len(coder.encode(WindowedValue(value, MIN_TIMESTAMP, (GlobalWindow(),))))


def test_what_stands_beside_the_keys_of_a_run(coder):
    assert ELEMENT_BYTES == encoded(coder, bytes(8192)) - 8192


def test_what_stands_for_a_run_in_a_file(coder):
    assert POINTER_BYTES == encoded(coder, (123_456, 8192))
