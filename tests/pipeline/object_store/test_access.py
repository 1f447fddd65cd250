"""gs:// without credentials, without permission, without a bucket: one line, status 2, in seconds."""

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from subprocess import run

import google.auth
import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions
from google.auth.credentials import AnonymousCredentials

from transforms.files import bucket

SMALL = ["--vocabulary=100", "--seeds=0:100"]
COMMANDS = {
    "run": ["run", *SMALL, "--output={}"],
    "verify": ["verify", "{}"],
    "inspect": ["inspect", "{}"],
    "find": ["find", "{}", "sea"],
    "fragments": ["fragments", "{}", "sea", "--budget=9"],
}


def call(program, command, out):
    name, *rest = (part.format(out) for part in COMMANDS[command])
    return program(name, *rest)


def check_refused(outcome, command, *mentioned):
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith(f"hyperphrase {command}: ")
    assert [] == [word for word in mentioned if word not in outcome.error]


@pytest.fixture
def nowhere(tmp_path):
    """The environment of a machine that has no credentials, and no server of Google's that gives any."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"  # nobody listens there
    places = {"HOME": str(tmp_path), "CLOUDSDK_CONFIG": str(tmp_path), "STORAGE_EMULATOR_HOST": ""}
    return places | {"GCE_METADATA_HOST": address, "GCE_METADATA_IP": address, "https_proxy": f"http://{address}"}


@pytest.mark.parametrize("command", ["run", "inspect"])
def test_no_credentials_are_said_at_once(start, nowhere, command):
    name, *rest = (part.format("gs://bucket/out") for part in COMMANDS[command])
    process = start(name, *rest, env=nowhere)
    out, error = process.communicate(timeout=60)
    assert (2, "", 1) == (process.returncode, out, error.count("\n"))
    assert "gs://bucket/out" in error
    assert "no Google credentials were found" in error


def test_an_input_file_without_credentials_is_said_at_once(start, nowhere):
    process = start("plan", *SMALL, "--lexicon=gs://bucket/words.txt", "--output=gs://bucket/out", env=nowhere)
    out, error = process.communicate(timeout=60)
    assert (2, "", 1) == (process.returncode, out, error.count("\n"))
    assert "no Google credentials were found" in error


LOOK = """
import time
from transforms.files import bucket
begin = time.monotonic()
try:
    bucket.measure("gs://bucket/file")
except PermissionError:
    print("none", time.monotonic() - begin < 3.5)
except OSError as error:
    print("found", "Unable to connect to proxy" in str(error) or "Cannot connect to proxy" in str(error))
"""


class Metadata(BaseHTTPRequestHandler):
    """What a machine of Google's asks who it is."""

    def do_GET(self):
        body = b'{"access_token": "t", "expires_in": 3599, "token_type": "Bearer", "email": "e", "scopes": ["s"]}'
        self.send_response(404 if "universe" in self.path else 200)
        for name, value in {"Metadata-Flavor": "Google", "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


def test_a_machine_of_googles_has_credentials(start, nowhere):
    """Its metadata server is found; what fails then is the way to the store, which here leads nowhere."""
    server = HTTPServer(("127.0.0.1", 0), Metadata)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    code = LOOK.replace("begin =", "bucket.RETRY = bucket.RETRY.with_timeout(0.1); begin =")
    try:
        for env, expected in (
            (nowhere, "none True"),
            (nowhere | dict.fromkeys(("GCE_METADATA_HOST", "GCE_METADATA_IP"), address), "found True"),
        ):
            done = run(
                [sys.executable, "-c", code],
                env={"PATH": "", **env},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert expected == done.stdout.strip(), done.stderr
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("wish", ["--no_auth", "CLOUDSDK_AUTH_DISABLE_CREDENTIALS"])
def test_who_wishes_goes_without_credentials(monkeypatch, wish):
    """As for a public bucket; nobody is asked for any then."""
    monkeypatch.setattr(bucket, "_client_of", bucket._client_of.__wrapped__)
    monkeypatch.setattr(google.auth, "default", None)
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([wish] if wish.startswith("--") else []))
    if not wish.startswith("--"):
        monkeypatch.setenv(wish, "true")
    assert isinstance(bucket._client_of(None)._credentials, AnonymousCredentials)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("status", ["401", "403"])
def test_no_permission(store, program, command, status):
    store.schedule = lambda kind, name: status
    check_refused(call(program, command, "gs://bucket/closed"), command, "gs://bucket/closed")


def test_no_permission_to_write(store, program, objects_of):
    store.schedule = lambda kind, name: "403" if kind == "insert" else None
    check_refused(call(program, "run", "gs://bucket/readable"), "run", "--output=gs://bucket/readable", "403")
    store.be_calm()
    assert {} == objects_of("gs://bucket/readable")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bucket_that_is_not_there(program, command):
    check_refused(call(program, command, "gs://no-such-bucket/out"), command, "gs://no-such-bucket/out")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "name", ["gs://", "gs:///out", "gs://Bucket/out", "gs://b/out", "gs://bu cket/out", "gs://bucket/a\nb"]
)
def test_names_that_are_none(store, program, command, name):
    check_refused(call(program, command, name), command, "write gs://BUCKET/FOLDER")
    assert [] == store.requests
