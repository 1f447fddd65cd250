"""Single contexts of a plan in the form that a model takes them: what data loaders that batch by themselves read."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hyperphrase.corpus.request import in_range
from hyperphrase.training.contexts import ContextPlan
from hyperphrase.training.model_inputs import Form, rows_of

MOST_EPOCHS = 1 << 40


class ContextRows:
    """The contexts of the first ``epochs`` epochs of a plan, in the plan's order, which is shuffled already.

    ``rows[i]`` is context i: a dictionary of what ``form`` gives, without its first axis. Numbers run on across epochs,
    and each epoch has an order of its own. It can be pickled, and shared by threads.
    """

    def __init__(self, plan: ContextPlan, form: Form, epochs: int = 1) -> None:
        """form: one that gives a row for each context. Raises InputError."""
        self._plan, self._form = plan, form
        self._count = in_range("epochs", epochs, 1, MOST_EPOCHS) * len(plan)

    def __len__(self) -> int:
        """Return the number of contexts in all epochs."""
        return self._count

    def contexts(self, numbers: ArrayLike) -> Mapping[str, Any]:
        """Return the contexts of ``numbers``, (n,), in one call: n rows. Raises IndexError, InputError."""
        indices = np.asarray(numbers, np.int64)
        if not ((indices >= 0) & (indices < self._count)).all():
            wrong = indices[(indices < 0) | (indices >= self._count)][0]
            raise IndexError(f"{self._count} contexts are numbered from 0; there is no {wrong}")
        return rows_of(self._form, self._plan.contexts(indices))

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return one context. Raises IndexError."""
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """Return several contexts, made in one call. Raises IndexError."""
        columns = self.contexts(indices)
        return [{name: column[i] for name, column in columns.items()} for i in range(len(indices))]
