"""Storage of sorted runs of keys between fingerprinting and comparison: in the engine's shuffle, or in files.

Between machines the engine's shuffle transfers the keys. On one machine it would copy them about eight times and keep
them in memory, so the keys of a span are written to a file, and the shuffle transfers the position of each run in it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.layout import KEYS_FOLDER
from transforms.files import storage
from transforms.worker.context import CorpusContext

#: A run of keys: the keys themselves, uint64 as bytes, or their place in the span's file: (first byte, bytes).
KeyRun = bytes | tuple[int, int]


def store_runs(
    context: CorpusContext, span: int, runs: list[tuple[int, NDArray[np.uint64]]]
) -> Iterator[tuple[int, KeyRun]]:
    """Store the keys of a span; yield (bucket, run) for each (bucket, sorted keys)."""
    if not context.keys_in_files:
        for bucket, keys in runs:
            yield bucket, keys.tobytes()
        return
    with storage.atomic_writer(context.folder, _name(span)) as stream:
        for _, keys in runs:
            stream.write(keys.view(np.uint8).data)
    first = 0
    for bucket, keys in runs:
        yield bucket, (first, keys.nbytes)
        first += keys.nbytes


def load_run(context: CorpusContext, span: int, run: KeyRun) -> bytes:
    """Return the keys of a run, uint64 as bytes. Raises OSError if its file is missing or too short."""
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
