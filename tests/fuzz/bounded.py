"""Calls in a process of their own, whose memory is bounded and measured: what bombs are tried in.

    python tests/fuzz/bounded.py < calls.json

Each call is [command, *arguments] of the program; what became of it is printed as a line of JSON.
"""

import contextlib
import importlib
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the checkout, when run as a command

_MORE_MEMORY = 1 << 30  # bytes of addresses beyond those of the start: what is not touched costs nothing
_SECONDS = 120


class Bounded(NamedTuple):
    """What a call gave. status: None if it let an exception out. grown: bytes of memory at its peak, beyond before."""

    status: int | None
    out: str
    error: str
    seconds: float
    grown: int


def calls(*lines: Sequence[object]) -> list[Bounded]:
    """Return what became of each call; all are in one process, one after the other."""
    text = json.dumps([list(map(str, line)) for line in lines])
    done = subprocess.run(
        [sys.executable, __file__], input=text, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    if done.returncode:
        raise AssertionError(f"status {done.returncode}: {done.stdout[-500:]} {done.stderr[-2000:]}")
    return [Bounded(*json.loads(line)) for line in done.stdout.splitlines()]


def _memory(field: str) -> int:
    text = Path("/proc/self/status").read_text()
    return int(text.partition(f"{field}:")[2].split()[0]) << 10


def _call(line: list[str]) -> Bounded:
    out, error = io.StringIO(), io.StringIO()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, begin, status = _memory("VmRSS"), time.monotonic(), None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            status = importlib.import_module(f"beam_pipeline.{line[0]}").main(line[1:])
        except BaseException as escaped:
            error.write(f"{type(escaped).__name__}: {escaped}")
    seconds = time.monotonic() - begin
    return Bounded(status, out.getvalue()[:2000], error.getvalue()[:2000], seconds, _memory("VmHWM") - before)


def main() -> None:
    """Make the calls on standard input; first ones bring all libraries, kernels and threads."""
    small = ["--phrases=10", "--vocabulary=100", "--lexicon=synthetic"]
    with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as folder:
        importlib.import_module("beam_pipeline.plan").main(small)
        importlib.import_module("beam_pipeline.run").main([*small, f"--output={folder}/out", "--quiet"])
    for name in ("run", "verify", "inspect", "find"):
        importlib.import_module(f"beam_pipeline.{name}")
    limit = _memory("VmSize") + _MORE_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for line in json.load(sys.stdin):
        print(json.dumps(_call(line)), flush=True)


if __name__ == "__main__":
    main()
