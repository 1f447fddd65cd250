"""Where sorted runs of keys wait between fingerprinting and comparison: in the engine's shuffle, or in files.

Between machines the engine's shuffle carries them. On one machine it would only copy them, some eight times, and hold
them in memory: there the keys of a span go to a file, and the shuffle carries where each bucket's run stands in it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.layout import KEYS_FOLDER
from transforms.files import storage
from transforms.worker.context import CorpusContext

#: A run of keys: the keys themselves, uint64 as bytes, or where these bytes stand in the span's file: (first, number).
KeyRun = bytes | tuple[int, int]


def put_runs(
    context: CorpusContext, span: int, runs: list[tuple[int, NDArray[np.uint64]]]
) -> Iterator[tuple[int, KeyRun]]:
    """Yield (bucket, run) for each (bucket, sorted keys) of a span."""
    if not context.keys_in_files:
        for bucket, keys in runs:
            yield bucket, keys.tobytes()
        return
    with storage.written_whole(context.folder, _name(span)) as stream:
        for _, keys in runs:
            stream.write(keys.view(np.uint8).data)
    first = 0
    for bucket, keys in runs:
        yield bucket, (first, keys.nbytes)
        first += keys.nbytes


def take_run(context: CorpusContext, span: int, run: KeyRun) -> bytes:
    """Return the keys of a run, uint64 as bytes. Raises OSError if its file is not there, or too short."""
    if isinstance(run, bytes):
        return run
    first, number = run
    path = storage.join(context.folder, _name(span))
    with storage.open_file(path) as stream:
        stream.seek(first)
        keys = stream.read(number)
    if len(keys) != number:
        raise OSError(f"{path}: {len(keys)} of {number} bytes were read from byte {first} on")
    return keys


def _name(span: int) -> str:
    return f"{KEYS_FOLDER}/{span:05d}"
