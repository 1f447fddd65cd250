"""``python -m benchmarks.readers.measuring TASK RESULT``: measure one reader with one number of workers.

Imports the reader's library, once, and then measures each run in a process of its own that is forked off: it has
imported the library and done nothing else. The last run is in this process, so that its memory is shared with no other
run. Each batch is copied into a buffer, as a transfer to a device would. Needs nothing but numpy and the library.

TASK is a :class:`Task` in JSON, and RESULT a file of JSON: a dictionary of what was measured.
"""

import gc
import hashlib
import importlib
import json
import multiprocessing
import pickle
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.readers import page_cache
from benchmarks.readers.job import Batches, Feed, Job
from benchmarks.readers.memory import own_memory

WARM, COLD = "warm", "cold"
_RESUMES = 5.0  # seconds after which a resume is not repeated


@dataclass(frozen=True)
class Task:
    """What is measured: feeds of ``job`` by a module of ``peers/``.

    imports: what is imported before, beside the module. small: folder of a small corpus, or of the reader's files of
    it, that is read as a whole and compared with small_tokens, its file of tokens. caches: ``warm``, ``cold`` or both.
    resume: whether that is measured. batches: in an epoch. settle: seconds that workers take to come up to their speed.
    warm_up: seconds that all take, when warm. window: seconds on the clock.
    """

    module: str
    imports: list[str]
    folder: str
    small: str
    small_tokens: str
    variant: str
    length: int
    batch_size: int
    workers: int
    caches: list[str]
    resume: bool
    repeats: int
    batches: int
    settle: float
    warm_up: float
    window: float

    def job(self, **changes: Any) -> Job:
        """Return the feed that is measured, with ``changes``."""
        job = Job(Path(self.folder), self.variant, self.length, self.batch_size, self.workers)
        return replace(job, **changes)


def measure(task: Task) -> dict[str, Any]:
    """Return all that is measured."""
    begin = time.perf_counter()
    peer = importlib.import_module(f"benchmarks.readers.peers.{task.module}")
    for name in task.imports:
        importlib.import_module(name)
    seconds = time.perf_counter() - begin
    found: dict[str, Any] = {
        "import_seconds": seconds,
        "import_memory": own_memory(),
        "versions": {name: metadata.version(name) for name in peer.PACKAGES},
        "missing_tokens": forked(lambda: check(peer, task)),
    }
    if task.resume:
        found["resume"] = resume(peer, task)
    for cache in task.caches:
        forks = task.repeats if cache == COLD else task.repeats - 1
        found[cache] = [forked(lambda: run(peer, task, cache)) for _ in range(forks)]  # noqa: B023
    if WARM in task.caches:
        found[WARM].append(run(peer, task, WARM))
    return found


def run(peer: Any, task: Task, cache: str) -> dict[str, Any]:
    """Return the time to the first batch, the tokens a second after it, and the memory, of one feed."""
    (page_cache.drop if cache == COLD else page_cache.fill)(Path(task.folder))
    begin = time.perf_counter()
    batches = peer.feed(task.job(), None).batches
    take = _Consumer(task)
    take(next(batches))
    first = time.perf_counter() - begin
    memory = own_memory()
    left = task.batches - 1 if cache == COLD else sys.maxsize  # the next epoch is not cold
    left -= take.some(batches, task.settle + (task.warm_up if cache == WARM else 0.0), left)
    begin = time.perf_counter()
    tokens = take.some(batches, task.window, left) * task.batch_size * task.length
    seconds = time.perf_counter() - begin
    memory = max(memory, own_memory(), key=lambda sizes: sizes["all"])
    return {"first_seconds": first, "tokens": tokens, "seconds": seconds, "memory": memory}


