"""Limits of files, threads and memory, checked before libraries meet them: these abort, hang, or print pages."""

import contextlib
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

from hyperphrase.errors import InputError

_FEWEST_FILES = 24  # with which the program starts, and a small run works
_FEWEST_THREADS = 16  # of the libraries that are imported
_OTHERS = 10_000  # threads that this user's other processes may have
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

    Many threads are tried only where a limit is seen: 1,300 of them, for 64 cores, take 0.4 s. addresses: MB of memory
    that the process may map. advice: what to do instead of raising the limit.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and limit < files:
        raise InputError(f"this process may open {limit} files only (ulimit -n), and needs {files}{advice}")
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < addresses * 1_000_000:
        may = f"this process may map {limit / 1e6:,.0f} MB of memory only (ulimit -v)"
        raise InputError(f"{may}, and needs {addresses:,} MB{advice}")
    if threads <= _FEWEST_THREADS or _limits_threads(threads + _OTHERS):
        _start(threads, advice)


def _limits_threads(threads: int) -> bool:
    """Tell whether a limit is seen that may keep this process from having so many threads."""
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        return True  # the stack of each takes addresses
    limits = resource.getrlimit(resource.RLIMIT_NPROC)[0], *_limits_of_groups()
    return any(0 <= limit < threads for limit in limits)


def _limits_of_groups() -> Iterator[int]:
    """Yield the limits of threads of the control groups that this process is in; a container is one."""
    groups = Path("/proc/self/cgroup")
    for line in groups.read_text(encoding="utf-8").splitlines() if groups.exists() else ():
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "pids"):  # of version 2, and of version 1
            root = Path("/sys/fs/cgroup", controllers)
            for group in (root / path.lstrip("/"), *(root / path.lstrip("/")).parents):
                with contextlib.suppress(OSError, ValueError):  # no limit is seen, or it is max
                    yield int((group / "pids.max").read_text(encoding="utf-8"))


def _start(threads: int, advice: str) -> None:
    """Raise InputError unless so many threads can be started now."""
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
