"""Flink: a stand-alone cluster of processes on this machine, and the one inside Beam's job server."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import NOT_TESTED
from tests.engines.conftest import ROOT, SECONDS, free_port
from tests.signals import heed_signals

START = ROOT / "templates" / "flink" / "local-cluster.sh"
FETCH_SECONDS = 600


class Cluster(NamedTuple):
    """Options of a run on it, and its page, empty for the one inside the job server."""

    options: list[str]
    page: str

    def overview(self):
        """Return what the cluster says of itself."""
        with urllib.request.urlopen(f"http://{self.page}/overview", timeout=5) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def fetched():
    """Fetch Flink. Where it cannot be had, its tests are skipped, also in CI: no fault of this project."""
    done = subprocess.run(
        [START, "--fetch"], env={**os.environ, "PYTHON": sys.executable}, capture_output=True, text=True, check=False,
        timeout=FETCH_SECONDS,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"{NOT_TESTED}Flink could not be fetched: {' '.join(done.stderr.split())[-300:]}")


@contextlib.contextmanager
def started(folder, **settings):
    """Run the kit's cluster until the block ends; gives it when it is ready."""
    page, job, pool, rpc = (free_port() for _ in range(4))
    ports = {"PAGE_PORT": page, "JOB_PORT": job, "POOL_PORT": pool, "RPC_PORT": rpc}
    given = {"PYTHON": sys.executable, "LOGS": folder, **ports, **settings}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **{name: str(value) for name, value in given.items()}}
    with subprocess.Popen([START], env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=os.setsid) as process:
        try:
            lines = iter(process.stdout.readline, "")
            ready = next((line for line in lines if line.startswith("try ")), None)
            assert ready, "\n".join(path.read_text()[-2000:] for path in Path(folder).glob("*.log"))
            options = [word for word in ready.split() if word.startswith(("--runner", "--job_", "--flink", "--env"))]
            yield Cluster(options, f"localhost:{page}")
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def cluster(fetched, tmp_path_factory):
    """A JobManager and two TaskManagers, whose workers come from one pool."""
    with started(tmp_path_factory.mktemp("flink")) as one:
        yield one


def test_a_cluster_gives_the_same_files(equals_reference, cluster):
    outcome = equals_reference("formats", *cluster.options)
    assert "parallelism 2 of 2 free slots" in outcome.error


@pytest.mark.usefixtures("fetched")
def test_flink_inside_the_job_server_gives_the_same_files(equals_reference, tmp_path):
    with started(tmp_path / "flink", MASTER="[local]") as inside:
        equals_reference("drawn again", *inside.options)


def test_an_interrupted_job_is_cancelled_and_its_slots_are_free(
    cluster, corpora, run_program, same_as_reference, tmp_path
):
    line = [*corpora["repeating"].options, *cluster.options, f"--output={tmp_path}/out"]
    with subprocess.Popen(
        [sys.executable, "-m", "beam_pipeline.run", *line], stderr=subprocess.PIPE, preexec_fn=heed_signals
    ) as process:
        last = time.monotonic() + SECONDS
        while not cluster.overview()["jobs-running"]:
            assert time.monotonic() < last
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        process.stderr.read()
    assert (130, 0) == (process.returncode, cluster.overview()["jobs-running"])
    while cluster.overview()["slots-available"] < 2:  # a moment after the job has ended
        assert time.monotonic() < last
        time.sleep(0.2)
    assert 0 == run_program(*line).status
    same_as_reference(tmp_path / "out")
