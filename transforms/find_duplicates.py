"""FindDuplicates: for each span, the seeds whose phrase a seed of another span gave first."""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam

from hyperphrase.duplicates import Deduplication, duplicates_in_bucket
from transforms.context import Site
from transforms.fingerprint_phrases import COUNTS, DROPS
from transforms.key_runs import KeyRun, take_run


class FindDuplicates(beam.PTransform):
    """PCollection[(bucket, (span index, run))] -> drops: (span index, offsets to drop); counts.

    Counts are, for each bucket, ({unit index: seeds dropped in it}, seeds compared).
    """

    def __init__(self, site: Site, how: Deduplication) -> None:
        super().__init__()
        self._site, self._how = site, how

    def expand(self, keys: beam.PCollection) -> Any:
        return (
            keys
            | "GroupByBucket" >> beam.GroupByKey()  # (bucket, [(span index, run)])
            | "CompareCandidates" >> beam.FlatMap(_compare, self._site, self._how).with_outputs(DROPS, COUNTS)
        )


def _compare(bucket: tuple[int, Iterable[tuple[int, KeyRun]]], site: Site, how: Deduplication) -> Iterator[Any]:
    request = site.request
    parts = [(request.span(index, how.span_units), take_run(site, index, run)) for index, run in bucket[1]]
    counts: dict[int, int] = {}
    for span, dropped in duplicates_in_bucket(site.phrases(), parts, how):
        counts |= request.counts_by_unit(span, dropped)
        yield beam.pvalue.TaggedOutput(DROPS, (span.index, dropped.tobytes()))
    yield beam.pvalue.TaggedOutput(COUNTS, (counts, sum(len(keys) for _, keys in parts) // 8))
