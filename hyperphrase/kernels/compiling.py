"""The decorators that compile kernels with numba, with the same settings for all.

Kernels release the GIL, so that the threads of one process use all cores. Floating-point arithmetic is strict IEEE 754
(no fastmath): the same recipe must give the same bytes on every machine. :mod:`hyperphrase.kernels.cache` saves the
machine code, so that only the first run on a machine compiles.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

from hyperphrase.interrupts import delayed
from hyperphrase.kernels.cache import KernelCache

_P = ParamSpec("_P")
_R = TypeVar("_R")

_dispatchers: list[Any] = []


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile ``function`` with numba when it is first called with arguments of new types, for these types."""
    dispatcher = numba.njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)  # never called from C
    dispatcher._cache = KernelCache(function)
    dispatcher.compile = delayed()(dispatcher.compile)  # numba goes on after an exception in LLVM's calls, and fails
    _dispatchers.append(dispatcher)
    return cast(Callable[_P, _R], dispatcher)


def bare_kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Like :func:`kernel`, for a function that allocates no arrays.

    The code does not count references to its array arguments. Each count is an atomic instruction, and two or three
    of them for each phrase would take as long as writing the phrase's ids.
    """
    dispatcher: Any = kernel(function)
    dispatcher.targetoptions["_nrt"] = False
    return cast(Callable[_P, _R], dispatcher)


def inline_kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Like :func:`kernel`, for a small function that is inlined into its callers; Python never calls it."""
    return cast(Callable[_P, _R], numba.njit(nogil=True, error_model="numpy", inline="always")(function))


def compiled_here() -> int:
    """Return how many kernels this process compiled because no cache held them, counted once for each set of types."""
    return sum(sum(dispatcher.stats.cache_misses.values()) for dispatcher in _dispatchers)
