"""A pool of workers beside an engine, for ``--environment_type=EXTERNAL``: a process for each worker that is asked for.

    python -m beam_pipeline.engines.worker_pool --service_port=50000

It serves Beam's BeamFnExternalWorkerPool (beam_fn_api.proto), as Beam's own pool does. That one knows a worker by its
id alone; but each TaskManager of Flink counts ids for itself, so two of them at one pool stop each other's workers, and
the job waits for ever. Here an id may have several workers. Each ends when its engine closes its connection, so a
request to stop is followed only where the id has one worker.

A worker is a process of the program: it goes to an engine on this machine past the user's proxy, and it ends with the
pool, also if that is killed.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
from google.protobuf import text_format

from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.options import whole
from hyperphrase.errors import InputError

_CALLS = 16  # that are answered at a time
_OPTIONS = [  # engines ping often; and no two pools may share a port
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.so_reuseport", 0),
]
_STOP_SECONDS = 10.0  # for a worker to stop before it is killed


class WorkerPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """Starts and stops workers: processes of this machine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: dict[str, list[subprocess.Popen[bytes]]] = {}  # by id; those that ended are removed late

    def StartWorker(  # noqa: N802  # the name of the call
        self, request: beam_fn_api_pb2.StartWorkerRequest, _: object
    ) -> beam_fn_api_pb2.StartWorkerResponse:
        """Start a worker that connects to the engine's control address; answer with what went wrong, if anything."""
        given = {
            "CONTROL_API_SERVICE_DESCRIPTOR": text_format.MessageToString(request.control_endpoint),
            "WORKER_ID": request.worker_id,
        }
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "beam_pipeline.engines.worker_process"],
                env=os.environ | given,
                stdin=subprocess.PIPE,  # at whose end the worker ends
            )
        except OSError as error:
            return beam_fn_api_pb2.StartWorkerResponse(error=f"the worker pool cannot start a worker: {error}")
        with self._lock:
            self._workers[request.worker_id] = [*self._running(request.worker_id), process]
        return beam_fn_api_pb2.StartWorkerResponse()

    def StopWorker(  # noqa: N802  # the name of the call
        self, request: beam_fn_api_pb2.StopWorkerRequest, _: object
    ) -> beam_fn_api_pb2.StopWorkerResponse:
        """Stop the worker of an id, unless several engines have one of that id."""
        with self._lock:
            running = self._running(request.worker_id)
            if len(running) < 2:
                self._workers.pop(request.worker_id, None)
        if len(running) == 1:
            _stop(running[0])
        return beam_fn_api_pb2.StopWorkerResponse()

    def _running(self, worker_id: str) -> list[subprocess.Popen[bytes]]:
        return [process for process in self._workers.get(worker_id, []) if process.poll() is None]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the process is ended."""
    return run_command("worker_pool", _serve, arguments)


def _serve(arguments: Sequence[str]) -> int:
    parser = Parser("worker_pool", "serve a pool of workers beside an engine")
    parser.add_argument("--service_port", metavar="PORT", required=True, help="port to listen at")
    port = whole("--service_port", parser.parse_args(list(arguments)).service_port, 1, 65535)
    server = grpc.server(ThreadPoolExecutor(_CALLS), options=_OPTIONS)
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(WorkerPool(), server)
    try:
        server.add_insecure_port(f"[::]:{port}")
    except RuntimeError as error:
        raise InputError(f"--service_port={port}: is in use; give another") from error
    server.start()
    server.wait_for_termination()
    return DONE


if __name__ == "__main__":
    sys.exit(main())
