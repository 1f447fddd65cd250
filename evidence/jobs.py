"""Jobs: the parts of an experiment, run in processes; what is finished is kept, so that a stopped run goes on.

The result of a job is a file of JSON named by what the job depends on. A job of other settings has another name.
"""

import hashlib
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

VERSION = 2  # of what jobs do: a higher one makes all of them again
_ALLOCATION = {  # of the C library: memory of tensors is kept, where fresh memory would be half of the time of a step
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
    "MALLOC_TOP_PAD_": "500000000",
}
_QUIET = (signal.SIGINT, signal.SIG_DFL)  # an interrupt ends the processes without a word: the program has one
_THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Result = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One part of an experiment. work: a function of a module. settings: its argument, a dataclass of plain values."""

    work: Callable[[Any, Path], Result]
    settings: Any

    @property
    def name(self) -> str:
        """The name of its file: the function, and a digest of the settings."""
        return f"{self.work.__name__}-{digest(self.settings)}"


def digest(settings: Any) -> str:
    """Return a digest of settings, a dataclass of plain values, and of the version of what jobs do."""
    told = json.dumps([VERSION, asdict(settings)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def run(jobs: Sequence[Job], folder: Path, processes: int) -> Iterator[tuple[int, Result]]:
    """Yield (place of the job, its result) as jobs are finished, those of earlier runs first.

    folder: where results are kept. The first error of a job ends the run; what is finished stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    open_jobs = []
    for place, job in enumerate(jobs):
        result = _kept(folder, job)
        if result is None:
            open_jobs.append(place)
        else:
            yield place, result
    if not open_jobs:
        return
    os.environ.update(_ALLOCATION | _THREADS)  # read by the processes when they start
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, initializer=signal.signal, initargs=_QUIET) as pool:
        waiting = {pool.submit(_work, jobs[place], folder): place for place in open_jobs}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def _kept(folder: Path, job: Job) -> Result | None:
    try:
        kept: Result = json.loads((folder / f"{job.name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept


def _work(job: Job, folder: Path) -> Result:
    begin = time.process_time()
    result = job.work(job.settings, folder)
    result = {**result, "cpu_seconds": round(time.process_time() - begin, 1)}
    path = folder / f"{job.name}.json"
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({**result, "settings": asdict(job.settings)}), encoding="utf-8")
    unfinished.replace(path)
    return result
