"""The seeds of a corpus by place: the drawn range without the dropped seeds, computed and not stored."""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class KeptSeeds(Sequence[int]):
    """The seeds of the phrases of a corpus, ascending.

    ``seeds[i]`` is an int; ``seeds[i:j]`` and ``seeds[places]``, for an int64 array of places from 0 on, are uint64
    arrays.
    """

    def __init__(self, first_seed: int, stop_seed: int, dropped: NDArray[np.uint64]) -> None:
        """Take ``dropped``, uint64, ascending, out of first_seed..stop_seed-1."""
        self._first, self._stop, self._dropped = first_seed, stop_seed, dropped
        offsets = (dropped - np.uint64(first_seed)).astype(np.int64)
        self._kept_before = offsets - np.arange(len(offsets))  # the number of kept seeds before each dropped one

    def __len__(self) -> int:
        return self._stop - self._first - len(self._dropped)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice | NDArray[np.int64]) -> Any: ...
    def __getitem__(self, place: int | slice | NDArray[np.int64]) -> Any:
        if isinstance(place, np.ndarray):
            return self._at(place)
        places = range(len(self))[place]
        if isinstance(places, range):
            return self._at(np.arange(places.start, places.stop, places.step))
        return int(self._at(np.array([places]))[0])

    def _at(self, places: NDArray[np.int64]) -> NDArray[np.uint64]:
        if len(self._dropped):
            places = places + np.searchsorted(self._kept_before, places, side="right")
        return places.astype(np.uint64) + np.uint64(self._first)

    def __contains__(self, seed: object) -> bool:
        if not isinstance(seed, int | np.integer) or not self._first <= seed < self._stop:
            return False
        at = int(np.searchsorted(self._dropped, np.uint64(seed)))
        return at == len(self._dropped) or int(self._dropped[at]) != seed

    def index(self, seed: int, start: int = 0, stop: int | None = None) -> int:
        """Return the place of the phrase of ``seed``. Raises ValueError if there is none in start..stop-1."""
        place = seed - self._first - int(np.searchsorted(self._dropped, np.uint64(seed))) if seed in self else -1
        if place not in range(*slice(start, stop).indices(len(self))):
            raise ValueError(f"no phrase there has the seed {seed}")
        return place

    def __repr__(self) -> str:
        return f"KeptSeeds({self._first}..{self._stop - 1}, {len(self._dropped)} dropped)"
