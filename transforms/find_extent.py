"""FindExtent: where the corpus ends, once it is known how many seeds each unit drops."""

from collections.abc import Iterable

import apache_beam as beam
import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus import CorpusRequest, Extent, extent


class FindExtent(beam.PTransform):
    """PCollection[(unit index, offsets to drop)] -> PCollection[Extent] of one element.

    seen: PCollection[int], whose sum has to be the number of seeds drawn; None where nothing is compared.
    """

    def __init__(self, request: CorpusRequest, seen: beam.PCollection | None = None) -> None:
        super().__init__()
        self._request, self._seen = request, seen

    def expand(self, drops: beam.PCollection) -> beam.PCollection:
        drawn = self._request.stop_seed - self._request.first_seed
        seen = self._seen and beam.pvalue.AsSingleton(self._seen | "SumSeen" >> beam.CombineGlobally(sum))
        return (
            drops
            | "CountDrops" >> beam.Map(lambda drop: (drop[0], len(drop[1]) // 4))  # (unit index, dropped)
            | "SumDrops" >> beam.CombineGlobally(_DropsByUnit(self._request.unit_count))
            | "EndCorpus" >> beam.Map(_end, self._request, seen or drawn)
        )


class _DropsByUnit(beam.CombineFn):
    """Sums (unit index, dropped) into an array over all units."""

    def __init__(self, units: int) -> None:
        self._units = units

    def create_accumulator(self) -> NDArray[np.int64]:
        return np.zeros(self._units, np.int64)

    def add_input(self, accumulator: NDArray[np.int64], drop: tuple[int, int]) -> NDArray[np.int64]:
        accumulator[drop[0]] += drop[1]
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
        return np.asarray(np.sum(list(accumulators), axis=0))

    def extract_output(self, accumulator: NDArray[np.int64]) -> bytes:
        return accumulator.tobytes()


def _end(dropped: bytes, request: CorpusRequest, seen: int) -> Extent:
    drawn = request.stop_seed - request.first_seed
    if seen != drawn:
        raise RuntimeError(f"counts do not agree: {seen} seeds were compared of {drawn} drawn")
    return extent(request, np.frombuffer(dropped, np.int64))
