"""ExpandSeeds: divide the seed range into units and distribute them over the workers."""

from collections.abc import Iterator

import apache_beam as beam

from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.phrases.phrases import WorkUnit

_GROUP = 1024  # units per element of Create, so that the pipeline graph stays small for any corpus


class ExpandSeeds(beam.PTransform):
    """Pipeline -> PCollection[WorkUnit]: the units of the drawn range."""

    def __init__(self, request: CorpusRequest) -> None:
        super().__init__()
        self._request = request

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        groups = range(0, self._request.unit_count, _GROUP)
        return (
            pipeline
            | "StartGroups" >> beam.Create(list(groups))  # first index of each group
            | "ExpandGroups" >> beam.FlatMap(_units, self._request)  # WorkUnit
            | "SpreadUnits" >> beam.Reshuffle()
        )


def _units(first: int, request: CorpusRequest) -> Iterator[WorkUnit]:
    for index in range(first, min(first + _GROUP, request.unit_count)):
        yield request.unit(index)
