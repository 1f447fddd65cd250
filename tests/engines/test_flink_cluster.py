"""A Flink cluster by the address of its web page: free slots, and jobs to cancel. The cluster is a stand-in."""

import http.server
import json
import threading

import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from beam_pipeline.engines import flink_cluster, portable_engine
from beam_pipeline.engines.flink_cluster import FlinkCluster
from hyperphrase.errors import InputError


class Cluster:
    """What a cluster has: slots, and jobs by id."""

    def __init__(self):
        self.free, self.jobs, self.cancelled = 2, {}, []

    def answer(self, path):
        """Return what the path gives."""
        if path == "/v1/overview":
            return {"slots-total": 4, "slots-available": self.free, "taskmanagers": 2}
        assert "/v1/jobs/overview" == path
        return {"jobs": [{"jid": jid, "name": name, "state": state} for jid, (name, state) in self.jobs.items()]}

    def cancel(self, jid):
        """Cancel a job: it ends when it is asked for once more."""
        self.cancelled.append(jid)
        name, state = self.jobs[jid]
        self.jobs[jid] = (name, "CANCELLING" if state == "RUNNING" else "CANCELED")


@pytest.fixture
def cluster():
    """A cluster and its address."""
    served = Cluster()

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.say(200, served.answer(self.path))

        def do_PATCH(self):
            served.cancel(self.path.removeprefix("/v1/jobs/").removesuffix("?mode=cancel"))
            self.say(202, {})

        def say(self, status, what):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(what).encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("localhost", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield served, f"localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_job_is_cancelled_by_its_name_and_waited_for(cluster, monkeypatch):
    monkeypatch.setattr(flink_cluster, "_PAUSE", 0.01)
    served, address = cluster
    served.jobs = {"a": ("ours", "RUNNING"), "b": ("another", "RUNNING"), "c": ("ours", "FINISHED")}
    threading.Timer(0.1, lambda: served.jobs.update(a=("ours", "CANCELED"))).start()
    assert FlinkCluster(address).cancel("ours")
    assert ["a"] == served.cancelled
    assert "CANCELED" == served.jobs["a"][1]
    assert "RUNNING" == served.jobs["b"][1]


def test_a_job_that_does_not_end_is_not_waited_for_for_ever(cluster, monkeypatch):
    monkeypatch.setattr(flink_cluster, "_PAUSE", 0.01)
    monkeypatch.setattr(flink_cluster, "_CANCEL_SECONDS", 0.1)
    served, address = cluster
    served.jobs = {"a": ("ours", "RUNNING")}
    assert not FlinkCluster(address).cancel("ours")


def test_free_slots_and_a_cache_of_workers_are_used_unless_others_are_given(cluster):
    _, address = cluster
    for given, chosen in (
        ([], ", parallelism 2 of 2 free slots, workers kept 60 s"),
        (["--parallelism=1", "--environment_cache_millis=500"], ", parallelism 1 of 2 free slots, workers kept 0.5 s"),
    ):
        assert chosen == portable_engine._suit(PipelineOptions(given), FlinkCluster(address))


def test_a_cluster_without_free_slots_names_the_jobs_that_hold_them(cluster):
    served, address = cluster
    served.free, served.jobs = 0, {"a": ("other", "RUNNING"), "b": ("old", "FINISHED")}
    with pytest.raises(
        InputError, match=f"^--flink_master={address}: none of its 4 slots is free; held by 'other': wait"
    ):
        FlinkCluster(address).free_slots()


def test_the_page_of_a_cluster_is_no_job_server(cluster):
    _, address = cluster
    with pytest.raises(
        InputError, match=f"^--job_endpoint={address}: is Flink's page, not a job server; .*={address}$"
    ):
        portable_engine._ask_job_server(address)


def test_slots_that_no_job_holds_are_waited_for(cluster, monkeypatch):
    monkeypatch.setattr(flink_cluster, "_PAUSE", 0.01)
    served, address = cluster
    served.free = 0
    threading.Timer(0.1, lambda: setattr(served, "free", 2)).start()
    assert 2 == FlinkCluster(address).free_slots()


@pytest.mark.parametrize("what", ["nothing", "another server"])
def test_what_is_no_cluster_is_said_in_one_line(cluster, what):
    served, address = cluster
    served.answer = lambda path: {"hello": "world"}
    place = address if what == "another server" else "localhost:1"
    with pytest.raises(InputError, match=f"^--flink_master={place}: no Flink cluster answers there"):
        FlinkCluster(place).free_slots()


@pytest.mark.parametrize(
    ("master", "found"),
    [
        ("[local]", None),
        ("[auto]", None),
        ("host:8081", FlinkCluster("host:8081")),
        ("http://host:8081", FlinkCluster("host:8081")),
        ("https://host:443", FlinkCluster("host:443", "https")),
        ("[::1]:8081", FlinkCluster("[::1]:8081")),
    ],
)
def test_a_cluster_is_named_by_its_address(master, found):
    assert found == portable_engine.flink_cluster(PipelineOptions([f"--flink_master={master}"]))


def test_a_wrong_address_is_one_line():
    with pytest.raises(InputError, match=r"^--flink_master=host: give HOST:PORT"):
        portable_engine.flink_cluster(PipelineOptions(["--flink_master=host"]))
