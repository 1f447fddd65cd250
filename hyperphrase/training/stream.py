"""An endless iterator over one rank's batches of a plan, with a state of a few integers that is equal on all ranks."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.request import in_range
from hyperphrase.errors import InputError
from hyperphrase.limits import MAX_LENGTH

STATE_VERSION = 1
AHEAD = 1 << 19  # tokens that are made at once: steps are put together up to this many, since each call costs time


class Plan(Protocol):
    """What a stream needs of a plan."""

    length: int
    fingerprint: str

    def __len__(self) -> int:
        """Return the number of contexts in an epoch."""

    def contexts(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        """Return the contexts of ``indices``, int64, (n,): arrays of shape (n, length)."""


class ContextStream(Iterator[dict[str, NDArray[np.int32]]]):
    """The batches of rank ``rank`` of ``world_size``, each of ``batch_size`` contexts, as ``plan[i:j]`` returns them.

    The global batch of step t is contexts t B to t B + B - 1, B = batch_size x world_size, in rank order. So with equal
    B any number of ranks see the same contexts at each step. Epochs run on; ``plan.steps(batch_size, world_size)`` is
    the number of steps in one.

    consumed: the contexts before the next batch, of all ranks.
    """

    def __init__(self, plan: Plan, batch_size: int, rank: int, world_size: int) -> None:
        """For ``plan.stream``. Raises InputError."""
        self.batch_size = in_range("batch_size", batch_size, 1, MAX_LENGTH)
        self.world_size = in_range("world_size", world_size, 1, MAX_LENGTH)
        self.rank = in_range("rank", rank, 0, world_size - 1)
        if not len(plan):
            problem = f"the corpus has too few tokens for a context of {plan.length}; give a lower one, or `tail=pad`"
            raise InputError(problem, field="length", value=plan.length)
        self.plan = plan
        self.consumed = 0
        self._stride = batch_size * world_size  # contexts from one batch of this stream to the next
        self._steps = 1  # that are made at once: few at first, so that the first batch comes soon
        self._ahead: deque[dict[str, NDArray[np.int32]]] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> dict[str, NDArray[np.int32]]:
        """Return the next batch: arrays of shape (batch_size, length)."""
        if not self._ahead:
            self._fill()
        self.consumed += self._stride
        return self._ahead.popleft()

    def skip(self) -> None:
        """Go on by one batch without making it."""
        self._seek(self.consumed + self._stride)

    def part(self, number: int, parts: int) -> "ContextStream":
        """Return a stream over a worker's part of the batches that come: ``number``, ``number + parts`` and so on.

        Its state is for another stream of the same part alone.
        """
        part = ContextStream(self.plan, self.batch_size, self.rank, self.world_size)
        part.consumed = self.consumed + number * self._stride
        part._stride = parts * self._stride
        return part

    def _fill(self) -> None:
        steps = min(self._steps, max(1, AHEAD // (self.batch_size * self.plan.length)))
        self._steps = 2 * steps
        firsts = self.consumed + np.arange(steps) * self._stride + self.rank * self.batch_size
        made = self.plan.contexts((firsts[:, None] + np.arange(self.batch_size)).ravel())
        for start in range(0, steps * self.batch_size, self.batch_size):
            self._ahead.append({name: rows[start : start + self.batch_size] for name, rows in made.items()})

    def state_dict(self) -> dict[str, int]:
        """Return the state after the last batch: whole numbers, equal on all ranks."""
        return {"version": STATE_VERSION, "plan": _number(self.plan), "contexts": self.consumed}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken, also with another number of ranks. Raises InputError for a foreign state."""
        expected = self.state_dict()
        if not isinstance(state, Mapping) or set(state) != set(expected):
            raise InputError(f"a state has the keys {', '.join(expected)}", field="state", value=state)
        if state["version"] != STATE_VERSION:
            raise InputError(f"this version reads states of version {STATE_VERSION}", field="state", value=dict(state))
        if state["plan"] != expected["plan"]:
            problem = "is the state of another corpus or of other options; make the plan with those of the state"
            raise InputError(problem, field="state", value=dict(state))
        self._seek(in_range("state", state["contexts"], 0, 1 << 61))

    def _seek(self, contexts: int) -> None:
        self.consumed = contexts
        self._ahead.clear()
        self._steps = 1


def _number(plan: Plan) -> int:
    """Return the fingerprint of ``plan`` as a number of 62 bits, which every checkpoint format can hold."""
    return int(plan.fingerprint, 16) >> 194
