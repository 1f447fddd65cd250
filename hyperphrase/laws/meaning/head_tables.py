"""The heads of softmax tables: for each point an alias table of the words that are most probable there, and the rest.

A column holds the ids of its two words, so that a draw reads one number of 64 bits from memory, and where 22 of its
random bits do not decide (once in 2^22 draws), a second one.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import bare_kernel, inline_kernel, kernel
from hyperphrase.numbers.alias_table import AliasTable

COLUMN_BITS = 13
COLUMNS = 1 << COLUMN_BITS  #: of a point's alias table: its head has at most one word less
REST = 1 << 20  #: means the rest in the place of a word's id: all ids are lower
_SHORT = 18  # bits of a threshold that the tails have
_ID_BITS = 21
_ID = np.uint64((1 << _ID_BITS) - 1)
_HEAD_BITS = 22  # of a threshold that the entries have


class Heads(NamedTuple):
    """The alias tables of C points, of columns that hold words' ids.

    entries: uint64, shape (C, 8192): of each column the top 22 of 40 bits of its threshold, its own id and its alias's,
    21 bits each. tails: uint32, shape (C, 8192): the other 18 bits.
    """

    entries: NDArray[np.uint64]
    tails: NDArray[np.uint32]


def pack(table: AliasTable, ids: NDArray[np.uint32], entries: NDArray[np.uint64], tails: NDArray[np.uint32]) -> None:
    """Write an alias table of places in ``ids`` as one of the ids themselves, a point's row of :class:`Heads`."""
    alias = ids[table.entries & np.uint32(COLUMNS - 1)].astype(np.uint64)
    head = (table.entries >> np.uint32(COLUMN_BITS)).astype(np.uint64)
    threshold = (head << np.uint64(8 + COLUMN_BITS)) | table.tails
    entries[:] = ((threshold >> np.uint64(_SHORT)) << np.uint64(2 * _ID_BITS)) | (
        ids.astype(np.uint64) << np.uint64(_ID_BITS)
    )
    entries |= alias
    tails[:] = threshold & np.uint64((1 << _SHORT) - 1)


@inline_kernel
def head_or_rest(first: Any, second: Any, heads: Heads, point: Any) -> Any:
    """Return the id that two words of 32 random bits draw from the table of ``point``; REST for the rest."""
    column = first >> np.uint32(32 - COLUMN_BITS)
    fraction = (np.uint64(first & np.uint32((1 << (32 - COLUMN_BITS)) - 1)) << np.uint64(8 + COLUMN_BITS)) | np.uint64(
        second >> np.uint32(24 - COLUMN_BITS)
    )  # 40 bits
    entry = heads.entries[point, column]
    head, top = entry >> np.uint64(2 * _ID_BITS), fraction >> np.uint64(_SHORT)
    own = top < head
    if top == head:
        own = (fraction & np.uint64((1 << _SHORT) - 1)) < np.uint64(heads.tails[point, column])
    return (entry >> np.uint64(_ID_BITS if own else 0)) & _ID


@kernel
def look_up_heads(
    firsts: NDArray[np.uint32],
    seconds: NDArray[np.uint32],
    points: NDArray[np.uint32],
    heads: Heads,
    found: NDArray[np.uint64],
    out: NDArray[np.uint32],
) -> None:
    """Write :func:`head_or_rest` of each of the words and points, all of shape (n,), into ``out``.

    found: shape (n,), overwritten. What takes time are the loads from memory, so a loop of its own does nothing else.
    """
    if _look_up(firsts, seconds, points, heads.entries.reshape(-1), found, out):
        for i in range(len(out)):
            out[i] = head_or_rest(firsts[i], seconds[i], heads, points[i])


@bare_kernel
def _look_up(
    firsts: NDArray[np.uint32],
    seconds: NDArray[np.uint32],
    points: NDArray[np.uint32],
    entries: NDArray[np.uint64],
    found: NDArray[np.uint64],
    out: NDArray[np.uint32],
) -> bool:
    """Look up by 22 bits of each fraction; tell whether any is equal to its threshold's."""
    for i in range(len(out)):
        column = np.uint64(firsts[i] >> np.uint32(32 - COLUMN_BITS))
        found[i] = entries[(np.uint64(points[i]) << np.uint64(COLUMN_BITS)) | column]
    ties = np.int64(0)
    for i in range(len(out)):
        top = (np.uint64(firsts[i]) << np.uint64(_HEAD_BITS - (32 - COLUMN_BITS))) & np.uint64((1 << _HEAD_BITS) - 1)
        top |= np.uint64(seconds[i]) >> np.uint64(32 - _HEAD_BITS + (32 - COLUMN_BITS))
        head = found[i] >> np.uint64(2 * _ID_BITS)
        ties += top == head
        out[i] = np.uint32((found[i] >> np.uint64(_ID_BITS)) & _ID) if top < head else np.uint32(found[i] & _ID)
    return bool(ties > 0)
