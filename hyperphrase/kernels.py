"""How the project compiles its kernels: one decorator, one set of choices.

Kernels release the GIL, so that threads of one process use all cores, and are cached on disk, so that only the
first run on a machine compiles. Floating point stays strict IEEE 754 (no fastmath): the same recipe has to give
the same bytes on every machine.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile ``function`` with numba on its first call; its types are those of that call."""
    return cast(Callable[_P, _R], numba.njit(nogil=True, cache=True, error_model="numpy")(function))


def inline_kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Like :func:`kernel`, for a small function that is part of each kernel calling it (never called from Python)."""
    return cast(Callable[_P, _R], numba.njit(nogil=True, cache=True, error_model="numpy", inline="always")(function))
