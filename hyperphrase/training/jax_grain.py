"""Contexts for JAX: a random-access data source of Grain. Grain itself is not needed to make one.

Grain 0.2.18 reads one element after another, also below ``MapDataset.batch``: its reads of several, ``_getitems``, are
switched off. One context alone costs most of what a batch of them does. So let Grain batch the numbers of contexts, and
draw each batch in one call: ``grain.MapDataset.range(len(source)).batch(8).map(source.contexts)``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyperphrase.corpus.request import in_range
from hyperphrase.training.contexts import ContextPlan
from hyperphrase.training.model_inputs import Form, check_rows, for_jax

_MOST = 1 << 20  # epochs


class ContextSource:
    """The contexts of the first ``epochs`` epochs of a plan, for ``MapDataset.source`` and ``DataLoader`` of Grain.

    ``source[i]`` is context i of the plan, whose order is shuffled already: a dictionary of arrays of shape (length,).
    Numbers run on across epochs, and each epoch has an order of its own; ``MapDataset.repeat`` would give the same one
    again. It can be pickled, and shared by threads.
    """

    def __init__(self, plan: ContextPlan, form: Form = for_jax, epochs: int = 1) -> None:
        """form: one that gives a row for each context. Raises InputError."""
        self._plan, self._form = plan, form
        self._count = in_range("epochs", epochs, 1, _MOST) * len(plan)

    def __len__(self) -> int:
        """Return the number of contexts in all epochs."""
        return self._count

    def contexts(self, numbers: ArrayLike) -> dict[str, NDArray[Any]]:
        """Return the contexts of ``numbers``, (n,), in one call: arrays of shape (n, length). Raises IndexError."""
        indices = np.asarray(numbers, np.int64)
        if not (indices < self._count).all():
            raise IndexError(f"{self._count} contexts are numbered from 0; there is no {indices.max()}")
        columns = dict(self._form(self._plan.contexts(indices)))
        check_rows(self._form, columns.values(), len(indices))
        return columns

    def __getitem__(self, index: int) -> dict[str, NDArray[Any]]:
        """Return one context. Raises IndexError."""
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[dict[str, NDArray[Any]]]:
        """Return several contexts, drawn in one call. Raises IndexError."""
        columns = self.contexts(indices)
        return [{name: column[i] for name, column in columns.items()} for i in range(len(indices))]

    _getitems = __getitems__  # its name in Grain, up to 0.2.18 at least

    def __repr__(self) -> str:
        """Return what elements depend on, the same in every process: checkpoints of ``DataLoader`` compare it."""
        form = getattr(self._form, "__qualname__", type(self._form).__qualname__)
        return f"ContextSource(fingerprint='{self._plan.fingerprint}', form={form})"
