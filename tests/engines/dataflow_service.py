"""A stand-in for the Dataflow service: as much of its HTTP API as Beam's client uses, on a port of this machine.

It takes jobs, runs their staged pipelines as the service's workers would, knowing nothing but what the client staged,
and tells their states. ``python tests/engines/dataflow_service.py gs://bucket/pipeline.pb`` runs one.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from google.cloud import dataflow

ROOT = Path(__file__).parents[2]
TOKEN = "ya29.a-token-that-nobody-may-write-down"  # what the stand-in's login gives out
DONE, FAILED, RUNNING, CANCELLED = (f"JOB_STATE_{state}" for state in ("DONE", "FAILED", "RUNNING", "CANCELLED"))


class DataflowService:
    """The service. created: the jobs as they were asked for. work(job) -> (state, error messages) does a job.

    taken: set once a job is there. over: for work that waits.
    """

    def __init__(self):
        self.created, self.bodies, self.headers, self.cancelled = [], [], [], []
        self.taken, self.over = threading.Event(), threading.Event()
        self.work = lambda job: (DONE, [])
        self._jobs, self._messages = {}, {}
        self._server = ThreadingHTTPServer(("localhost", 0), _handler(self))
        self.url = f"http://localhost:{self._server.server_port}"

    @contextlib.contextmanager
    def serving(self):
        """Answer until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def create(self, body):
        """Take a job, or answer with the active one of its name."""
        asked = json.loads(body)
        for job in self._jobs.values():
            if job["name"] == asked["name"] and job["currentState"] == RUNNING:
                return job
        self.created.append(asked)
        self.bodies.append(body)
        job = asked | {"id": f"2026-11-25_{len(self.created)}", "currentState": RUNNING}
        self._jobs[job["id"]] = job
        threading.Thread(target=self._do, args=[job]).start()
        self.taken.set()
        return job | {"currentState": RUNNING}  # whatever it is by now

    def _do(self, job):
        state, errors = self.work(job)
        self._messages[job["id"]] = [
            {
                "id": str(number),
                "time": "2026-11-25T00:00:00Z",
                "messageText": text,
                "messageImportance": "JOB_MESSAGE_ERROR",
            }
            for number, text in enumerate(errors)
        ]
        job["currentState"] = state

    def update(self, name, body):
        """Cancel a job."""
        state = dataflow.JobState(json.loads(body)["requestedState"]).name
        self.cancelled.append((name, state))
        self._jobs[name]["currentState"] = state
        return self._jobs[name]

    def answer(self, method, path, body):
        """Return what the API answers."""
        if path == "/token":
            return {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
        if method == "POST":
            return self.create(body)
        _, name, *messages = path.partition("?")[0].partition("/jobs")[2].split("/")
        if messages:
            return {"jobMessages": self._messages.get(name, [])}
        return self.update(name, body) if method == "PUT" else self._jobs[name]


def _handler(service):
    class Handler(BaseHTTPRequestHandler):
        def _reply(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.headers.append(self.headers.get("Authorization"))
            answer = json.dumps(service.answer(self.command, self.path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = _reply  # noqa: N815  # the library's names

        def log_message(self, *_):
            pass

    return Handler


def run_staged(url, environment):
    """Run the staged pipeline ``url`` in a process of its own, in an empty folder: returns (state, error messages)."""
    line = [sys.executable, __file__, url]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return (DONE, []) if done.returncode == 0 else (FAILED, [done.stderr])


def main(url):
    """Run the staged pipeline ``url`` on Beam's FnApiRunner in this process, as if it were the job's image."""
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.portability import python_urns
    from apache_beam.portability.api import beam_runner_api_pb2
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner

    with FileSystems.open(url) as stream:
        pipeline = beam_runner_api_pb2.Pipeline.FromString(stream.read())
    for environment in pipeline.components.environments.values():
        environment.urn, environment.payload = python_urns.EMBEDDED_PYTHON, b""
    FnApiRunner().run_via_runner_api(pipeline, PipelineOptions()).wait_until_finish()


if __name__ == "__main__":
    main(sys.argv[1])
