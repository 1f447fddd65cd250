"""FindExtent: find the end of the corpus from the number of dropped seeds per unit, and check that no seed was lost."""

from collections import Counter
from collections.abc import Iterable

import apache_beam as beam
import numpy as np

from hyperphrase.corpus.request import CorpusRequest, Extent, extent

Count = tuple[dict[int, int], int]
_SEEN = -1  # key of the number of seeds seen, beside the unit indexes


class FindExtent(beam.PTransform):
    """PCollection[({unit index: seeds dropped in it}, seeds seen)] -> PCollection[Extent] of one element.

    Every drawn seed must be counted once: as dropped within its span, or as compared with other spans.
    """

    def __init__(self, request: CorpusRequest) -> None:
        super().__init__()
        self._request = request

    def expand(self, counts: beam.PCollection) -> beam.PCollection:
        return (
            counts
            | "AddCounts" >> beam.CombineGlobally(_AddCounts()).without_defaults()
            | "EndCorpus" >> beam.Map(_end, self._request)
        )


class _AddCounts(beam.CombineFn):
    """Sums counts as {unit: seeds dropped in it}, without units that drop none, so that partial sums stay small."""

    def create_accumulator(self) -> dict[int, int]:
        return {}

    def add_input(self, accumulator: dict[int, int], count: Count) -> dict[int, int]:
        dropped, seen = count
        for unit, seeds in (*dropped.items(), (_SEEN, seen)):
            accumulator[unit] = accumulator.get(unit, 0) + seeds
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[dict[int, int]]) -> dict[int, int]:
        total: Counter[int] = Counter()
        for accumulator in accumulators:
            total.update(accumulator)
        return dict(total)

    def extract_output(self, accumulator: dict[int, int]) -> dict[int, int]:
        return accumulator


def _end(sums: dict[int, int], request: CorpusRequest) -> Extent:
    drawn, seen = request.stop_seed - request.first_seed, sums[_SEEN]
    if seen != drawn:
        raise RuntimeError(f"counts do not match: {seen} seeds were compared, {drawn} were drawn")
    dropped = np.zeros(request.unit_count, np.int64)
    units = [unit for unit in sums if unit != _SEEN]
    dropped[units] = [sums[unit] for unit in units]
    return extent(request, dropped)
