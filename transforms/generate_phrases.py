"""GeneratePhrases: the phrases that the corpus keeps, unit by unit.

An element is a unit and its dropped seeds, without symbols: the transforms that read it draw the phrases in chunks that
fit into the processor's cache. The symbols of a whole unit would take 100 MB, and some engines keep the elements
between two transforms in memory.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np

from hyperphrase.corpus.request import CorpusRequest, Extent, KeptPhrases
from hyperphrase.deduplication.duplicates import Deduplication

_UNITS = "units"
_NONE = np.empty(0, np.uint32)


class GeneratePhrases(beam.PTransform):
    """(PCollection[WorkUnit], PCollection[(span index, offsets to drop)], ...) -> PCollection[KeptPhrases].

    dedup: defines the spans; None if nothing is deduplicated. extent: PCollection[Extent] of one element; units beyond
    it give nothing, and if it is short, no unit does.
    """

    def __init__(self, request: CorpusRequest, dedup: Deduplication | None, extent: beam.PCollection) -> None:
        super().__init__()
        self._request, self._span_units, self._extent = request, dedup.span_units if dedup else 1, extent

    def expand(self, units_and_drops: Any) -> beam.PCollection:
        units, *drops = units_and_drops
        keyed = units | "KeyUnits" >> beam.Map(lambda unit, size: (unit.index // size, unit), self._span_units)
        return (
            {_UNITS: keyed, **{f"drops {i}": part for i, part in enumerate(drops)}}
            | "JoinDrops" >> beam.CoGroupByKey()  # (span index, {"units": [WorkUnit], "drops 0": [bytes], ...})
            | "KeepPhrases"
            >> beam.FlatMap(_keep, self._request, self._span_units, beam.pvalue.AsSingleton(self._extent))
        )


def _keep(
    joined: tuple[int, dict[str, Iterable[Any]]], request: CorpusRequest, span_units: int, extent: Extent
) -> Iterator[KeptPhrases]:
    index, sides = joined
    parts = [np.frombuffer(part, np.uint32) for side in sides if side != _UNITS for part in sides[side]]
    dropped = np.sort(np.concatenate([_NONE, *parts]))
    by_unit = dict(request.by_unit(request.span(index, span_units), dropped))
    for unit in sides[_UNITS]:
        if unit.index < extent.units:
            limit = extent.last_kept if unit.index == extent.units - 1 else None
            yield KeptPhrases(unit, by_unit.get(unit.index, _NONE).tobytes(), limit, extent.units)
