"""Kernels: how functions are compiled to machine code, and where that code is saved.

A kernel is a Python function that numba compiles when it is first called. ``availability`` loads numba; ``compiling``
has the decorators that make a function a kernel; ``cache`` saves the machine code on disk; ``intrinsics`` has processor
instructions that numba does not provide.
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
