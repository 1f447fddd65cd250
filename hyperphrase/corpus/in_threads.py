"""Work on many parts of a corpus on all cores: kernels and checksums release the GIL."""

import os
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def in_threads(
    work: Callable[[_Part], _Result], parts: Collection[_Part], done: Callable[[_Part], object] = lambda part: None
) -> list[_Result]:
    """Return what ``work`` returns for each of ``parts``; one part alone is done in this thread.

    done: called in this thread with each part that is done, in their order.
    """
    if len(parts) < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = []
        for part, result in zip(parts, pool.map(work, parts), strict=True):
            results.append(result)
            done(part)
        return results
