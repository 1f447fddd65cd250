"""Where sorted runs of keys wait between fingerprinting and comparison: in the engine's shuffle, or in files.

Between machines the engine's shuffle carries them. On one machine it would only copy them, some eight times, and hold
them in memory: there the keys of a unit go to a file, and the shuffle carries where each bucket's run stands in it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hyperphrase.duplicates import Deduplication, split_into_buckets
from transforms import storage
from transforms.context import Site

KEYS_FOLDER = f"{storage.WORK}/keys"
#: A run of keys: the keys themselves, uint64 as bytes, or where these bytes stand in the unit's file: (first, number).
KeyRun = bytes | tuple[int, int]


def put_runs(site: Site, unit: int, keys: NDArray[np.uint64], how: Deduplication) -> Iterator[tuple[int, KeyRun]]:
    """Yield (bucket, run) for each bucket that has any of a unit's sorted ``keys``."""
    if site.keys_in_files:
        storage.write_file(site.folder, _name(unit), keys.view(np.uint8).data)
    first = 0
    for bucket, run in split_into_buckets(keys, how):
        yield bucket, (first, len(run)) if site.keys_in_files else run
        first += len(run)


def take_run(site: Site, unit: int, run: KeyRun) -> bytes:
    """Return the keys of a run, uint64 as bytes. Raises OSError if its file is not there, or too short."""
    if isinstance(run, bytes):
        return run
    first, number = run
    path = storage.join(site.folder, _name(unit))
    with storage.open_file(path) as stream:
        stream.seek(first)
        keys = stream.read(number)
    if len(keys) != number:
        raise OSError(f"{path}: {len(keys)} bytes of {number} are there from byte {first} on")
    return keys


def _name(unit: int) -> str:
    return f"{KEYS_FOLDER}/{unit:05d}"
