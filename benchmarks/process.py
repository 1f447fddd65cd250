"""One command, run and measured as a whole process."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hyperphrase.errors import WorkFailedError

ROOT = Path(__file__).parents[1]
_LAUNCHER = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))]


@dataclass(frozen=True)
class Cost:
    """What a process took, from its start to its end.

    seconds: by the clock. cpu_seconds: user and system, of all its threads. peak_bytes: most resident memory.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measured(command: Sequence[str]) -> Cost:
    """Run ``command``, whose first word is a path, from the project's root.

    Raises WorkFailedError, with the last line that it said, if its exit status is not 0.
    """
    os.sync()  # what an earlier command left to be written is not charged to this one
    launched = [*_LAUNCHER, *command]
    done = subprocess.run(launched, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own
    lines = [line for line in done.stderr.splitlines() if line.strip()] or ["without a word"]
    if done.returncode:
        raise WorkFailedError(f"{command[0]}: {lines[-1]}")
    cost = json.loads(done.stdout)
    if status := cost.pop("status"):
        raise WorkFailedError(f"status {status}: {lines[-1]}")
    return Cost(**cost)
