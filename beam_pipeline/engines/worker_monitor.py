"""The worker processes of ``--direct_running_mode=multi_processing``: started, monitored, and stopped with the run.

Beam (2.77.0) starts them through a shell, copies their logs to stderr, and waits for ever for the response of one that
was killed, for example by the system when memory runs short. Here the death of a worker ends the run: all pending
responses become errors. The same command then resumes from the finished files; if all work was already done, the run
succeeds.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

from apache_beam.portability import python_urns
from apache_beam.runners.portability.fn_api_runner.worker_handlers import GrpcWorkerHandler, WorkerHandler
from google.protobuf import json_format, text_format

from hyperphrase.untrusted.separate_process import module_path

_GRACE_SECONDS = 5.0  # seconds for Beam to end the run after a worker died; mostly less than one
_WORKERS: "list[_WorkerProcess]" = []  # of the current run
_LOST: list[str] = []  # reasons why workers died


def monitor_workers(end: Callable[[str], NoReturn]) -> None:
    """Make Beam start its worker processes through this module.

    end: called by a thread, with the reason why a worker died, if Beam does not end the run in time.
    """
    _WORKERS.clear()
    _LOST.clear()

    def make(_: bytes, state: Any, provision_info: Any, server: Any) -> "_WorkerProcess":
        _WORKERS.append(_WorkerProcess(state, provision_info, server, end))
        return _WORKERS[-1]

    WorkerHandler.register_environment(python_urns.SUBPROCESS_SDK, bytes)(make)


def lost_worker() -> str | None:
    """Return why a worker process of the run died; None if none did."""
    return _LOST[0] if _LOST else None


class _WorkerProcess(GrpcWorkerHandler):
    """One worker process. Its standard input is a pipe that is never written; when it is closed, the worker exits."""

    def __init__(self, state: Any, provision_info: Any, server: Any, end: Callable[[str], NoReturn]) -> None:
        super().__init__(state, provision_info, server)
        self._end, self._closing = end, threading.Event()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed in close()

    def start_worker(self) -> None:
        """Start the process, and a thread that waits for its exit."""
        options = self.provision_info.provision_info.pipeline_options
        given = {
            "CONTROL_API_SERVICE_DESCRIPTOR": text_format.MessageToString(self.control_api_service_descriptor()),
            "PIPELINE_OPTIONS": json_format.MessageToJson(options),
            "WORKER_ID": self.worker_id,
            "PYTHONPATH": module_path(),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "beam_pipeline.engines.worker_process"],
            env=os.environ | given,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
        )
        threading.Thread(target=self._watch, daemon=True).start()

    def stop_worker(self) -> None:
        """Close the process's pipe, at which it exits, and wait for it."""
        self._process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        self._process.wait()
        self._errors.close()

    def close(self) -> None:
        """Tell an idle worker to stop; kill one that is still working, as in a failed run."""
        self._closing.set()
        if self.control_conn._futures_by_id:
            self._process.kill()
        super().close()

    def _watch(self) -> None:
        status = self._process.wait()
        if self._closing.is_set():
            return
        _LOST.append(_reason(status, self._last_error()))
        last = time.monotonic() + _GRACE_SECONDS
        while not self._closing.wait(0.05):
            for worker in _WORKERS:
                worker.abort()
            if time.monotonic() > last:
                self._end(_LOST[0])

    def abort(self) -> None:
        """Turn all responses that the run waits for into errors."""
        for future in list(self.control_conn._futures_by_id.values()):
            future.abort(RuntimeError(_LOST[0]))

    def _last_error(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _reason(status: int, error: str) -> str:
    """Return why a worker process died, from its exit status and the last line of its stderr."""
    if status == -signal.SIGKILL:
        return "a worker process was killed (SIGKILL), as the system does when memory runs short"
    if status < 0:
        return f"a worker process was killed ({signal.Signals(-status).name}): {error}"
    return f"a worker process ended with status {status}: {error}"
