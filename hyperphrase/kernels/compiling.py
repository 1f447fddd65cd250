"""How kernels are compiled: one decorator, one set of choices.

Kernels release the GIL, so that threads of one process use all cores. Floating point stays strict IEEE 754 (no
fastmath): the same recipe has to give the same bytes on every machine. Machine code is kept by
:mod:`hyperphrase.kernels.cache`, so that only the first run on a machine compiles.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

from hyperphrase.kernels.cache import KernelCache

_P = ParamSpec("_P")
_R = TypeVar("_R")

_dispatchers: list[Any] = []


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile ``function`` with numba on its first call; its types are those of that call."""
    dispatcher = numba.njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)  # called from C nowhere
    dispatcher._cache = KernelCache(function)
    _dispatchers.append(dispatcher)
    return cast(Callable[_P, _R], dispatcher)


def bare_kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Like :func:`kernel`, for a function that makes no arrays.

    Its code does not count references to the arrays that it is given. Each count is an atomic instruction, and two or
    three for each phrase would take as long as writing its ids.
    """
    dispatcher: Any = kernel(function)
    dispatcher.targetoptions["_nrt"] = False
    return cast(Callable[_P, _R], dispatcher)


def inline_kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Like :func:`kernel`, for a small function that is part of each kernel calling it (never called from Python)."""
    return cast(Callable[_P, _R], numba.njit(nogil=True, error_model="numpy", inline="always")(function))


def compiled_here() -> int:
    """Return how many kernels, counted for each set of types, this process compiled because no cache had them."""
    return sum(sum(dispatcher.stats.cache_misses.values()) for dispatcher in _dispatchers)
