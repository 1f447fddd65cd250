"""FindExtent: where the corpus ends, once it is known how many seeds each unit drops, and that none was lost."""

from collections.abc import Iterable

import apache_beam as beam
import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus import CorpusRequest, Extent, extent

Count = tuple[int, int, int]


class FindExtent(beam.PTransform):
    """PCollection[(unit index, seeds dropped in it, seeds seen)] -> PCollection[Extent] of one element.

    Every drawn seed has to be seen once: dropped in its unit, or compared with those of other units.
    """

    def __init__(self, request: CorpusRequest) -> None:
        super().__init__()
        self._request = request

    def expand(self, counts: beam.PCollection) -> beam.PCollection:
        return (
            counts
            | "AddCounts" >> beam.CombineGlobally(_AddCounts(self._request.unit_count)).without_defaults()
            | "EndCorpus" >> beam.Map(_end, self._request)
        )


class _AddCounts(beam.CombineFn):
    """Adds up counts into an int64 array: the seeds dropped in each unit, and last all seeds seen."""

    def __init__(self, units: int) -> None:
        self._units = units

    def create_accumulator(self) -> NDArray[np.int64]:
        return np.zeros(self._units + 1, np.int64)

    def add_input(self, accumulator: NDArray[np.int64], count: Count) -> NDArray[np.int64]:
        unit, dropped, seen = count
        accumulator[unit] += dropped
        accumulator[-1] += seen
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
        return np.asarray(np.sum(list(accumulators), axis=0))

    def extract_output(self, accumulator: NDArray[np.int64]) -> bytes:
        return accumulator.tobytes()


def _end(sums: bytes, request: CorpusRequest) -> Extent:
    counts = np.frombuffer(sums, np.int64)
    drawn = request.stop_seed - request.first_seed
    if counts[-1] != drawn:
        raise RuntimeError(f"counts do not agree: {counts[-1]} seeds were compared of {drawn} drawn")
    return extent(request, counts[:-1])
