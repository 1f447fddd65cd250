"""Programs in processes of their own: one, or several ranks as torchrun starts them."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds; for a machine that does much else


def start(program, folder, **environment):
    """Start a Python program, in a process group of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment}
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def finish(process):
    """Return (exit status, what it printed, what it complained of); it and its children are gone afterwards."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        left = True
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            left = False
    assert not left, "processes were left behind"
    return process.returncode, out, err


def group_of(world_size):
    """Return the environment of each rank of a group on this machine, as torchrun sets it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": str(world_size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    return [{**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(world_size)]


def run_ranks(program, folder, world_size, **environment):
    """Run a program as all ranks of a group, and return what each printed."""
    ranks = [start(program, folder, **one, **environment) for one in group_of(world_size)]
    done = [finish(process) for process in ranks]
    assert [(status, err[-2000:]) for status, _, err in done if status] == []
    return [out for _, out, _ in done]
