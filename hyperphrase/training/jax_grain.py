"""Contexts for JAX: a random-access data source of Grain. Grain itself is not needed to make one.

Grain 0.2.18 reads one element after another, also below ``MapDataset.batch``: its reads of several, ``_getitems``, are
switched off. One context alone costs most of what a batch of them does. So let Grain batch the numbers of contexts, and
draw each batch in one call: ``grain.MapDataset.range(len(source)).batch(8).map(source.contexts)``.
"""

from hyperphrase.training.context_rows import ContextRows
from hyperphrase.training.contexts import ContextPlan
from hyperphrase.training.model_inputs import Form, for_jax


class ContextSource(ContextRows):
    """The contexts of the first ``epochs`` epochs of a plan, for ``MapDataset.source`` and ``DataLoader`` of Grain.

    ``source[i]`` is context i of the plan, whose order is shuffled already: a dictionary of arrays of shape (length,).
    Numbers run on across epochs, and each epoch has an order of its own; ``MapDataset.repeat`` would give the same one
    again. It can be pickled, and shared by threads.
    """

    def __init__(self, plan: ContextPlan, form: Form = for_jax, epochs: int = 1) -> None:
        """form: one that gives a row for each context. Raises InputError."""
        super().__init__(plan, form, epochs)

    _getitems = ContextRows.__getitems__  # its name in Grain, up to 0.2.18 at least

    def __repr__(self) -> str:
        """Return what elements depend on, the same in every process: checkpoints of ``DataLoader`` compare it."""
        form = getattr(self._form, "__qualname__", type(self._form).__qualname__)
        return f"ContextSource(fingerprint='{self._plan.fingerprint}', form={form})"
