"""Work on many parts of a corpus on all cores: kernels and checksums release the GIL."""

import os
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def in_threads(work: Callable[[_Part], _Result], parts: Collection[_Part]) -> list[_Result]:
    """Return what ``work`` returns for each of ``parts``; one part alone is done in this thread."""
    if len(parts) < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, parts))
