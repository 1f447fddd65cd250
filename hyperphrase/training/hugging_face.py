"""Contexts for Hugging Face ``datasets``: an ``IterableDataset`` whose shards make up the batches of all ranks."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.request import in_range
from hyperphrase.errors import InputError
from hyperphrase.libraries import library
from hyperphrase.limits import MAX_LENGTH
from hyperphrase.training.context_rows import MOST_EPOCHS
from hyperphrase.training.contexts import ContextPlan
from hyperphrase.training.model_inputs import Form, for_transformers, rows_of
from hyperphrase.training.stream import AHEAD

_MOST_SHARDS = 1 << 20


def iterable_dataset(
    plan: ContextPlan,
    batch_size: int = 1,
    num_shards: int = 1,
    *,
    start: int = 0,
    epochs: int = 1,
    form: Form = for_transformers,
) -> Any:
    """Return the contexts of the first ``epochs`` epochs as a ``datasets.IterableDataset``, one a row.

    Shard s has the batches s, s + num_shards and so on, each of ``batch_size`` contexts. With the batch size of the
    data loader, and as many shards as ranks times workers, all ranks together see the contexts in the plan's order;
    ``split_dataset_by_node`` and the loader hand out the shards. All shards are equally long: contexts that would fill
    only some of them are left out at the end.

    start: the number of the first context. form: a function of :mod:`hyperphrase.training.model_inputs` that gives a
    row for each context. Raises InputError; ImportError without ``datasets``.
    """
    datasets = library("datasets", extra="datasets")
    size = in_range("batch_size", batch_size, 1, MAX_LENGTH)
    shards = in_range("num_shards", num_shards, 1, _MOST_SHARDS)
    contexts = in_range("epochs", epochs, 1, MOST_EPOCHS) * len(plan)
    batches = (contexts - in_range("start", start, 0, contexts)) // (size * shards)  # of each shard
    if not batches:
        problem = f"{contexts - start} contexts are not a batch of {size} for each shard; give fewer shards"
        raise InputError(problem, field="num_shards", value=shards)
    example = rows_of(form, plan.contexts(np.arange(2)))
    features = {
        name: datasets.List(datasets.Value(str(column.dtype)), length=column.shape[1])
        for name, column in example.items()
    }
    together = max(1, AHEAD // (size * plan.length))
    parts = datasets.IterableDataset.from_generator(
        _parts, gen_kwargs={"shards": list(range(shards)), "batches": batches, "together": together}
    )
    return parts.map(
        _Contexts(plan, size, shards, start, form),
        batched=True,
        batch_size=1,
        remove_columns=["shard", "begin", "end"],
        features=datasets.Features(features),
    )


def _parts(shards: list[int], batches: int, together: int) -> Iterator[dict[str, int]]:
    """Yield what is drawn at once: batches ``begin`` to ``end`` of a shard. To resume, these are skipped, not drawn."""
    for shard in shards:
        for begin in range(0, batches, together):
            yield {"shard": shard, "begin": begin, "end": min(begin + together, batches)}


class _Contexts:
    """Draws the contexts of one part."""

    def __init__(self, plan: ContextPlan, size: int, shards: int, start: int, form: Form) -> None:
        self._plan, self._size, self._shards, self._start, self._form = plan, size, shards, start, form

    def __call__(self, part: Mapping[str, list[int]]) -> Mapping[str, NDArray[Any]]:
        batches = part["shard"][0] + np.arange(part["begin"][0], part["end"][0]) * self._shards
        numbers = self._start + batches[:, None] * self._size + np.arange(self._size)
        return self._form(self._plan.contexts(numbers.ravel()))
