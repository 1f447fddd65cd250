"""Contexts as tensors of PyTorch: a dataset of contexts, a dataset of whole batches, and a loader that can resume.

``form`` says in which names and dtypes they come: it is a function of :mod:`hyperphrase.training.model_inputs`.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hyperphrase.corpus.request import in_range
from hyperphrase.libraries import library
from hyperphrase.training.context_rows import ContextRows
from hyperphrase.training.contexts import ContextPlan
from hyperphrase.training.model_inputs import Form, for_transformers
from hyperphrase.training.stream import ContextStream

torch = library("torch", extra="torch")
Dataset: Any = torch.utils.data.Dataset
IterableDataset: Any = torch.utils.data.IterableDataset

Tensors = dict[str, Any]
_MOST = 1 << 40  # batches of a pass


class ContextDataset(ContextRows, Dataset):
    """The contexts of the first ``epochs`` epochs of a plan, in the plan's order, which is shuffled already.

    ``dataset[i]`` is context i: a dictionary of tensors of shape (length,). It is for loaders that make the batches
    themselves, such as those of Hugging Face's Trainer. It can be pickled.
    """

    def __init__(self, plan: ContextPlan, form: Form = for_transformers, epochs: int = 1) -> None:
        """form: one that gives a row for each context. Raises InputError."""
        super().__init__(plan, form, epochs)

    def contexts(self, numbers: ArrayLike) -> Tensors:
        """Return the contexts of ``numbers``, (n,), in one call: tensors of n rows. Raises IndexError, InputError."""
        return _tensors(super().contexts(numbers))


class ContextBatches(IterableDataset):
    """The batches of one rank, without an end: those of ``stream`` as tensors. Each iteration begins where it stands.

    It is for ``DataLoader(batches, batch_size=None)``, and torchdata's StatefulDataLoader in the same way, with any
    number of workers: each makes some of the batches, and the loader puts them in order. It can be pickled.
    """

    def __init__(self, stream: ContextStream, form: Form = for_transformers) -> None:
        """stream: of ``plan.stream(batch_size, rank, world_size)``."""
        self._stream, self._form = stream, form

    def __iter__(self) -> "_Batches":
        worker = torch.utils.data.get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        return _Batches(self._stream.part(number, workers), self._form)


class _Batches(Iterator[Tensors]):
    """The batches that one worker makes, with a state that torchdata keeps for each worker."""

    def __init__(self, stream: ContextStream, form: Form) -> None:
        self._stream, self._form = stream, form

    def __next__(self) -> Tensors:
        return _tensors(self._form(next(self._stream)))

    def state_dict(self) -> dict[str, int]:
        return self._stream.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._stream.load_state_dict(state)


class ContextLoader:
    """The batches of one rank for a training loop, with a state that any number of ranks and workers can go on from.

    Each pass, ``for batch in loader``, has ``len(loader)`` batches and goes on where the last one ended. After a break,
    or a state from the middle of a pass, it has the rest of them. The state is that of ``plan.stream``: the contexts
    that the loops of all ranks have taken, without what workers have made ahead. Workers run until the loader is
    deleted or gets another state.
    """

    def __init__(
        self,
        plan: ContextPlan,
        batch_size: int,
        rank: int = 0,
        world_size: int = 1,
        *,
        form: Form = for_transformers,
        steps: int | None = None,
        **options: Any,
    ) -> None:
        """batch_size: of this rank. steps: the batches of a pass, by default ``plan.steps(batch_size, world_size)``.

        options: of torch's DataLoader, such as ``num_workers`` and ``pin_memory``. Raises InputError.
        """
        self._stream = plan.stream(batch_size, rank, world_size)
        self._steps = in_range("steps", plan.steps(batch_size, world_size) if steps is None else steps, 1, _MOST)
        batches = ContextBatches(self._stream, form)
        self._load = partial(torch.utils.data.DataLoader, batches, batch_size=None, in_order=True, **options)
        self._load()  # refuses wrong options now
        self._batches: Iterator[Tensors] | None = None  # one iterator for all passes

    def __len__(self) -> int:
        """Return the number of batches in a pass."""
        return self._steps

    @property
    def epoch(self) -> int:
        """The number of the next pass, from 0: the passes that the state has behind it as a whole."""
        return self._stream.consumed // self._contexts

    @property
    def _contexts(self) -> int:
        """The contexts of a pass, of all ranks."""
        return self._steps * self._stream.batch_size * self._stream.world_size

    def __iter__(self) -> Iterator[Tensors]:
        end = (self.epoch + 1) * self._contexts
        while self._stream.consumed < end:
            if self._batches is None:
                self._batches = iter(self._load())
            batch = next(self._batches)
            self._stream.skip()
            yield batch

    def state_dict(self) -> dict[str, int]:
        """Return the state after the last batch that was taken: whole numbers, equal on all ranks."""
        return self._stream.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken, also with other ranks and workers. Raises InputError for a foreign state."""
        self._stream.load_state_dict(state)
        self._batches = None


def _tensors(columns: Mapping[str, Any]) -> Tensors:
    """Return arrays as tensors of the same memory; plain numbers stay as they are."""
    return {name: torch.from_numpy(it) if isinstance(it, np.ndarray) else it for name, it in columns.items()}
