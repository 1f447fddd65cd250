"""FindDuplicates: for each span, the seeds whose phrase an earlier seed of another span also gives."""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam

from hyperphrase.deduplication.duplicates import Deduplication, duplicates_in_bucket
from transforms.fingerprint_phrases import COUNTS, DROPS
from transforms.worker.context import CorpusContext
from transforms.worker.key_runs import KeyRun, load_run


class FindDuplicates(beam.PTransform):
    """PCollection[(bucket, (span index, run))] -> drops: (span index, offsets to drop); counts.

    Counts are, for each bucket, ({unit index: seeds dropped in it}, seeds compared).
    """

    def __init__(self, context: CorpusContext, dedup: Deduplication) -> None:
        super().__init__()
        self._context, self._dedup = context, dedup

    def expand(self, keys: beam.PCollection) -> Any:
        return (
            keys
            | "GroupByBucket" >> beam.GroupByKey()  # (bucket, [(span index, run)])
            | "CompareCandidates" >> beam.FlatMap(_compare, self._context, self._dedup).with_outputs(DROPS, COUNTS)
        )


def _compare(
    bucket: tuple[int, Iterable[tuple[int, KeyRun]]], context: CorpusContext, dedup: Deduplication
) -> Iterator[Any]:
    request = context.request
    parts = [(request.span(index, dedup.span_units), load_run(context, index, run)) for index, run in bucket[1]]
    counts: dict[int, int] = {}
    for span, dropped in duplicates_in_bucket(context.phrases(), parts, dedup):
        counts |= request.counts_by_unit(span, dropped)
        yield beam.pvalue.TaggedOutput(DROPS, (span.index, dropped.tobytes()))
    yield beam.pvalue.TaggedOutput(COUNTS, (counts, sum(len(keys) for _, keys in parts) // 8))
