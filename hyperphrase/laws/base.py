"""The interface of symbol laws: a law, and a law bound to a vocabulary, which draws."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import CorruptError
from hyperphrase.kernels import kernel
from hyperphrase.laws.grammar import Law
from hyperphrase.laws.lengths import LengthLaw
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.limits import SEED_STOP
from hyperphrase.numbers.alias_table import AliasTable
from hyperphrase.numbers.batch import Batch

_TILE = 16  # columns of ids that fill a cache line

#: Loads the lexicon, for the laws that use its words.
LexiconSource = Callable[[], Lexicon]


class Discourse(ABC):
    """What phrases are about, of a bound law that knows it: for each symbol a vector among those of the words."""

    @abstractmethod
    def word_rows(self) -> NDArray[np.int8]:
        """Return the vectors of the words, (V, lanes), in the unit of the space; lanes beyond its dimensions are 0."""

    @abstractmethod
    def discourses(self, key: int, seeds: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean discourse of each phrase, over the symbols that depend on it: float32, (n, lanes).

        lengths: those of the phrases as they come out. The mean is taken in whole numbers, so that it has the same bits
        everywhere. A phrase that is about nothing has zeros.
        """


class BoundLaw(ABC):
    """A law bound to a vocabulary.

    entropy, collision_entropy: bits a symbol; the second is -log2 of the probability that two independent draws of
    a symbol are equal; deduplication chooses the length of its prefixes by it.
    """

    entropy: float
    collision_entropy: float

    def for_lengths(self, lengths: NDArray[np.int64]) -> "BoundLaw":
        """Return the law bound to phrases of ``lengths`` too, (n,), ascending; most laws do not depend on them."""
        return self

    def discourse(self) -> Discourse | None:
        """Return what the law's phrases are about, None if it does not know; a law that does derives from Discourse."""
        return self if isinstance(self, Discourse) else None

    def lengths(self, key: np.uint64, seeds: NDArray[np.uint64], drawn: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the lengths of the phrases of ``seeds``, (n,), given those that the length law drew, (n,).

        They are the same, but for laws whose phrases come out shorter, as a set of tokens with repetitions does.
        """
        return drawn

    @property
    def decides_lengths(self) -> bool:
        """Whether the content of a phrase decides how long it comes out."""
        return type(self).lengths is not BoundLaw.lengths

    @abstractmethod
    def draw(self, batch: Batch) -> None:
        """Write the first ids of each phrase of ``batch``, as many as its offsets leave room for.

        A phrase is drawn from left to right: what is written does not depend on how much of it is asked for.
        """

    def draw_rows(
        self, key: np.uint64, seeds: NDArray[np.uint64], lengths: NDArray[np.int64], rows: NDArray[np.uint32]
    ) -> None:
        """Write id r of the phrase of ``seeds[i]`` into ``rows[r, i]``; ids after a phrase's end are undefined.

        rows: (symbols, n). A law that can draw across many phrases at once does so here.
        """
        offsets = _offsets(self.lengths(key, seeds, lengths), len(rows))
        ids = np.empty(offsets[-1], np.uint32)
        self.draw(Batch(key, seeds, lengths, offsets, ids))
        _into_rows(offsets, ids, rows)


class Successors(NamedTuple):
    """What may follow in a state; arrays (n,).

    ids: uint32. probabilities: of each. states: to which each leads, int64.
    """

    ids: NDArray[np.uint32]
    probabilities: NDArray[np.float64]
    states: NDArray[np.int64]


class Stepwise(ABC):
    """A bound law whose next symbol depends on what stands before it through a state alone.

    first_state: that of a phrase without symbols.
    """

    first_state: int

    @abstractmethod
    def successors(self, state: int) -> Successors:
        """Return the symbols that may follow in ``state``, each once."""


@kernel
def _offsets(lengths: NDArray[np.int64], symbols: int) -> NDArray[np.int64]:
    """Return where the first ``symbols`` of each phrase begin, and where the last one's end."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    for phrase in range(len(lengths)):
        offsets[phrase + 1] = offsets[phrase] + min(lengths[phrase], symbols)
    return offsets


@kernel
def _into_rows(offsets: NDArray[np.int64], ids: NDArray[np.uint32], rows: NDArray[np.uint32]) -> None:
    """Write each phrase into a column, a tile of columns at a time: one column alone would touch a cache line an id."""
    for first in range(0, len(offsets) - 1, _TILE):
        last = min(first + _TILE, len(offsets) - 1)
        longest = 0
        for phrase in range(first, last):
            longest = max(longest, offsets[phrase + 1] - offsets[phrase])
        for i in range(longest):
            row = rows[i]
            for phrase in range(first, last):
                if i < offsets[phrase + 1] - offsets[phrase]:
                    row[phrase] = ids[offsets[phrase] + i]


@dataclass(frozen=True, kw_only=True)
class SymbolLaw(Law):
    """A law that draws ids.

    injective: whether two seeds can never give the same phrase, so that deduplication is skipped.
    has_discourse: whether the bound law derives from :class:`Discourse`.
    source: where the law is defined.
    """

    injective: ClassVar[bool] = False
    has_discourse: ClassVar[bool] = False
    source: ClassVar[str]

    def vocabulary(self) -> int | None:
        """Return the number of ids that the law fixes by its parameters, None if it takes any."""
        return None

    def check(self, vocabulary: int) -> None:
        """Raise InputError, without a field, if the law cannot draw from so many ids."""

    def check_lengths(self, lengths: LengthLaw) -> None:
        """Raise InputError, without a field, if the law cannot be combined with this length law."""

    def seed_stop(self, lengths: NDArray[np.int64], vocabulary: int) -> int:
        """Return the number of seeds, from 0 on, that have phrases, given all lengths that can be drawn, (n,)."""
        return SEED_STOP

    def makes(self, lengths: NDArray[np.int64], vocabulary: int) -> NDArray[np.bool_]:
        """Tell which of ``lengths``, (n,), the law's phrases can have: bool, (n,)."""
        return np.ones(len(lengths), np.bool_)

    def attached(self) -> bytes | None:
        """Return the law's file, which holds what its parameters do not, None if it has none.

        A law with a file has the file's digest as a parameter.
        """
        return None

    def attach(self, data: bytes) -> "SymbolLaw":
        """Return the law with its file, from a corpus. Raises CorruptError if the digest is another."""
        raise CorruptError(f"{self.name} has no file of its own")

    def notes(self, lexicon: Lexicon) -> Iterator[str]:
        """Yield what a user should know of the law with this lexicon, a line each; fields are in backticks."""
        yield from ()

    @abstractmethod
    def bind(self, vocabulary: int, lexicon: LexiconSource) -> BoundLaw:
        """Bind the law to ``vocabulary`` ids; ``lexicon()`` gives the hyperwords, if needed."""


def bits_of(shares: NDArray[np.float64]) -> float:
    """Return the entropy of a distribution, in bits."""
    positive = shares[shares > 0.0]
    return float(-(positive * np.log2(positive)).sum()) + 0.0


def collision_bits_of(shares: NDArray[np.float64]) -> float:
    """Return -log2 of the probability that two draws from a distribution are equal."""
    return float(-np.log2((shares[shares > 0.0] ** 2).sum())) + 0.0


class BoundIid(BoundLaw):
    """Symbols drawn independently of each other from one distribution."""

    def __init__(self, weights: NDArray[np.float64]) -> None:
        """Bind to ``weights``: float64, shape (vocabulary,), not negative, any sum."""
        self._table = AliasTable.of(weights)
        self.probabilities = self._table.probabilities(len(weights))
        self.entropy = bits_of(self.probabilities)
        self.collision_entropy = collision_bits_of(self.probabilities)

    def draw(self, batch: Batch) -> None:
        self._table.draw_symbols(batch)

    def draw_rows(
        self, key: np.uint64, seeds: NDArray[np.uint64], lengths: NDArray[np.int64], rows: NDArray[np.uint32]
    ) -> None:
        self._table.draw_rows(key, seeds, rows)
