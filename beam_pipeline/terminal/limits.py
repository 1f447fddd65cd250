"""Limits of files, threads and memory, checked before libraries meet them: these abort, hang, or print pages."""

import resource
import threading
from pathlib import Path

from hyperphrase.errors import InputError

_FEWEST_FILES = 24  # with which the program starts, and a small run works
_FEWEST_THREADS = 16  # of the libraries that are imported
_ENOUGH_FILES = 4096
_FEWEST_ADDRESSES = 2000  # MB, for the libraries


def prepare() -> None:
    """Raise the limit of open files as far as this user may. Raises InputError if the program cannot even start."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    check(_FEWEST_FILES, _FEWEST_THREADS, _FEWEST_ADDRESSES, "")
    try:
        Path.cwd()
    except OSError as error:
        raise InputError("the working folder is no longer there; change to another") from error


def check(files: int, threads: int, addresses: int, advice: str) -> None:
    """Raise InputError unless this process may open so many files, and start so many threads now.

    addresses: MB of memory that it may map.

    advice: what to do instead of raising the limit.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and limit < files:
        raise InputError(f"this process may open {limit} files only (ulimit -n), and needs {files}{advice}")
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < addresses * 1_000_000:
        may = f"this process may map {limit / 1e6:,.0f} MB of memory only (ulimit -v)"
        raise InputError(f"{may}, and needs {addresses:,} MB{advice}")
    end = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(threads):
            thread = threading.Thread(target=end.wait, daemon=True)
            thread.start()
            started.append(thread)
    except (RuntimeError, MemoryError) as error:
        what = f"this process can start {len(started)} threads only, and needs {threads}"
        raise InputError(f"{what}: raise the limit of processes (ulimit -u) or of memory{advice}") from error
    finally:
        end.set()
        for thread in started:
            thread.join()
