"""FindDuplicates: for each unit, the seeds whose phrase a seed of another unit gave first."""

from collections.abc import Iterable, Iterator

import apache_beam as beam

from hyperphrase.duplicates import Deduplication, duplicates_in_bucket
from transforms.context import Site


class FindDuplicates(beam.PTransform):
    """PCollection[(bucket, (unit index, keys))] -> PCollection[(unit index, offsets to drop)]."""

    def __init__(self, site: Site, how: Deduplication) -> None:
        super().__init__()
        self._site, self._how = site, how

    def expand(self, keys: beam.PCollection) -> beam.PCollection:
        return (
            keys
            | "GroupByBucket" >> beam.GroupByKey()  # (bucket, [(unit index, keys)])
            | "CompareCandidates" >> beam.FlatMap(_compare, self._site, self._how)
        )


def _compare(
    bucket: tuple[int, Iterable[tuple[int, bytes]]], site: Site, how: Deduplication
) -> Iterator[tuple[int, bytes]]:
    _, parts = bucket
    units = ((site.request.unit(index), keys) for index, keys in parts)
    for unit, offsets in duplicates_in_bucket(site.phrases(), units, how):
        yield unit.index, offsets.tobytes()
