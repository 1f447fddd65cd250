"""Parse untrusted bytes in a separate process with limited memory and time.

For formats that only a large C++ library reads: hostile bytes can make it allocate any amount of memory, or crash.
"""

import os
import subprocess
import sys
from pathlib import Path

_SECONDS = 60


def parse_apart(program: Path, data: bytes) -> bytes:
    """Return what the Python file ``program`` writes to standard output, given ``data`` on standard input.

    The program limits its own memory, and may import installed packages only. Raises ValueError if it fails: with its
    standard error as the text if the exit status is 2; without a text for any other status, or after a minute.
    """
    environment = {**os.environ, "PYTHONPATH": module_path()}
    command = [sys.executable, "-P", str(program)]
    try:
        done = subprocess.run(  # noqa: S603 - the program is part of this package
            command, input=data, capture_output=True, check=False, timeout=_SECONDS, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError from error
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip() if done.returncode == 2 else "")
    return done.stdout


def module_path() -> str:
    """Return the ``PYTHONPATH`` under which another Python finds the modules that this one does."""
    return os.pathsep.join(filter(None, sys.path))
