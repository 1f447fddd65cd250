"""The plan of a training run: context i as a pure function of corpus, seed and options, for any i from 0 on.

Contexts are numbered across epochs: context i of a plan with n contexts is number i mod n of epoch i // n. Each epoch
has an order of its own, a keyed permutation of its contexts. So the state of a run is one number, the contexts
consumed, and ranks and workers need nothing but their numbers.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Required, TypedDict

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.request import in_range
from hyperphrase.errors import InputError
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.numbers.feistel import permute_indices
from hyperphrase.training.best_fit import BestFit
from hyperphrase.training.packing import TAILS, Concat, Packing, Pad
from hyperphrase.training.pieces import Contexts, Special, draw_contexts
from hyperphrase.training.source import PhraseSource
from hyperphrase.training.stream import ContextStream

PLAN_VERSION = 1
PACKINGS = ("concat", "best_fit", "pad")
_SPECIALS = 3  # ids above the vocabulary that special symbols may have: begin, separator, padding
MOST_CONTEXTS = 1 << 62


class ContextOptions(TypedDict, total=False):
    """The options of :func:`plan_contexts`; all but length have defaults."""

    length: Required[int]
    packing: str
    separator: int | None
    begin: int | None
    padding: int
    seed: int
    tail: str


class ContextPlan(ABC):
    """The contexts of a training run.

    ``len(plan)`` is the number of contexts in an epoch. ``plan[i]`` is context i, for any i from 0 on: a dictionary of
    ``input_ids``, ``document_ids`` and ``position_ids``, int32, shape (length,). ``plan[i:j]`` and ``plan[[i, j, k]]``
    are several, of shape (n, length). document_ids: 0, 1, ... for the phrases in a context, -1 for padding.
    position_ids: from 0 in each phrase. It can be pickled, and shared by threads.

    length: tokens of a context. fingerprint: SHA-256, in hexadecimal, of everything that a context depends on.
    """

    def __init__(self, length: int, options: dict[str, Any]) -> None:
        """options: what the contexts depend on, plain data."""
        self.length = length
        described = json.dumps({"version": PLAN_VERSION, **options}, sort_keys=True)
        self.fingerprint = hashlib.sha256(described.encode()).hexdigest()

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def _made(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        """Return the contexts of ``indices``, int64, (n,), one or more, each from 0 to 2^62."""

    def __iter__(self) -> Iterator[dict[str, NDArray[np.int32]]]:
        """Yield the contexts of the first epoch."""
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        """Return a description that is the same in every process: trainers compare it when they resume."""
        return f"ContextPlan(contexts={len(self)}, length={self.length}, fingerprint='{self.fingerprint[:16]}')"

    def steps(self, batch_size: int, world_size: int = 1) -> int:
        """Return the whole global batches in an epoch; the contexts after the last one begin the next epoch's."""
        batch = in_range("batch_size", batch_size, 1, MAX_LENGTH) * in_range("world_size", world_size, 1, MAX_LENGTH)
        return len(self) // batch

    def __getitem__(self, index: int | slice | Sequence[int]) -> dict[str, NDArray[np.int32]]:
        """Return one context, or several of a slice or a sequence. Raises IndexError for an index below 0."""
        if isinstance(index, slice):
            if index.stop is None:
                raise IndexError("contexts run on across epochs: give the end of the slice, as in plan[0:8]")
            return self.contexts(np.arange(index.start or 0, index.stop, index.step or 1, dtype=np.int64))
        given = np.asarray(index)
        if given.size and given.dtype.kind not in "iu":
            raise TypeError(f"{index!r:.80} is neither a whole number, nor a slice, nor a sequence of whole numbers")
        found = self.contexts(np.atleast_1d(given).astype(np.int64))
        return found if given.ndim else {name: rows[0] for name, rows in found.items()}

    def __getitems__(self, indices: Sequence[int]) -> list[dict[str, NDArray[np.int32]]]:
        """Return several contexts as a list, as PyTorch's data loaders ask for them."""
        rows = self[indices]
        return [{name: column[i] for name, column in rows.items()} for i in range(len(indices))]

    _getitems = __getitems__  # the same for Grain

    def contexts(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        """Return the contexts of ``indices``, int64, (n,): arrays of shape (n, length). Raises IndexError."""
        if not len(indices):
            return Contexts(*(np.empty((0, self.length), np.int32) for _ in range(3)))._asdict()
        if not (indices.min() >= 0 and indices.max() < MOST_CONTEXTS):
            raise IndexError(f"contexts are numbered from 0 to 2^62, not from {indices.min()} to {indices.max()}")
        if not len(self):
            raise IndexError("the plan has no contexts")
        return self._made(indices)

    def _permuted(self, places: NDArray[np.int64], size: int, rounds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what ``places``, in 0..size-1, become by the permutations of ``rounds``, such as epochs."""
        if rounds[0] == rounds[-1] and (rounds == rounds[0]).all():
            return permute_indices(places, size, self._key(int(rounds[0])))
        permuted = np.empty_like(places)
        for number in np.unique(rounds).tolist():
            here = rounds == number
            permuted[here] = permute_indices(places[here], size, self._key(number))
        return permuted

    def _key(self, number: int) -> int:
        """Return the key of a permutation; a hash, so that no epoch has the order of another seed's."""
        return int.from_bytes(hashlib.sha256(f"{self.fingerprint} {number}".encode()).digest()[:8], "little")

    def stream(self, batch_size: int, rank: int = 0, world_size: int = 1) -> ContextStream:
        """Return an endless iterator over the batches of one rank; see :class:`ContextStream`. Raises InputError."""
        return ContextStream(self, batch_size, rank, world_size)


class CorpusPlan(ContextPlan):
    """The contexts of one corpus; each epoch is a permutation of those of its packing."""

    def __init__(self, source: PhraseSource, packing: Packing, options: dict[str, Any], special: Special) -> None:
        """For :func:`plan_contexts`. options: what the contexts depend on besides the corpus."""
        super().__init__(options["length"], {"corpus": source.fingerprint, **options})
        self._source, self._packing, self._special = source, packing, special

    def __len__(self) -> int:
        return self._packing.count

    def _made(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        epochs, places = np.divmod(indices, len(self))
        pieces = self._packing.pieces(self._permuted(places, len(self), epochs))
        return draw_contexts(self._source, pieces, self.length, self._special)._asdict()


def plan_contexts(
    corpus: OpenCorpus,
    *,
    length: int,
    packing: str = "concat",
    separator: int | None = None,
    begin: int | None = None,
    padding: int = 0,
    seed: int = 0,
    tail: str = "drop",
    vocabulary: int | None = None,
) -> CorpusPlan:
    """Return the plan of a training run on ``corpus``: contexts of ``length`` tokens in a shuffled order.

    packing: ``concat`` joins all phrases and cuts them into contexts; ``best_fit`` puts whole phrases into contexts
    with little padding; ``pad`` puts each phrase into a context of its own. separator, begin: the id of a symbol after,
    or before, each phrase; None for none. padding: the id that fills up a context. A special id is one of the
    vocabulary or one of the three after it. seed: of the order, 64 bits. tail: what becomes of a last context that
    ``concat`` cannot fill: ``drop``, ``pad`` or ``wrap``. vocabulary: a larger one than the corpus's, in a mixture.
    Raises InputError.
    """
    if packing not in PACKINGS:
        raise InputError(f"allowed are {', '.join(PACKINGS)}", field="packing", value=packing)
    if tail not in TAILS:
        raise InputError(f"allowed are {', '.join(TAILS)}", field="tail", value=tail)
    source = PhraseSource(corpus)
    highest = (vocabulary or source.vocabulary) + _SPECIALS - 1
    if tail != TAILS[0] and packing != PACKINGS[0]:
        raise InputError(f"goes with `packing={PACKINGS[0]}` only; leave it out", field="tail", value=tail)
    special = Special(
        -1 if begin is None else in_range("begin", begin, 0, highest),
        -1 if separator is None else in_range("separator", separator, 0, highest),
        in_range("padding", padding, 0, highest),
    )
    options = {
        "length": in_range("length", length, 1, 1 << 30),
        "packing": packing,
        "special": list(special),
        "seed": in_range("seed", seed, 0, (1 << 64) - 1),
        "tail": tail,
    }
    return CorpusPlan(source, _packing(packing, source, length, special, tail), options, special)


def _packing(name: str, source: PhraseSource, length: int, special: Special, tail: str) -> Packing:
    if name == "concat":
        return Concat(source, length, special, tail)
    return BestFit(source, length, special) if name == "best_fit" else Pad(source, length, special)
