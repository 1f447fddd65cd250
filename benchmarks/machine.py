"""The machine and the versions that results were measured with."""

import os
import platform
from importlib import metadata
from pathlib import Path

from benchmarks.contestants import PACKAGES, PROJECT, TPCH


def machine() -> dict[str, str]:
    """Return processor, whether it has AVX-512, cores, memory and kernel, in words."""
    return {
        "processor": _processor(),
        "AVX-512": "yes" if "avx512f" in _cpuinfo().get("flags", "").split() else "no",
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of every package that takes part."""
    packages = (PROJECT, "apache-beam", "numpy", "numba", *PACKAGES, TPCH)
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}}


def _processor() -> str:
    """Return the processor's name."""
    facts = _cpuinfo()
    if "model name" not in facts:
        return platform.processor() or platform.machine()
    return f"{facts['model name']} (family {facts.get('cpu family')}, model {facts.get('model')})"


def _cpuinfo() -> dict[str, str]:
    """Return what Linux says about the processor in /proc/cpuinfo, nothing elsewhere."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
