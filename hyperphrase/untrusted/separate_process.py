"""Parse bytes from elsewhere in a process of their own, whose memory and time are bounded.

For formats that only a large library in C++ reads: what hostile bytes make it allocate is not known beforehand, and a
crash of it would be ours.
"""

import os
import subprocess
import sys
from pathlib import Path

_SECONDS = 60


def parse_apart(program: Path, data: bytes) -> bytes:
    """Return what the Python file ``program`` writes to standard output, given ``data`` on standard input.

    The program bounds its own memory, and depends on installed packages alone. Raises ValueError if it fails: with
    what it says on standard error, in status 2; without a text if it dies in another way or takes a minute.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", str(program)]
    try:
        done = subprocess.run(  # noqa: S603 - the program is one of ours
            command, input=data, capture_output=True, check=False, timeout=_SECONDS, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError from error
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip() if done.returncode == 2 else "")
    return done.stdout
