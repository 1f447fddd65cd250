"""gRPC channels to this machine go to it directly, not through the user's proxy.

Beam's engines and workers talk to each other by gRPC, also those on this machine. gRPC sends a channel through the
proxy that ``http_proxy`` and the like name, unless ``no_grpc_proxy`` or, where that is not set, ``no_proxy`` names the
host.
"""

import contextlib
import os
import socket
from collections.abc import Iterator

_VARIABLE = "no_grpc_proxy"
_LOCAL = ("localhost", "127.0.0.0/8", "::1", "0.0.0.0")  # noqa: S104 - a name to compare with


def go_direct() -> None:
    """Let all channels of this process, and of those that it starts, to this machine go direct."""
    given = os.environ.get(_VARIABLE, os.environ.get("no_proxy", ""))
    os.environ[_VARIABLE] = ",".join(filter(None, (given, *_LOCAL, socket.gethostname())))


@contextlib.contextmanager
def going_direct() -> Iterator[None]:
    """Let channels go direct during the block, and leave the variables as they were before."""
    before = os.environ.get(_VARIABLE)
    go_direct()
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = before
