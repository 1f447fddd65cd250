"""An object store for tests: an emulator behind a proxy that adds what Google's has and the emulator has not.

That is: generation preconditions; answers to the last piece of an upload when it comes again, and to other pieces that
are stored already; and faults, by a schedule. Everything that passes is recorded. All of it runs in this
process, on loopback, one request at a time, so that looking at a generation and acting on it are one step, as they are
at Google's.
"""

import http.client
import json
import random
import re
import socket
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from gcp_storage_emulator import storage as emulator
from gcp_storage_emulator.server import create_server

#: What Google's price list calls the operations; deletes are free, the pieces of an upload belong to its beginning.
CLASS_A, CLASS_B = {"insert", "begin", "list"}, {"read", "stat"}
ANY = ("429", "503", "drop before", "drop after", "slow")  # faults that can happen to every request
_PIECE = 256 << 10  # bytes: uploads are stored in multiples of it


class Request(NamedTuple):
    """A request that came, and what was done to it: a fault, or nothing."""

    kind: str
    name: str
    status: int
    fault: str | None


class Answer(NamedTuple):
    """What the emulator, or the proxy in its place, says."""

    status: int
    headers: dict
    body: bytes


class DroppedError(Exception):
    """The connection is to be cut without an answer."""


def by_chance(seed, share):
    """Return a schedule: so many of all requests fail, in a way drawn by a seed, but never three of a kind in a row."""
    chance, lately, lock = random.Random(seed), {}, threading.Lock()

    def choose(kind, name):
        with lock:
            failed = lately.get((kind, name), 0)
            if failed == 2 or chance.random() >= share:
                lately[kind, name] = 0
                return None
            lately[kind, name] = failed + 1
            more = {"read": ("truncated",), "piece": ("half a piece",)}.get(kind, ())
            return chance.choice([*ANY, *more])

    return choose


