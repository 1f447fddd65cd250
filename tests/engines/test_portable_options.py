"""What is wrong with the options of a portable engine is said in one line before anything is written."""

import socket

import pytest

from tests.engines.conftest import free_port

SERVER = ["--runner=PortableRunner", "--job_endpoint=localhost:1"]
WRONG = [
    (["--runner=PortableRunner"], "--job_endpoint: is required; name the job server"),
    ([*SERVER, "--environment_type=LOOPBACK"], "--job_endpoint=localhost:1: no job server answers there"),
    (["--runner=portablerunner", "--job_endpoint=localhost"], "--job_endpoint=localhost: give HOST:PORT"),
    (["--runner=PortableRunner", "--job_endpoint=localhost:http"], "--job_endpoint=localhost:http: give HOST:PORT"),
    (["--runner=portable"], "--job_endpoint: is required; name the job server"),
    (["--runner=Prism", "--prism_location=/no/where"], "--prism_location=/no/where: is not a program"),
    (["--runner=flink", "--job_server_java_launcher=nothing"], "--job_server_java_launcher=nothing: is not in"),
    (
        ["--runner=FlinkRunner", "--job_server_java_launcher=true", "--flink_job_server_jar=/no/jar"],
        "/no/jar: is not a f",
    ),
    (["--runner=FlinkRunner", "--flink_version=1.2"], "--flink_version: invalid choice: '1.2'"),
    (["--runner=PortableRunner", "--parallelism=many"], "--parallelism: 'many' is not a whole number"),
    (["--runner=PortableRunner", "--job_endpont=localhost:1"], "--job_endpont: neither hyperphrase nor Beam has"),
]
NEEDS_A_SERVER = [
    ([], "--environment_type: is required, and says where the workers are"),
    (["--environment_type=NOWHERE"], "--environment_type=NOWHERE: there is no such environment"),
    (["--environment_type=DOCKER"], "--environment_type=DOCKER: Beam's own image has no hyperphrase"),
    (["--environment_type=EXTERNAL"], "external_service_address is required"),
    (["--environment_type=EXTERNAL", "--environment_config=worker"], "--environment_config=worker: give HOST:PORT"),
    (["--environment_type=LOOPBACK", "--environment_config=a:1"], "environment_config"),
]


@pytest.fixture
def refused(run_program, corpora, tmp_path):
    """Return a test of options: (options, what the one line has to say)."""

    def check(options, line):
        outcome = run_program(*corpora["repeating"].options, *options, f"--output={tmp_path}/out")
        assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n")), outcome.error
        assert line in outcome.error
        assert not (tmp_path / "out").exists()

    return check


@pytest.mark.parametrize(
    ("options", "line"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_wrong_options_are_refused(refused, options, line):
    refused(options, line)


@pytest.mark.parametrize(
    ("options", "line"), NEEDS_A_SERVER, ids=lambda value: " ".join(value) or "none" if isinstance(value, list) else ""
)
def test_wrong_workers_are_refused(refused, job_server, options, line):
    refused(["--runner=PortableRunner", f"--job_endpoint=localhost:{job_server}", *options], line)


def test_what_listens_there_may_be_no_job_server(refused):
    with socket.create_server(("localhost", 0)) as silent:
        endpoint = f"localhost:{silent.getsockname()[1]}"
        refused(["--runner=PortableRunner", f"--job_endpoint={endpoint}", "--environment_type=LOOPBACK"], endpoint)


def test_prism_is_not_started_for_workers_that_are_not_there(refused, prism):
    pool = f"localhost:{free_port()}"
    options = ["--runner=PrismRunner", "--environment_type=EXTERNAL", f"--environment_config={pool}"]
    refused(options, f"--environment_config={pool}: no worker pool answers there (Connection refused)")


def test_a_plan_asks_no_server(run_program, corpora):
    outcome = run_program(
        *corpora["repeating"].options, *SERVER, "--environment_type=LOOPBACK", program=["-m", "beam_pipeline.plan"]
    )
    assert (0, "") == (outcome.status, outcome.error)
