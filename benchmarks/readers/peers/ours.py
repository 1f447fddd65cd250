"""hyperphrase: contexts drawn again (variant ``virtual``) or read from the corpus's shards (``shards``).

A batch has three arrays, of which a training loop may want ``input_ids`` alone: workers deliver no others, but in the
variants that end in ``+``. Without workers there is no difference.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from benchmarks.readers.job import Feed, Job, epochs
from hyperphrase import Corpus

PACKAGES = ("numpy", "numba")


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    plan = Corpus.open(job.folder, source=job.variant.rstrip("+")).contexts(length=job.length)
    feeder: Any = _loader(plan, job) if job.workers else plan.stream(job.batch_size)
    if state is not None:
        feeder.load_state_dict(state)
    if job.workers:
        return Feed((batch["input_ids"].numpy() for _ in epochs(job) for batch in feeder), feeder.state_dict)
    steps = None if job.epochs is None else job.epochs * plan.steps(job.batch_size)
    return Feed((batch["input_ids"] for batch in islice(feeder, steps)), feeder.state_dict)


def _loader(plan: Any, job: Job) -> Any:
    from hyperphrase.training.pytorch import ContextLoader

    form = _all if job.variant.endswith("+") else _ids
    return ContextLoader(plan, job.batch_size, form=form, num_workers=job.workers)


def _ids(batch: Mapping[str, Any]) -> dict[str, Any]:
    return {"input_ids": batch["input_ids"]}


def _all(batch: Mapping[str, Any]) -> Mapping[str, Any]:
    return batch
