"""The C library of ``unreliable.c``: compiled once, and told by the environment what goes wrong."""

import atexit
import errno
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


@functools.cache
def library():
    """Compile it; return its path. Raises FileNotFoundError without a C compiler."""
    folder = tempfile.mkdtemp(prefix="unreliable-")
    atexit.register(shutil.rmtree, folder)
    made = Path(folder) / "unreliable.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, SOURCE, "-ldl"], check=True)
    return str(made)


def failing(folder, call, kind, at, count=None):
    """Return the environment in which call number ``at`` on files below ``folder`` goes wrong.

    call: as in ``unreliable.c``, also several with commas. kind: short, or the name of an error. at: 0 is every second
    one, -1 every one. count: a file to which each process appends how many such calls it made.
    """
    said = {"FAULT_FOLDER": folder, "FAULT_CALL": call, "FAULT_KIND": getattr(errno, kind, kind), "FAULT_AT": at}
    said |= {"FAULT_COUNT": count} if count else {}
    return {"LD_PRELOAD": library()} | {name: str(value) for name, value in said.items()}


def jumping_clock(hours):
    """Return the environment in which the time of day is anything within ``hours`` of the true one, ever anew."""
    return {"LD_PRELOAD": library(), "CLOCK_HOURS": str(hours)}
