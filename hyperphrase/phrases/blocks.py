"""Phrases as arrays: a single phrase, and blocks of phrases in three columns, the format of all kernels and codecs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow

_SHOWN = 6  # ids in the repr of a phrase


@dataclass(frozen=True, eq=False, repr=False)
class Phrase:
    """One phrase.

    seed: the seed that it was drawn from. ids: uint32, shape (symbols,), its hyperword ids.

    >>> Phrase(7, np.array([3, 0, 17], np.uint32))
    Phrase(seed=7, ids=[3, 0, 17])
    """

    seed: int
    ids: NDArray[np.uint32]

    def __len__(self) -> int:
        """Return the number of symbols."""
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Phrase):
            return NotImplemented
        return self.seed == other.seed and np.array_equal(self.ids, other.ids)

    def __hash__(self) -> int:
        return hash((self.seed, self.ids.tobytes()))

    def __repr__(self) -> str:
        shown = ", ".join(map(str, self.ids[:_SHOWN].tolist()))
        more = f", ... {len(self):,} in all" if len(self) > _SHOWN else ""
        return f"Phrase(seed={self.seed}, ids=[{shown}{more}])"


@dataclass(frozen=True, eq=False, repr=False)
class PhraseBlock:
    """Phrases in columns; those of a corpus are ascending by seed.

    ids: uint32, shape (symbols,), the concatenated hyperword ids of all phrases.
    offsets: int64, shape (phrases + 1,), phrase i is ``ids[offsets[i]:offsets[i + 1]]``; ``offsets[0] == 0``.
    seeds: uint64, shape (phrases,), the seed of each phrase.

    Blocks are equal if their phrases and seeds are equal. Blocks from ``Phrases.draw_reused`` and from decoders are
    views of buffers that the next block overwrites: copy what you need afterwards.

    >>> block = PhraseBlock(np.array([5, 6, 7], np.uint32), np.array([0, 2, 3]), np.array([1, 4], np.uint64))
    >>> block
    PhraseBlock(phrases=2, symbols=3, seeds=1..4)
    >>> block[1]
    Phrase(seed=4, ids=[7])
    >>> [len(phrase) for phrase in block]
    [2, 1]
    >>> block == block[:]
    True
    """

    ids: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    seeds: NDArray[np.uint64]

    def __len__(self) -> int:
        """Return the number of phrases."""
        return len(self.seeds)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of symbols of each phrase: int64, shape (phrases,)."""
        return np.diff(self.offsets)

    @overload
    def __getitem__(self, place: int) -> Phrase: ...
    @overload
    def __getitem__(self, place: slice) -> "PhraseBlock": ...
    def __getitem__(self, place: int | slice) -> "Phrase | PhraseBlock":
        """Return the phrase at ``place``, or a block of the phrases of a slice. Raises IndexError."""
        if isinstance(place, slice):
            return self._taken(range(len(self))[place])
        i = range(len(self))[place]
        return Phrase(int(self.seeds[i]), self.ids[self.offsets[i] : self.offsets[i + 1]])

    def __iter__(self) -> Iterator[Phrase]:
        for i in range(len(self)):
            yield self[i]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PhraseBlock):
            return NotImplemented
        pairs = ((self.seeds, other.seeds), (self.offsets, other.offsets), (self.ids, other.ids))
        return all(np.array_equal(left, right) for left, right in pairs)

    __hash__ = None  # type: ignore[assignment]  # arrays are mutable

    def __repr__(self) -> str:
        seeds = f", seeds={self.seeds[0]}..{self.seeds[-1]}" if len(self) else ""
        return f"PhraseBlock(phrases={len(self)}, symbols={len(self.ids)}{seeds})"

    def to_arrow(self) -> "pyarrow.RecordBatch":
        """Return an Arrow record batch of columns ``seed`` (int64) and ``input_ids`` (list of uint32).

        The ids and seeds are not copied. Raises pyarrow.ArrowInvalid for more than 2^31 - 1 symbols.

        >>> block = PhraseBlock(np.array([5, 6, 7], np.uint32), np.array([0, 2, 3]), np.array([1, 4], np.uint64))
        >>> block.to_arrow().to_pylist()
        [{'seed': 1, 'input_ids': [5, 6]}, {'seed': 4, 'input_ids': [7]}]
        """
        import pyarrow as pa

        lists = pa.ListArray.from_arrays(pa.array(self.offsets, pa.int32()), pa.array(self.ids))
        return pa.record_batch([pa.array(self.seeds.view(np.int64)), lists], schema=arrow_schema())

    def _taken(self, places: range) -> "PhraseBlock":
        chosen = np.asarray(places, np.int64)
        offsets = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(self.lengths[chosen], out=offsets[1:])
        parts = [self.ids[self.offsets[i] : self.offsets[i + 1]] for i in places]
        ids = np.concatenate([np.empty(0, np.uint32), *parts])
        return PhraseBlock(ids, offsets, self.seeds[chosen])


def arrow_schema() -> "pyarrow.Schema":
    """Return the Arrow schema of phrases: ``seed`` int64, ``input_ids`` list of uint32, both without nulls."""
    import pyarrow as pa

    return pa.schema(
        [pa.field("seed", pa.int64(), nullable=False), pa.field("input_ids", pa.list_(pa.uint32()), nullable=False)]
    )
