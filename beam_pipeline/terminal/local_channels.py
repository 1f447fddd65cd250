"""gRPC channels to this machine go to it directly, not through the user's proxy.

Beam's engines and workers talk to each other by gRPC, also those on this machine. gRPC sends a channel through the
proxy that ``http_proxy`` and the like name, unless ``no_grpc_proxy`` or, where that is not set, ``no_proxy`` names the
host.
"""

import contextlib
import os
import socket
from collections.abc import Iterator

from beam_pipeline.terminal.command_line import CHILD, DASK_LOGS, WARNINGS

_VARIABLE = "no_grpc_proxy"
_LOCAL = ("localhost", "127.0.0.0/8", "::1", "0.0.0.0")  # noqa: S104 - a name to compare with


def go_direct() -> None:
    """Let all channels of this process, and of those that it starts, to this machine go direct."""
    given = os.environ.get(_VARIABLE, os.environ.get("no_proxy", ""))
    os.environ[_VARIABLE] = ",".join(filter(None, (given, *_LOCAL, socket.gethostname())))


@contextlib.contextmanager
def variables_kept() -> Iterator[None]:
    """Leave the variables that the program sets as they were before the block, for a process that is the user's."""
    before = {name: os.environ.get(name) for name in (_VARIABLE, CHILD, DASK_LOGS, WARNINGS)}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
