"""Where the phrases of a corpus stand in its stream of tokens: all phrases in a row, each with its special symbols.

The manifest says how many symbols each unit has. Inside a unit, the position of every 64th phrase is kept; it is
computed from the phrases' lengths when the unit is first asked for. So a plan of any corpus with shards is made at
once, and an index of 10^9 phrases has 125 MB when all of it has been used.
"""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.in_threads import in_threads
from hyperphrase.kernels import kernel
from hyperphrase.numbers.batch import owner_of
from hyperphrase.training.source import PhraseSource

GROUP = 64  # phrases whose first one's position is kept
_UNIT = 1 << 16  # phrases of a unit, where the manifest has none


class TokenPositions:
    """The positions of the phrases of ``source``, each with ``extra`` special symbols."""

    def __init__(self, source: PhraseSource, extra: int) -> None:
        self._source, self._extra = source, extra
        given = source.units()
        bounds = np.append(np.arange(0, source.count, _UNIT), source.count) if given is None else given[0]
        self._places = np.asarray(bounds, np.int64)
        groups = -(-np.diff(self._places) // GROUP)
        self._first_group = np.append(0, np.cumsum(groups))
        self._inside = np.zeros(int(self._first_group[-1]), np.int64)  # memory that is not used yet takes none
        self._known = np.zeros(len(groups), np.bool_)
        self._tokens = np.zeros(len(self._places), np.int64)
        if given is None:
            self._count_all()
        else:
            self._tokens = given[1] + extra * self._places

    @property
    def total(self) -> int:
        """The number of tokens in the stream."""
        return int(self._tokens[-1])

    def around(
        self, begins: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return for each range of tokens, not empty, a range of places that covers it, and where its first one begins.

        begins, ends: int64, (n,), half open. Returns first place, stop place, position of the first place's first
        token: int64, (n,) each.
        """
        first_units = np.searchsorted(self._tokens, begins, side="right") - 1
        last_units = np.searchsorted(self._tokens, ends, side="left") - 1
        self._learn(np.concatenate([units[~self._known[units]] for units in (first_units, last_units)]))
        first, stop, tokens = np.empty_like(begins), np.empty_like(begins), np.empty_like(begins)
        for units, positions, found in ((last_units, ends - 1, stop), (first_units, begins, first)):
            _find_groups(positions, units, self._tokens, self._first_group, self._inside, found, tokens)
        places = self._places[first_units] + (first - self._first_group[first_units]) * GROUP
        after = self._places[last_units] + (stop + 1 - self._first_group[last_units]) * GROUP
        return places, np.minimum(after, self._places[last_units + 1]), tokens

    def _learn(self, units: NDArray[np.int64]) -> None:
        """Keep the positions in ``units``. Threads that do it at once write the same numbers."""
        new = np.unique(units)
        in_threads(self._count, new.tolist())
        self._known[new] = True

    def _count(self, unit: int) -> int:
        """Write the positions in ``unit``, from its first token, and return its tokens."""
        sizes = self._source.lengths(np.arange(self._places[unit], self._places[unit + 1])) + self._extra
        ends = np.cumsum(sizes)
        groups = slice(self._first_group[unit], self._first_group[unit + 1])
        self._inside[groups] = ends[::GROUP] - sizes[::GROUP]
        return int(ends[-1]) if len(ends) else 0

    def _count_all(self) -> None:
        self._tokens[1:] = np.cumsum(in_threads(self._count, range(len(self._known))))
        self._known[:] = True


@kernel
def _find_groups(
    positions: NDArray[np.int64],
    units: NDArray[np.int64],
    tokens: NDArray[np.int64],
    first_group: NDArray[np.int64],
    inside: NDArray[np.int64],
    found: NDArray[np.int64],
    begins: NDArray[np.int64],
) -> None:
    """Write the number of the group that holds each position, and the position of the group's first token."""
    for i in range(len(positions)):
        unit = units[i]
        first = first_group[unit]
        found[i] = first + owner_of(positions[i] - tokens[unit], inside[first : first_group[unit + 1]])
        begins[i] = tokens[unit] + inside[found[i]]
