"""The machine and the versions that results were measured with."""

import os
import platform
from importlib import metadata
from pathlib import Path

from benchmarks.contestants import PACKAGES, PROJECT, TPCH


def machine() -> dict[str, str]:
    """Return processor, cores, memory and kernel, in words."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of every package that takes part."""
    packages = (PROJECT, "apache-beam", "numpy", "numba", *PACKAGES, TPCH)
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}}


def _processor() -> str:
    """Return the processor's name; Linux says it in /proc/cpuinfo."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    if "model name" not in facts:
        return platform.processor() or platform.machine()
    return f"{facts['model name']} (family {facts.get('cpu family')}, model {facts.get('model')})"
