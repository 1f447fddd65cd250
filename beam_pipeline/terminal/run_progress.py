"""The progress of a run: fingerprinting, comparing, writing; or the finished shards, if the work is done elsewhere."""

from collections.abc import Callable

from beam_pipeline.terminal import progress
from beam_pipeline.terminal.progress import Progress, State
from hyperphrase.corpus.layout import SHARDS_FOLDER
from transforms.files import storage
from transforms.worker.progress import PROGRESS


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
    return Progress(lambda: state_of_shards(folder, shards), show, seconds)


def state_here(drawn: int, phrases: int) -> State:
    """Return the state of the work in this process."""
    if PROGRESS.written:
        return State("writing", PROGRESS.written, phrases, written=PROGRESS.bytes)
    if PROGRESS.fingerprinted < drawn:
        return State("fingerprinting", PROGRESS.fingerprinted, drawn)
    return State("comparing")


def state_of_shards(folder: str, shards: int) -> State:
    """Return how many shards ``folder`` has."""
    return State("working", len(storage.file_sizes(storage.join(folder, SHARDS_FOLDER))), shards, "shards")
