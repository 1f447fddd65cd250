"""GeneratePhrases: the phrases that the corpus keeps, unit by unit.

The element is the unit less its dropped seeds, not the symbols: whoever reads it draws them piece by piece, in a
buffer that stays in the cache. A block of a whole unit would be 100 MB, and some engines hold what passes between
two transforms.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np

from hyperphrase.corpus import Extent, KeptPhrases

_UNITS = "units"


class GeneratePhrases(beam.PTransform):
    """(PCollection[WorkUnit], PCollection[(unit index, offsets to drop)], ...) -> PCollection[KeptPhrases].

    extent: PCollection[Extent] of one element; units beyond it, and all units if it is short, give nothing.
    """

    def __init__(self, extent: beam.PCollection) -> None:
        super().__init__()
        self._extent = extent

    def expand(self, units_and_drops: Any) -> beam.PCollection:
        units, *drops = units_and_drops
        keyed = units | "KeyUnits" >> beam.Map(lambda unit: (unit.index, unit))
        return (
            {_UNITS: keyed, **{f"drops {i}": some for i, some in enumerate(drops)}}
            | "JoinDrops" >> beam.CoGroupByKey()  # (unit index, {"units": [WorkUnit], "drops 0": [bytes], ...})
            | "KeepPhrases" >> beam.FlatMap(_keep, beam.pvalue.AsSingleton(self._extent))
        )


def _keep(joined: tuple[int, dict[str, Iterable[Any]]], extent: Extent) -> Iterator[KeptPhrases]:
    index, sides = joined
    if index >= extent.units:
        return
    (unit,) = sides[_UNITS]
    dropped = np.frombuffer(b"".join(part for side in sides if side != _UNITS for part in sides[side]), np.uint32)
    limit = extent.last_kept if index == extent.units - 1 else None
    yield KeptPhrases(unit, np.sort(dropped).tobytes(), limit, extent.units)