class FaultyStore:
    """The store: address, what was asked of it, and the schedule that says which request fails: (kind, name) -> fault.

    upstream: (host, port) of another emulator to use than the one that is started here.
    """

    def __init__(self, bucket, upstream=None):
        emulator.logger.setLevel("CRITICAL")  # it logs each name that is not there
        self.be_calm()
        self._lock, self._names, self._stored, self._done = threading.RLock(), {}, {}, {}
        self._emulator = None
        if upstream is None:
            upstream = ("localhost", _free_port())
            self._emulator = create_server(*upstream, in_memory=True, default_bucket=bucket)
            self._emulator.start()
        self._upstream = upstream
        self._proxy = _Server(("localhost", 0), lambda *given: _Handler(self, *given))
        self._thread = threading.Thread(target=self._proxy.serve_forever)
        self._thread.start()
        self.address = f"http://localhost:{self._proxy.server_port}"

    def be_calm(self):
        """Fail no request from now on, and forget those that came."""
        self.requests, self.schedule = [], lambda kind, name: None

    def counts(self):
        """Return how many requests came of class A, of class B, and deletes."""
        kinds = [request.kind for request in self.requests]
        return tuple(sum(kind in group for kind in kinds) for group in (CLASS_A, CLASS_B, {"delete"}))

    def close(self):
        """Stop both servers."""
        self._proxy.shutdown()
        self._proxy.server_close()
        self._thread.join()
        if self._emulator:
            self._emulator.stop()

    def answer(self, method, path, headers, body):
        """Return (kind, the answer to a request, the fault that it meets)."""
        kind, name = self._what(method, path, body)
        fault = self.schedule(kind, name)
        if fault in ("429", "503", "403", "401"):
            answer = _error(int(fault), f"the schedule says {fault}")
        elif fault == "drop before":
            answer = None
        else:
            with self._lock:
                answer = self._answer(kind, name, fault, (method, path, headers, body))
        if fault in ("drop after", "half a piece"):
            answer = None
        self.requests.append(Request(kind, name, answer.status if answer else 0, fault))
        if answer is None:
            raise DroppedError
        if fault == "slow":
            time.sleep(0.05)
        return answer, fault

    def _answer(self, kind, name, fault, request):
        method, path, headers, body = request
        query = _query(path)
        upload = query.get("upload_id")
        if upload in self._done:
            return self._done[upload]  # a last piece that comes again: Google's says what it said before
        last = kind in ("insert", "begin") or (kind == "piece" and not headers["content-range"].endswith("/*"))
        expected = query.get("ifGenerationMatch")
        if expected is not None and (last or kind == "delete") and int(expected) != self._generation(name):
            return _error(412, "At least one of the pre-conditions you specified did not hold.")
        if kind == "piece" and body:
            headers, body = self._unstored(upload, headers, body)
        half = len(body) // 2 // _PIECE * _PIECE
        if fault in ("half a piece", "short piece") and half:
            first, body = _first_byte(headers), body[:half]
            headers = headers | {"content-range": f"bytes {first}-{first + half - 1}/*"}
        answer = self._forward(method, path, headers, body)
        if answer.status == 308:
            self._stored[upload] = int(answer.headers["Range"].rpartition("-")[2]) + 1
        if kind == "begin" and answer.status == 200:
            self._names[_query(answer.headers["Location"])["upload_id"]] = name
        if kind == "piece" and answer.status == 200:
            self._done[upload] = answer
        return answer

    def _unstored(self, upload, headers, body):
        """Return a piece without what is stored of it already: Google's ignores that when it comes again."""
        first, stored = _first_byte(headers), self._stored.get(upload, 0)
        if first >= stored:
            return headers, body
        rest, (end, total) = body[stored - first :], headers["content-range"].partition("-")[2].split("/")
        return headers | {"content-range": f"bytes {stored}-{end}/{total}" if rest else "bytes */*"}, rest

    def _forward(self, method, path, headers, body=b""):
        connection = http.client.HTTPConnection(*self._upstream)
        try:
            connection.request(method, path, body, headers | {"content-length": str(len(body))})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def _generation(self, name):
        path = f"/storage/v1/b/{name.partition('/')[0]}/o/{urllib.parse.quote(name.partition('/')[2], safe='')}"
        answer = self._forward("GET", path, {})
        return int(json.loads(answer.body)["generation"]) if answer.status == 200 else 0

    def _what(self, method, path, body):
        """Return (kind, bucket/object) of a request."""
        query, parts = _query(path), urllib.parse.urlsplit(path).path.split("/")
        if "upload_id" in query:
            return {"PUT": "piece", "DELETE": "cancel"}[method], self._names.get(query["upload_id"], "")
        bucket = urllib.parse.unquote(parts[parts.index("b") + 1])
        if "uploadType" in query:
            name = query.get("name") or re.search(rb'"name": *"([^"]*)"', body)[1].decode()
            return ("begin" if query["uploadType"] == "resumable" else "insert"), f"{bucket}/{name}"
        if parts[-1] == "o":
            return "list", f"{bucket}/{query.get('prefix', '')}"
        if "o" not in parts:
            return "bucket", bucket
        name = f"{bucket}/{urllib.parse.unquote('/'.join(parts[parts.index('o') + 1 :]))}"
        return {"GET": "read" if query.get("alt") == "media" else "stat", "DELETE": "delete"}[method], name


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """Say nothing of clients that were killed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together: apart, each answer would wait 40 ms for the client's system
    disable_nagle_algorithm = True

    def __init__(self, store, *given):
        self._store = store
        super().__init__(*given)

    def _do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() != "connection"}
        try:
            answer, fault = self._store.answer(self.command, self.path, headers, body)
        except DroppedError:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        cut = fault == "truncated" and answer.status in (200, 206)
        self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        self.close_connection = self.close_connection or cut

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _do  # noqa: N815  # http.server's names

    def log_message(self, *_):
        """Say nothing: all is recorded."""


def _first_byte(headers):
    return int(headers["content-range"].partition(" ")[2].partition("-")[0])


def _query(path):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))


def _error(status, message):
    body = {"error": {"code": status, "message": message, "errors": [{"reason": "test", "message": message}]}}
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(body).encode())


def _free_port():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]
