"""Where the phrases of a corpus stand in its stream of tokens: all phrases in a row, each with its special symbols.

The manifest says how many symbols each unit has. Inside a unit, the position of every 32nd phrase is kept; it is
computed from the phrases' lengths when the unit is first asked for. So a plan of any corpus with shards is made at
once, and an index of 10^9 phrases has 125 MB when all of it has been used.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.in_threads import in_threads
from hyperphrase.kernels import kernel
from hyperphrase.numbers.batch import owner_of
from hyperphrase.training.source import PhraseSource

GROUP = 32  # phrases whose first one's position is kept
_MOST_NARROW = (1 << 32) - 1  # tokens of a unit whose positions have 32 bits
_UNIT = 1 << 16  # phrases of a unit, where the manifest has none


class _Index(NamedTuple):
    """What is known of the units: int64, (units + 1,) each, but for ``inside`` and ``known``.

    places, tokens: phrases, and tokens, before each unit and in all. first_group: groups of phrases before each unit.
    inside: uint32, or int64 for huge units, (groups,), where the first phrase of each group begins in its unit. known:
    bool, (units,), of which units that is written.
    """

    places: NDArray[np.int64]
    tokens: NDArray[np.int64]
    first_group: NDArray[np.int64]
    inside: NDArray[Any]
    known: NDArray[np.bool_]


class Ranges(NamedTuple):
    """Ranges of places, each of which covers a range of tokens: int64, (n,) each.

    first, stop: places, half open. tokens: the position of the first token of ``first``.
    """

    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    tokens: NDArray[np.int64]


class TokenPositions:
    """The positions of the phrases of ``source``, each with ``extra`` special symbols."""

    def __init__(self, source: PhraseSource, extra: int) -> None:
        self._source, self._extra = source, extra
        given = source.units()
        places = np.append(np.arange(0, source.count, _UNIT), source.count) if given is None else given[0]
        groups = np.append(0, np.cumsum(-(-np.diff(places) // GROUP)))
        most = int(np.diff(places).max(initial=0)) * (source.longest + extra)  # tokens of a unit
        inside = np.zeros(
            int(groups[-1]), np.uint32 if most <= _MOST_NARROW else np.int64
        )  # unused, it takes no memory
        tokens = np.zeros(len(places), np.int64) if given is None else given[1] + extra * places
        self._index = _Index(places, tokens, groups, inside, np.zeros(len(places) - 1, np.bool_))
        if given is None:
            units = np.arange(len(places) - 1)
            tokens[1:] = np.cumsum(self._learn(units))

    @property
    def total(self) -> int:
        """The number of tokens in the stream."""
        return int(self._index.tokens[-1])

    def around(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Ranges:
        """Return for each range of tokens, not empty, a range of places that covers it.

        begins, ends: int64, (n,), half open.
        """
        found = Ranges(np.empty_like(begins), np.empty_like(begins), np.empty_like(begins))
        if not _find(begins, ends, self._index, found):
            tokens = self._index.tokens
            units = np.searchsorted(tokens, [begins, ends - 1], side="right") - 1
            self._learn(np.unique(units[~self._index.known[units]]))
            _find(begins, ends, self._index, found)
        return found

    def _learn(self, units: NDArray[np.int64]) -> list[int]:
        """Keep the positions in ``units``; return the tokens of each. Threads that do it at once write the same."""
        tokens = in_threads(self._count, units.tolist())
        self._index.known[units] = True
        return tokens

    def _count(self, unit: int) -> int:
        """Write the positions in ``unit``, from its first token, and return its tokens."""
        places, _, first_group, inside, _ = self._index
        sizes = self._source.lengths(np.arange(places[unit], places[unit + 1])) + self._extra
        ends = np.cumsum(sizes)
        inside[first_group[unit] : first_group[unit + 1]] = ends[::GROUP] - sizes[::GROUP]
        return int(ends[-1]) if len(ends) else 0


@kernel
def _find(begins: NDArray[np.int64], ends: NDArray[np.int64], index: _Index, found: Ranges) -> bool:
    """Write the ranges of places; stop, and return False, at the first unit that is not known."""
    places, tokens, first_group, inside, known = index
    for i in range(len(begins)):
        begin, last = begins[i], ends[i] - 1
        unit = owner_of(begin, tokens)
        end_unit = unit if last < tokens[unit + 1] else owner_of(last, tokens)
        if not (known[unit] and known[end_unit]):
            return False
        groups = inside[first_group[unit] : first_group[unit + 1]]
        group = owner_of(begin - tokens[unit], groups)
        found.first[i] = places[unit] + group * GROUP
        found.tokens[i] = tokens[unit] + groups[group]
        group = owner_of(last - tokens[end_unit], inside[first_group[end_unit] : first_group[end_unit + 1]])
        found.stop[i] = min(places[end_unit] + (group + 1) * GROUP, places[end_unit + 1])
    return True
