"""The progress of a run: fingerprinting, comparing, writing; or the finished shards, if the work is done elsewhere."""

import time
from collections.abc import Callable

from beam_pipeline.terminal import progress
from beam_pipeline.terminal.progress import Progress, State
from hyperphrase.corpus.layout import SHARDS_FOLDER
from transforms.files import storage
from transforms.worker.progress import PROGRESS

STILL_SECONDS = 300  # without a new shard, after which whoever watches is told where to look


def run_progress(
    folder: str,
    drawn: int,
    phrases: int,
    shards: int,
    in_process: bool,
    show: Callable[[str], object] | None = None,
) -> Progress:
    """Return the progress of one attempt, to be shown while a block runs.

    drawn: number of seeds to draw. phrases: number of phrases to write. shards: number of files to write. in_process:
    whether the work is done in this process; else the finished shards in ``folder`` are counted. show: as of
    :class:`~beam_pipeline.terminal.progress.Progress`.
    """
    if in_process:
        PROGRESS.reset()
        return Progress(lambda: state_here(drawn, phrases), show)
    seconds = progress.LOG_SECONDS  # each listing of a bucket costs money
    return Progress(ShardCount(folder, shards).state, show, seconds)


def state_here(drawn: int, phrases: int) -> State:
    """Return the state of the work in this process."""
    if PROGRESS.written:
        return State("writing", PROGRESS.written, phrases, written=PROGRESS.bytes)
    if PROGRESS.fingerprinted < drawn:
        return State("fingerprinting", PROGRESS.fingerprinted, drawn)
    return State("comparing")


class ShardCount:
    """The number of shards that a folder has, and since when. shards: how many it will have."""

    def __init__(self, folder: str, shards: int) -> None:
        self._folder, self._shards = storage.join(folder, SHARDS_FOLDER), shards
        self._done, self._since = -1, 0.0

    def state(self) -> State:
        """Return how many shards the folder has now. Raises OSError if it cannot be listed."""
        done, now = len(storage.file_sizes(self._folder)), time.monotonic()
        if done != self._done:
            self._done, self._since = done, now
        still = now - self._since
        note = (
            f"no new shard for {still / 60:.0f} minutes: look at the engine's page and logs"
            if still >= STILL_SECONDS
            else ""
        )
        return State("working", done, self._shards, "shards", note=note)
