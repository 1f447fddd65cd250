"""FindDuplicates: for each unit, the seeds whose phrase a seed of another unit gave first."""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam

from hyperphrase.duplicates import Deduplication, duplicates_in_bucket
from transforms.context import Site
from transforms.fingerprint_phrases import DROPS
from transforms.key_runs import KeyRun, take_run

#: Output tag, beside DROPS.
COMPARED = "compared"


class FindDuplicates(beam.PTransform):
    """PCollection[(bucket, (unit index, run))] -> drops: (unit index, offsets to drop); compared: keys of a bucket.

    The numbers of compared keys, and of what units dropped before, add up to the seeds drawn: FindExtent checks it.
    """

    def __init__(self, site: Site, how: Deduplication) -> None:
        super().__init__()
        self._site, self._how = site, how

    def expand(self, keys: beam.PCollection) -> Any:
        return (
            keys
            | "GroupByBucket" >> beam.GroupByKey()  # (bucket, [(unit index, run)])
            | "CompareCandidates" >> beam.FlatMap(_compare, self._site, self._how).with_outputs(DROPS, COMPARED)
        )


def _compare(bucket: tuple[int, Iterable[tuple[int, KeyRun]]], site: Site, how: Deduplication) -> Iterator[Any]:
    parts = [(site.request.unit(index), take_run(site, index, run)) for index, run in bucket[1]]
    for unit, offsets in duplicates_in_bucket(site.phrases(), parts, how):
        yield beam.pvalue.TaggedOutput(DROPS, (unit.index, offsets.tobytes()))
    yield beam.pvalue.TaggedOutput(COMPARED, sum(len(keys) for _, keys in parts) // 8)
