"""What Beam imports where it is installed, and no run on this machine uses: clients of clouds, data frames and others.

Without them a command starts a quarter sooner. Beam and numba do without each of them where it is not installed.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from itertools import pairwise

from beam_pipeline.terminal.runner_kind import LOCAL_KINDS, kind_of

_UNUSED = (
    "IPython",
    "apache_beam.io.gcp.bigquery",
    "google.cloud.dataflow",
    "google.cloud.storage",
    "pandas",
    "scipy",  # numba's, for linear algebra, which no kernel calls
)

_WORKERS = "beam_pipeline.engines."  # modules of processes that do what a job tells them


def leave_out(module: str, arguments: Sequence[str]) -> None:
    """Let their imports fail in this process, unless it works for an engine, or the command names one or a bucket.

    module: that the process runs. arguments: of the command.
    """
    if not module.startswith(_WORKERS) and stays_here(arguments):
        sys.meta_path.insert(0, _NotInstalled())


class _NotInstalled(MetaPathFinder):
    """Finds the unused modules nowhere."""

    def find_spec(self, name: str, *_: object) -> None:
        if name in _UNUSED:
            raise ModuleNotFoundError(f"{name}: no run on this machine uses it", name=name)


def stays_here(arguments: Sequence[str]) -> bool:
    """Return whether a command with these arguments reads and writes local files alone, and runs on this machine.

    >>> stays_here(["run", "--output=out"]), stays_here(["run", "--output=gs://bucket/out"])
    (True, False)
    >>> stays_here(["--runner=Direct"]), stays_here(["--runner", "DataflowRunner"])
    (True, False)
    """
    words = [word for argument in arguments for word in argument.split("=", 1)]
    engines = [engine for option, engine in pairwise(words) if option == "--runner"]
    return not any("://" in word for word in words) and all(kind_of(engine) in LOCAL_KINDS for engine in engines)