class _Consumer:
    """Copies each batch into the same buffer. Raises ValueError for one that is not int32, (batch_size, length)."""

    def __init__(self, task: Task) -> None:
        self.buffer = np.empty((task.batch_size, task.length), np.int32)

    def __call__(self, batch: NDArray[np.int32]) -> None:
        if batch.dtype != np.int32 or batch.shape != self.buffer.shape:
            raise ValueError(f"a batch is {batch.dtype}, {batch.shape}, not int32, {self.buffer.shape}")
        np.copyto(self.buffer, batch)

    def some(self, batches: Batches, seconds: float, most: int) -> int:
        """Copy batches for ``seconds``, ``most`` of them at most; return their number."""
        end, count = time.perf_counter() + seconds, 0
        while time.perf_counter() < end and count < most:
            self(next(batches))
            count += 1
        return count


def check(peer: Any, task: Task) -> int:
    """Read one epoch of the small corpus; return how many tokens of the corpus were not delivered.

    Raises ValueError if an id comes more often than in the corpus, or more is missing than one batch of each worker.
    """
    expected = np.bincount(np.fromfile(task.small_tokens, np.int32))
    delivered = np.zeros_like(expected)
    take = _Consumer(task)
    for batch in peer.feed(task.job(folder=Path(task.small), epochs=1), None).batches:
        take(batch)
        delivered += np.bincount(batch.ravel(), minlength=len(expected))
    missing = expected - delivered
    allowed = (max(1, task.workers) * task.batch_size + 1) * task.length
    if missing.min() < 0 or missing.sum() > allowed:
        extra, lacking = int(-missing[missing < 0].sum()), int(missing[missing > 0].sum())
        raise ValueError(f"not the corpus: {extra} tokens that it has not, {lacking} of {expected.sum()} missing")
    return int(missing.sum())


def resume(peer: Any, task: Task) -> dict[str, Any] | None:
    """Return the seconds from a state in the middle of an epoch to its next batch, and whether it is the right one.

    None if the reader has no state; its error if it cannot go on from its own state.
    """
    saved = forked(lambda: _middle(peer, task))
    if saved is None:
        return None
    state, expected = pickle.loads(saved[0]), saved[1]  # noqa: S301  # our own
    page_cache.fill(Path(task.folder))
    runs: list[float] = []
    exact = True
    while not runs or (len(runs) < task.repeats and sum(runs) < _RESUMES):
        try:
            seconds, digest = forked(lambda: _resumed(peer, task, state))
        except RuntimeError as error:
            return {"error": str(error).strip().splitlines()[-1]}
        runs.append(seconds)
        exact &= digest == expected
    return {"seconds": runs, "exact": exact, "state_bytes": len(saved[0])}


def _middle(peer: Any, task: Task) -> tuple[bytes, str] | None:
    feed: Feed = peer.feed(task.job(), None)
    if feed.state is None:
        return None
    for _ in range(max(1, task.batches // 2)):
        next(feed.batches)
    state = pickle.dumps(feed.state())
    return state, _digest(next(feed.batches))


def _resumed(peer: Any, task: Task, state: Any) -> tuple[float, str]:
    begin = time.perf_counter()
    batch = next(peer.feed(task.job(), state).batches)
    return time.perf_counter() - begin, _digest(batch)


def _digest(batch: NDArray[np.int32]) -> str:
    return hashlib.sha256(batch.tobytes()).hexdigest()


def forked(work: Callable[[], Any]) -> Any:
    """Return what ``work`` returns in a process forked off this one. Raises RuntimeError with what it raised."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def target() -> None:
        try:
            result = True, work()
        except BaseException:
            result = False, traceback.format_exc()
        gc.collect()  # iterators end their workers
        sender.send(result)

    process = context.Process(target=target)
    process.start()
    sender.close()
    try:
        done, result = receiver.recv()
    except EOFError:
        done, result = False, "it ended without a word"
    process.join()
    if not done:
        raise RuntimeError(result)
    return result


def main(task: str, result: str) -> None:
    """Run the command."""
    Path(result).write_text(json.dumps(measure(Task(**json.loads(task)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
