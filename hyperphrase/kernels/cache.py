"""Where compiled kernels are kept on disk, so that only the first run on a machine compiles.

numba has a cache, but it does not work with installs that nobody may write to: it passes over a folder that cannot be
written to even if all that is asked for is in it, and stops the program if it finds no other. And it looks at a
kernel's own file alone, so a new release could run old code of what the kernel calls. Here numba reads and writes the
files, and this module chooses them.
"""

import contextlib
import functools
import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numba import types
from numba.core import caching, config

from hyperphrase.untrusted.trusted_folders import is_trusted

_unsaved: set[str] = set()


def unsaved_here() -> set[str]:
    """Return the names of the kernels that this process compiled and could not save for the next one."""
    return set(_unsaved)


def cache_folders(function: Callable[..., Any]) -> Iterator[Path]:
    """Yield where the machine code of ``function`` may lie, in the order in which it is looked for and saved.

    These are numba's places: the folder that NUMBA_CACHE_DIR names, ``__pycache__`` beside the source, the user's own.
    A folder that others can write to is none of them: what is loaded from it is machine code, and a pickle.
    """
    source = inspect.getfile(function)
    locators = [caching.InTreeCacheLocator, caching.UserWideCacheLocator]
    if config.CACHE_DIR:
        locators.insert(0, caching.UserProvidedCacheLocator)
        with contextlib.suppress(OSError):  # made now, it is ours: in /tmp somebody else could make it later
            Path(config.CACHE_DIR).mkdir(mode=0o755)
    for locator in locators:
        folder = Path(locator(function, source).get_cache_path())
        if folder.is_absolute() and is_trusted(folder, Path(source)):  # it is relative where a user has no home
            yield folder


def source_stamp(function: Any) -> str:
    """Return a digest of all that the machine code of ``function`` is made from.

    That is its source file, those of all that it calls and of the modules and named tuples of this package that it
    names, and the numbers and tables that these take from their modules.
    """
    state, package = hashlib.sha256(), function.__module__.partition(".")[0]
    functions = [function]
    for one in functions:  # grows as callees are found
        state.update(_file_digest(inspect.getfile(one)))
        for name in _names(one.__code__):
            value = one.__globals__.get(name)
            # a kernel's function, an intrinsic's, or one that writes code for an intrinsic
            callee = getattr(value, "py_func", None) or getattr(value, "_defn", None) or value
            if isinstance(callee, FunctionType) and callee.__module__.startswith(package):
                functions += [] if callee in functions else [callee]
            elif (isinstance(value, ModuleType) and value.__name__.startswith(package)) or (
                isinstance(value, type) and value.__module__.startswith(package)
            ):
                state.update(_file_digest(inspect.getfile(value)))
            elif isinstance(value, (int, float, np.generic)):
                state.update(f"{name}={value!r}".encode())
            elif isinstance(value, np.ndarray):
                state.update(value.tobytes())
    return state.hexdigest()


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that ``code``, and the functions inside it, take from elsewhere."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@functools.cache
def _file_digest(path: str) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


class _Locator(caching.InTreeCacheLocator):
    """Names the files of a kernel's cache; numba's own would first try to write into the folder."""

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "_Locator":
        return cls(py_func, py_file)


class _Results(caching.CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012 - numba reads it as it stands


class _Index(caching.IndexDataCacheFile):
    """numba's index of a kernel's machine code, by the types of its arguments."""

    def _load_index(self) -> Any:
        try:
            return super()._load_index()
        except (AttributeError, ImportError):  # it names a tuple's class that was renamed, moved or removed since
            return {}


def _field_names(argument_types: Iterable[Any]) -> tuple[Any, ...]:
    """Return the field names of the tuples among ``argument_types``, and of those inside them."""
    return tuple(
        (getattr(each, "fields", ()), _field_names(each.types))
        for each in argument_types
        if isinstance(each, types.BaseTuple)
    )


class KernelCache(caching.FunctionCache):
    """numba's cache of one kernel, read from all folders that hold it, written to the first that can be written to.

    Where there is none, nothing is saved, and each process compiles what no folder holds.
    """

    _impl_class = _Results

    @functools.cached_property
    def _places(self) -> list[Any]:
        """One numba index for each folder; made when first needed, as what a kernel calls may be defined below it."""
        stamp = source_stamp(self._py_func)
        return [_Index(str(folder), self._impl.filename_base, stamp) for folder in cache_folders(self._py_func)]

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        """Return numba's key and the field names of tuples: to numba a named tuple is its class and its types."""
        return (*super()._index_key(sig, codegen), _field_names(sig))

    def _load_overload(self, sig: Any, target_context: Any) -> Any:
        key = self._index_key(sig, target_context.codegen())
        for place in self._places:
            with contextlib.suppress(OSError):  # it may not be readable
                data = place.load(key)
                if data is not None:
                    return self._impl.rebuild(target_context, data)
        return None

    def _save_overload(self, sig: Any, data: Any) -> None:
        if not self._impl.check_cachable(data):
            return
        key, reduced = self._index_key(sig, data.codegen), self._impl.reduce(data)
        for folder, place in zip(cache_folders(self._py_func), self._places, strict=True):
            with contextlib.suppress(OSError):  # read-only, or full
                folder.mkdir(parents=True, exist_ok=True)
                place.save(key, reduced)
                return
        _unsaved.add(f"{self._py_func.__module__}.{self._py_func.__qualname__}")
