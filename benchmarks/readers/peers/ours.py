"""hyperphrase: the stream of a corpus's contexts, drawn again (``virtual``) or read from its shards (``shards``)."""

from itertools import islice
from typing import Any

from benchmarks.readers.job import Batches, Feed, Job, counted, of_workers
from hyperphrase import Corpus

PACKAGES = ("numpy", "numba")


def feed(job: Job, state: Any) -> Feed:
    """Return the batches; see :mod:`benchmarks.readers.job`."""
    plan = Corpus.open(job.folder, source=job.variant).contexts(length=job.length)
    stream = plan.stream(job.batch_size)
    if state:
        stream.load_state_dict(state)
    left = None if job.epochs is None else job.epochs * plan.steps(job.batch_size)
    if not job.workers:
        return Feed((batch["input_ids"] for batch in islice(stream, left)), stream.state_dict)
    begin = stream.state_dict()

    def part(worker: int, workers: int) -> Batches:
        mine = plan.stream(job.batch_size, worker, workers)
        mine.load_state_dict(begin)
        return (batch["input_ids"] for batch in mine)

    made = counted(islice(of_workers(job.workers, part), left), 0)
    return Feed(made.batches, lambda: {**begin, "contexts": begin["contexts"] + job.batch_size * made.state()})
