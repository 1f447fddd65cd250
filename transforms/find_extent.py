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
        units = self._request.unit_count
        counts = [drops | "CountDrops" >> beam.Map(lambda drop: (drop[0], len(drop[1]) // 4))]  # (unit index, dropped)
        if self._seen is not None:
            counts.append(self._seen | "KeySeen" >> beam.Map(lambda seen: (units, seen)))
        return (
            counts
            | "AllCounts" >> beam.Flatten()
            | "AddCounts" >> beam.CombineGlobally(_AddByIndex(units + 1))
            | "EndCorpus" >> beam.Map(_end, self._request, self._seen is not None)
        )


class _AddByIndex(beam.CombineFn):
    """Adds up (index, number) into an int64 array of ``size``: one number a unit, and the seeds seen."""

    def __init__(self, size: int) -> None:
        self._size = size

    def create_accumulator(self) -> NDArray[np.int64]:
        return np.zeros(self._size, np.int64)

    def add_input(self, accumulator: NDArray[np.int64], count: tuple[int, int]) -> NDArray[np.int64]:
        accumulator[count[0]] += count[1]
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
        return np.asarray(np.sum(list(accumulators), axis=0))

    def extract_output(self, accumulator: NDArray[np.int64]) -> bytes:
        return accumulator.tobytes()


def _end(sums: bytes, request: CorpusRequest, compared: bool) -> Extent:
    counts = np.frombuffer(sums, np.int64)
    drawn = request.stop_seed - request.first_seed
    if compared and counts[-1] != drawn:
        raise RuntimeError(f"counts do not agree: {counts[-1]} seeds were compared of {drawn} drawn")
    return extent(request, counts[:-1])
