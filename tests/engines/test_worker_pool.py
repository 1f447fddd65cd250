"""The pool of workers beside an engine: several engines may share one, as two TaskManagers of one machine do."""

import contextlib
import queue
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc, endpoints_pb2

from tests.engines.conftest import SECONDS, pool_serving

WORKER = "10-1"


class Engine(beam_fn_api_pb2_grpc.BeamFnControlServicer):
    """The control service of an engine: knows which workers connected and which have ended."""

    def __init__(self):
        self.connected, self.ended, self._closed = queue.Queue(), threading.Event(), threading.Event()

    def Control(self, responses, context):  # noqa: N802  # the name of the call
        context.add_callback(self.ended.set)
        self.connected.put(dict(context.invocation_metadata())["worker_id"])
        self._closed.wait()
        yield from ()

    def close(self):
        """End the connections of its workers."""
        self._closed.set()


@contextlib.contextmanager
def engine():
    """Yield an engine and its address."""
    server, served = grpc.server(ThreadPoolExecutor(4)), Engine()
    beam_fn_api_pb2_grpc.add_BeamFnControlServicer_to_server(served, server)
    port = server.add_insecure_port("localhost:0")
    server.start()
    yield served, f"localhost:{port}"
    served.close()
    server.stop(0).wait()


@pytest.fixture
def pool(tmp_path, wheel_python):
    """A stub of a pool."""
    with pool_serving(wheel_python, tmp_path) as address, grpc.insecure_channel(address) as channel:
        yield beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolStub(channel)


def start(pool, address):
    """Ask for a worker of the one id."""
    place = endpoints_pb2.ApiServiceDescriptor(url=address)
    answer = pool.StartWorker(beam_fn_api_pb2.StartWorkerRequest(worker_id=WORKER, control_endpoint=place))
    assert "" == answer.error


def stop(pool):
    """Ask the worker of the one id to stop."""
    pool.StopWorker(beam_fn_api_pb2.StopWorkerRequest(worker_id=WORKER))


def test_engines_that_give_workers_the_same_id_do_not_stop_each_others(pool):
    with engine() as (first, first_address), engine() as (second, second_address):
        for one, address in ((first, first_address), (second, second_address)):
            start(pool, address)
            assert WORKER == one.connected.get(timeout=SECONDS)
        stop(pool)  # of one of them
        first.close()
        assert first.ended.wait(SECONDS)
        assert not second.ended.wait(3)
        stop(pool)
        assert second.ended.wait(SECONDS)


def test_workers_end_with_their_pool(tmp_path, wheel_python):
    with engine() as (one, address):
        with pool_serving(wheel_python, tmp_path) as place, grpc.insecure_channel(place) as channel:
            start(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolStub(channel), address)
            assert WORKER == one.connected.get(timeout=SECONDS)
        assert one.ended.wait(SECONDS)


@pytest.mark.parametrize("port", ["many", "1000000", "taken"])
def test_a_wrong_port_is_one_line(port):
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as other:
        number = other.getsockname()[1]
        given = port.replace("taken", str(number))
        line = [sys.executable, "-m", "beam_pipeline.engines.worker_pool", f"--service_port={given}"]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=SECONDS)
    what = "is in use; give another" if port == "taken" else "give a whole number from 1 to 65535"
    assert (2, "") == (done.returncode, done.stdout)
    assert [f"hyperphrase worker_pool: --service_port={given}: {what}"] == done.stderr.splitlines()[-1:]
