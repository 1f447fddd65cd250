"""The disk cache of compiled kernels, so that only the first run on a machine compiles.

numba's own cache has two faults. It does not work with a read-only installation: it skips a folder that it cannot
write to even if the code is there, and raises if it finds no other. And it checks only the kernel's own source file,
so after an upgrade it could run old code of functions that the kernel calls. Here numba still reads and writes the
files; this module chooses the folders and decides which files are current.
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

from hyperphrase.kernels.availability import caching, config, types
from hyperphrase.untrusted.trusted_folders import is_trusted

_unsaved: set[str] = set()


def unsaved_here() -> set[str]:
    """Return the names of the kernels that this process compiled and could not save."""
    return set(_unsaved)


def cache_folders(function: Callable[..., Any]) -> Iterator[Path]:
    """Yield the cache folders of ``function``, in the order in which they are searched and tried for saving.

    They are numba's: the folder that NUMBA_CACHE_DIR names, ``__pycache__`` beside the source, the user's cache folder.
    Folders that other users can write to are left out, because machine code and a pickle are loaded from them.
    """
    source = inspect.getfile(function)
    locators = [caching.InTreeCacheLocator, caching.UserWideCacheLocator]
    if config.CACHE_DIR:
        locators.insert(0, caching.UserProvidedCacheLocator)
        with contextlib.suppress(OSError):  # created now, so that no other user can do it later, as in /tmp
            Path(config.CACHE_DIR).mkdir(mode=0o755)
    for locator in locators:
        folder = Path(locator(function, source).get_cache_path())
        if folder.is_absolute() and is_trusted(folder, Path(source)):  # it is relative if the user has no home folder
            yield folder


def source_stamp(function: Any) -> str:
    """Return a SHA-256 digest, in hexadecimal, of everything that the machine code of ``function`` depends on.

    That is: the source files of the function, of all functions of this package that it calls, and of the modules and
    classes of this package that these name; and the global numbers and arrays that they use.
    """
    state, package = hashlib.sha256(), function.__module__.partition(".")[0]
    functions = [function]
    for one in functions:  # grows as callees are found
        state.update(_file_digest(inspect.getfile(one)))
        for name in _names(one.__code__):
            value = one.__globals__.get(name)
            # the Python function of a kernel or of an intrinsic, or one that generates code for an intrinsic
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
    """Yield the global names that ``code`` and the functions nested in it use."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@functools.cache
def _file_digest(path: str) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


class _Locator(caching.InTreeCacheLocator):
    """Names the cache files of a kernel; numba's own locator would first try to write into the folder."""

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "_Locator":
        return cls(py_func, py_file)


class _Results(caching.CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012 - numba expects a list here


class _Index(caching.IndexDataCacheFile):
    """numba's index of a kernel's machine code, keyed by argument types."""

    def _load_index(self) -> Any:
        try:
            return super()._load_index()
        except (AttributeError, ImportError):  # it names the class of a tuple that was renamed, moved or removed since
            return {}


def _field_names(argument_types: Iterable[Any]) -> tuple[Any, ...]:
    """Return the field names of the tuples among ``argument_types``, and of tuples nested in them."""
    return tuple(
        (getattr(each, "fields", ()), _field_names(each.types))
        for each in argument_types
        if isinstance(each, types.BaseTuple)
    )


class KernelCache(caching.FunctionCache):
    """The cache of one kernel: reads from every cache folder, writes to the first writable one.

    If no folder is writable, nothing is saved, and each process compiles the kernel unless a folder already holds it.
    """

    _impl_class = _Results

    @functools.cached_property
    def _places(self) -> list[Any]:
        """One numba index for each folder; made when first needed: a function may call others defined after it."""
        stamp = source_stamp(self._py_func)
        return [_Index(str(folder), self._impl.filename_base, stamp) for folder in cache_folders(self._py_func)]

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        """Return numba's key, which holds a named tuple's class and types, extended by its field names."""
        return (*super()._index_key(sig, codegen), _field_names(sig))

    def _load_overload(self, sig: Any, target_context: Any) -> Any:
        key = self._index_key(sig, target_context.codegen())
        for place in self._places:
            with contextlib.suppress(OSError):  # the file may be unreadable
                data = place.load(key)
                if data is not None:
                    return self._impl.rebuild(target_context, data)
        return None

    def _save_overload(self, sig: Any, data: Any) -> None:
        if not self._impl.check_cachable(data):
            return
        key, reduced = self._index_key(sig, data.codegen), self._impl.reduce(data)
        for folder, place in zip(cache_folders(self._py_func), self._places, strict=True):
            with contextlib.suppress(OSError):  # the folder is read-only, or the disk full
                folder.mkdir(parents=True, exist_ok=True)
                place.save(key, reduced)
                return
        _unsaved.add(f"{self._py_func.__module__}.{self._py_func.__qualname__}")
