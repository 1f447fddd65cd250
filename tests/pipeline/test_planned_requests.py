"""The requests to an object store that plan names, counted in an emulated one while a run makes the corpus."""

import gc
import re
import socket
from collections import Counter

import pytest
import requests
from apache_beam.internal.gcp import auth
from gcp_storage_emulator.server import create_server

from hyperphrase.planning import prices as asked
from hyperphrase.planning.work import Work

LAW = ["--vocabulary=100", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=4", "--seeds=0:2000"]


@pytest.fixture
def counted(monkeypatch):
    """An object store in this process, and a Counter of the requests that reach it, by their class of price."""
    counts = Counter()
    send = requests.Session.send

    def counting(session, request, **how):
        counts[class_of(request)] += 1
        return send(session, request, **how)

    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = create_server("localhost", port, in_memory=True, default_bucket="bucket")
    server.start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://localhost:{port}")
    monkeypatch.setattr(auth._Credentials, "_credentials_init", True)
    monkeypatch.setattr(auth._Credentials, "_credentials", None)
    monkeypatch.setattr(requests.Session, "send", counting)
    yield counts
    gc.collect()
    server.stop()


def class_of(request):
    """Return A for what begins an upload or lists, B for other reads; deletions and pieces of an upload are free."""
    if request.method == "POST":
        return "A"
    if request.method == "GET":
        return "A" if re.search(r"/b/bucket/o/?(\?|$)", request.url) else "B"
    return "free"


def planned(size):
    work = Work(2000, 2000.0, 2000.0, 0.0, size, 2.5, (1.0, 1.0), 0.0, 0.0, None)
    return asked.requests(work, processes=1)


def test_each_shard_takes_the_requests_that_are_planned(run_into, counted):
    """What grows with the shards, which is all that matters: a corpus of 80 of them less one of 8."""
    took = []
    for size in (50, 500):
        counted.clear()
        run_into(f"gs://bucket/{size}", *LAW, f"--phrases_per_shard={size}", "--format=tfrecord,jsonl")
        took.append(dict(counted))
    said = [planned(50), planned(500)]
    assert took[0]["A"] - took[1]["A"] == pytest.approx(said[0].writes - said[1].writes, rel=0.01)
    assert took[0]["B"] - took[1]["B"] == pytest.approx(said[0].reads - said[1].reads, rel=0.01)


def test_a_small_corpus_takes_no_more_than_planned(run_into, counted):
    run_into("gs://bucket/one", *LAW, "--phrases_per_shard=500", "--format=tfrecord,jsonl")
    assert counted["A"] <= planned(500).writes
    assert counted["B"] <= planned(500).reads
