"""The C library of ``unreliable.c``: compiled once, and told by the environment what goes wrong."""

import atexit
import ctypes
import errno
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import mock

from tests.faults import harness

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


def run_failing(folder, arguments, call, kind, at, count=None):
    """Make a corpus in folder/out while calls go wrong; return (Outcome, how many such calls its process made).

    One other process does it for all calls of this function. The rest as for ``failing``.
    """
    given = failing(folder / "out", call, kind, at, count), [*arguments, f"--output={folder}/out"]
    return _other_process().apply_async(_call_failing, given).get(harness.LONGEST)


@functools.cache
def _other_process():
    with mock.patch.dict(os.environ, LD_PRELOAD=library()):
        return harness.new_process()


def _call_failing(environment, arguments):
    """Call the program in this process, which has loaded the library; return (Outcome, calls counted)."""
    counted = ctypes.c_long.in_dll(ctypes.CDLL(None), "fault_calls")
    counted.value = 0
    with mock.patch.dict(os.environ, environment):
        outcome = harness.call(arguments)
    return outcome, counted.value


def jumping_clock(hours):
    """Return the environment in which the time of day is anything within ``hours`` of the true one, ever anew."""
    return {"LD_PRELOAD": library(), "CLOCK_HOURS": str(hours)}
