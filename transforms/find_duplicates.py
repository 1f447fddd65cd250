"""FindDuplicates: for each unit, the seeds whose phrase a seed of another span gave first."""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam

from hyperphrase.duplicates import Deduplication, duplicates_in_bucket
from transforms.context import Site
from transforms.fingerprint_phrases import COUNTS, DROPS
from transforms.key_runs import KeyRun, take_run


class FindDuplicates(beam.PTransform):
    """PCollection[(bucket, (span index, run))] -> drops: (unit index, offsets to drop); counts.

    Counts are (unit index, seeds dropped in it, 0), and for each bucket (0, 0, seeds compared).
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
    for span, dropped in duplicates_in_bucket(site.phrases(), parts, how):
        for index, offsets in request.by_unit(span, dropped):
            yield beam.pvalue.TaggedOutput(DROPS, (index, offsets.tobytes()))
            yield beam.pvalue.TaggedOutput(COUNTS, (index, len(offsets), 0))
    yield beam.pvalue.TaggedOutput(COUNTS, (0, 0, sum(len(keys) for _, keys in parts) // 8))
