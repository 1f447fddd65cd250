"""Kernels: how functions are compiled to machine code, and where that code is kept.

A kernel is a Python function that numba compiles on its first call. The decorators here make one; ``cache`` keeps its
machine code on disk; ``intrinsics`` holds the processor instructions that numba does not offer by itself.
"""

from hyperphrase.kernels.cache import cache_folders, source_stamp, unsaved_here
from hyperphrase.kernels.compiling import bare_kernel, compiled_here, inline_kernel, kernel

__all__ = [
    "bare_kernel",
    "cache_folders",
    "compiled_here",
    "inline_kernel",
    "kernel",
    "source_stamp",
    "unsaved_here",
]
