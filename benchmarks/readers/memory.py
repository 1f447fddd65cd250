"""The memory of a process and of all processes that it started, as Linux says it."""

import os
from collections import defaultdict
from pathlib import Path

_KIB = 1024


def tree(root: int) -> list[int]:
    """Return the processes that ``root`` started, those that they started, and so on, and ``root`` itself, first."""
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            children[int(fields[1])].append(int(entry.name))
    found = [root]
    for process in found:
        found += children[process]
    return found


def memory_of(root: int) -> dict[str, int]:
    """Return the bytes that the tree of ``root`` holds: ``all``, and ``files`` of it, pages of mapped files.

    A page that several processes share counts once: each has its share of it (PSS).
    """
    totals = {"all": 0, "files": 0}
    for process in tree(root):
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue  # it has ended
        facts = {key: int(rest.split()[0]) for key, _, rest in (line.partition(":") for line in text.splitlines()[1:])}
        totals["all"] += facts["Pss"] * _KIB
        totals["files"] += facts["Pss_File"] * _KIB
    return totals


def own_memory() -> dict[str, int]:
    """Return what this process and its children hold."""
    return memory_of(os.getpid())
