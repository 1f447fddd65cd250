"""Blocks: many phrases in three columns, the unit that every kernel and codec works on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PhraseBlock:
    """Phrases in columns, ascending by seed where they come from a corpus.

    ids: uint32, shape (symbols,), the hyperword ids of all phrases, one phrase after the other.
    offsets: int64, shape (phrases + 1,), phrase i is ``ids[offsets[i]:offsets[i + 1]]``; ``offsets[0] == 0``.
    seeds: uint64, shape (phrases,), the seed of each phrase.

    The arrays may be views of buffers that the next block overwrites: copy what has to outlive the iteration.
    """

    ids: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    seeds: NDArray[np.uint64]

    def __len__(self) -> int:
        """Return the number of phrases."""
        return len(self.seeds)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Symbols in each phrase: int64, shape (phrases,)."""
        return np.diff(self.offsets)
