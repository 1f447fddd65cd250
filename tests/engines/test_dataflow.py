"""The Dataflow road without the cloud: Beam's real client, a stand-in for the service, an emulated object store.

The stand-in runs what the client staged, so the road ends with files, compared with the reference's as everywhere.
"""

import contextlib
import importlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from gcp_storage_emulator.server import create_server
from google.cloud import dataflow, storage
from google.protobuf import json_format

from tests.engines.conftest import REPEATING, ROOT
from tests.engines.dataflow_service import CANCELLED, FAILED, TOKEN, DataflowService, run_staged
from tests.signals import heed_signals

IMAGE = "europe-docker.pkg.dev/project/repository/hyperphrase:1"
QUICK = (  # Beam's client asks for a job's state every five seconds
    "import sys, time, types\n"
    "from beam_pipeline.terminal.process import prepare_process\n"
    "prepare_process()\n"
    "from beam_pipeline.run import main\n"
    "from apache_beam.runners.dataflow import dataflow_runner\n"
    "dataflow_runner.time = types.SimpleNamespace(time=time.time, sleep=lambda seconds: time.sleep(seconds / 50))\n"
)
RUN = ["-c", f"{QUICK}sys.exit(main())"]
TOO_FEW = [
    "-c",
    f"{QUICK}from hyperphrase.space.phrase_space import Space\nSpace.draws_for = lambda self, phrases: "
    "phrases\nsys.exit(main())",
]
LARGE = ["--vocabulary=250000", "--lexicon=english", "--phrases=1000000"]
RARE = b"kosuke"  # a word of that lexicon
NEEDED = {
    "runner": "DataflowRunner",
    "project": "some-project",
    "region": "europe-west1",
    "temp_location": "gs://bucket/temp",
    "sdk_container_image": IMAGE,
}
MOST_BYTES = 1 << 20  # of a job request


def dressed(options):
    return [f"--{name}={value}" for name, value in options.items()]


@pytest.fixture
def service():
    with DataflowService().serving() as served:
        yield served


@pytest.fixture(scope="module")
def emulator():
    """An emulated object store in this process, and its address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = create_server("localhost", port, in_memory=True, default_bucket="bucket")
    server.start()
    yield server, f"http://localhost:{port}"
    server.stop()


@pytest.fixture
def store(emulator):
    """The address of a store with an empty bucket."""
    server, address = emulator
    yield address
    server.wipe(keep_buckets=True)


@pytest.fixture
def environment(service, store, tmp_path):
    """The environment of program and workers: the store, and the key of an account that logs in at the stand-in."""
    made = rsa.generate_private_key(65537, 2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = {
        "type": "service_account",
        "project_id": "some-project",
        "private_key_id": "1",
        "private_key": made.private_bytes(encoding, form, serialization.NoEncryption()).decode(),
        "client_email": "somebody@some-project.example",
        "token_uri": f"{service.url}/token",
    }
    (tmp_path / "key.json").write_text(json.dumps(key))
    found = {"STORAGE_EMULATOR_HOST": store, "GOOGLE_APPLICATION_CREDENTIALS": f"{tmp_path}/key.json"}
    return {**os.environ, "PYTHONPATH": str(ROOT)} | found


@pytest.fixture
def objects(store, monkeypatch):
    """Return a reader of the bucket: prefix -> {rest of the name: bytes}."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", store)
    client = storage.Client.create_anonymous_client()
    return lambda prefix="": {
        blob.name.removeprefix(prefix): blob.download_as_bytes() for blob in client.list_blobs("bucket", prefix=prefix)
    }


@pytest.fixture
def on_dataflow(run_program, service, environment):
    """Return a caller of the program with all that Dataflow needs: (*arguments, program=RUN) -> Outcome."""

    def run(*arguments, program=RUN):
        needed = [*dressed(NEEDED), f"--dataflow_endpoint={service.url}", "--output=gs://bucket/out"]
        return run_program(*needed, *arguments, program=program, env=environment)

    return run


@pytest.fixture
def workers(service, environment):
    """The service does its jobs."""
    service.work = lambda job: run_staged(pipeline_of(job), environment)


@pytest.fixture
def equals_reference(objects, same_as_reference, tmp_path):
    """Return a comparison of the corpus in the bucket with a reference."""

    def compare(name="repeating"):
        for path, data in objects("out/").items():
            (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "out" / path).write_bytes(data)
        same_as_reference(tmp_path / "out", name)

    return compare


def pipeline_of(job):
    """Return where the pipeline of a job is staged."""
    return job["environment"]["sdkPipelineOptions"]["options"]["pipelineUrl"]


def anonymous(text):
    """Return ``text`` without what differs from job to job: the time in the name of its folder, ids, digests."""
    text = re.sub(r"(/[-a-z0-9]+)\.[0-9]+\.[0-9]{6}", r"\1.TIME", text)
    text = re.sub(r'("clientRequestId": )"[-0-9]+"', r'\1"ID"', text)
    return re.sub(r'("pipelineProtoHash": )"[0-9a-f]{64}"', r'\1"DIGEST"', text)


def differences(one, other, path=""):
    """Return the paths at which two JSON values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            found
            for name in one.keys() | other.keys()
            for found in differences(one.get(name), other.get(name), f"{path}.{name}")
        }
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return {
            found
            for number, (a, b) in enumerate(zip(one, other, strict=True))
            for found in differences(a, b, f"{path}.{number}")
        }
    return set() if one == other else {path}


@pytest.mark.parametrize("name", ["repeating", "formats"])
def test_a_job_on_dataflow_ends_with_the_bytes_of_a_local_run(
    on_dataflow, workers, corpora, service, equals_reference, name
):
    outcome = on_dataflow(*corpora[name].options)
    assert 0 == outcome.status, outcome.error
    assert 1 == len(service.created)
    assert "dataflow/jobs/europe-west1/2026-11-25_1?project=some-project" in outcome.error
    equals_reference(name)


def test_too_few_seeds_make_a_second_job(on_dataflow, workers, corpora, service, equals_reference):
    outcome = on_dataflow(*corpora["drawn again"].options, program=TOO_FEW)
    assert (0, True) == (outcome.status, "drawing more" in outcome.error), outcome.error
    assert len(service.created) > 1
    equals_reference("drawn again")


def test_the_job_holds_what_workers_need_and_no_more(on_dataflow, service, objects):
    """Of a large lexicon; the service does nothing, so the run ends without a corpus."""
    outcome = on_dataflow(*LARGE, "--max_num_workers=7", "--dataflow_service_options=enable_google_cloud_heap_sampling")
    assert (1, 1) == (outcome.status, len(service.created)), outcome.error
    assert "DataflowRunner ended without an error, but gs://bucket/out has no manifest.json" in outcome.error
    (body,), (job,) = service.bodies, service.created
    assert len(body) < MOST_BYTES
    json_format.ParseDict(job, dataflow.Job()._pb)  # of names that the API has
    (pool,) = job["environment"]["workerPools"]
    (container,) = pool["sdkHarnessContainerImages"]
    assert [IMAGE, IMAGE] == [container["containerImage"], pool["workerHarnessContainerImage"]]
    assert ("n2-standard-4", 4, 30) == (pool["machineType"], pool["numThreadsPerWorker"], pool["diskSizeGb"])
    assert {"algorithm": 2, "maxNumWorkers": 7} == pool["autoscalingSettings"]  # 2: by throughput
    assert ["enable_google_cloud_heap_sampling"] == job["environment"]["serviceOptions"]
    wanted = {"no_use_multiple_sdk_containers", "disable_logging_submission_environment", "use_runner_v2"}
    assert wanted <= set(job["environment"]["experiments"])
    staged = objects("temp/")
    assert ["pipeline.pb"] == [name.rpartition("/")[2] for name in staged]  # no main session, no packages
    assert [] == pool.get("packages", [])
    (pipeline,) = staged.values()
    assert len(pipeline) < MOST_BYTES
    assert RARE in objects("out/")["lexicon.parquet"]  # the right word to look for
    assert (False, False) == (RARE in pipeline, RARE in body)


def test_workers_get_no_secrets(on_dataflow, workers, service, environment, objects):
    environment["SOME_PASSWORD"] = "a-password-that-nobody-may-write-down"
    outcome = on_dataflow(*REPEATING)
    assert 0 == outcome.status, outcome.error
    assert f"Bearer {TOKEN}" in service.headers  # the client did log in
    key = Path(environment["GOOGLE_APPLICATION_CREDENTIALS"])
    inside = json.loads(key.read_text())["private_key"].splitlines()[1]
    secrets = [TOKEN, environment["SOME_PASSWORD"], inside, str(key)]
    written = [*service.bodies, *objects().values(), outcome.out.encode(), outcome.error.encode()]
    assert [] == [secret for secret in secrets for data in written if secret.encode() in data]


def test_the_same_command_makes_the_same_job_and_an_option_changes_what_it_says(on_dataflow, objects):
    def staged(*arguments):
        before = set(objects("temp/"))
        outcome = on_dataflow(*REPEATING, "--template_location=gs://bucket/job.json", *arguments)
        assert 0 == outcome.status, outcome.error
        (pipeline,) = (data for name, data in objects("temp/").items() if name not in before)
        job = objects()["job.json"].decode()
        return json.loads(anonymous(job)), pipeline

    first, pipeline = staged()
    again, same_pipeline = staged()
    assert set() == differences(first, again)
    assert graph(pipeline) == graph(same_pipeline)
    other, same_pipeline = staged("--worker_machine_type=c3-highcpu-22")
    pool = ".environment.workerPools.0"
    changed = {found for found in differences(first, other) if "sdkPipelineOptions" not in found}
    assert {f"{pool}.machineType", f"{pool}.numThreadsPerWorker"} == changed
    assert graph(pipeline) == graph(same_pipeline)
    assert 22 == other["environment"]["workerPools"][0]["numThreadsPerWorker"]


def graph(pipeline):
    """Return the transforms of a pipeline and what they carry; cloudpickle's classes carry random ids."""
    transforms = beam_runner_api_pb2.Pipeline.FromString(pipeline).components.transforms
    return sorted((name, transform.unique_name, len(transform.spec.payload)) for name, transform in transforms.items())


@pytest.mark.parametrize("phrases", [10**9, 10**12])
def test_a_job_of_any_size_is_small(run_program, environment, service, objects, phrases):
    outcome = run_program(
        *dressed(NEEDED), "--vocabulary=250000", f"--phrases={phrases}", "--sampler=zipf", "--output=gs://bucket/out",
        "--template_location=gs://bucket/job.json", f"--dataflow_endpoint={service.url}", env=environment, program=RUN,
    )  # fmt: skip
    assert 0 == outcome.status, outcome.error
    (pipeline,) = objects("temp/").values()
    print(f"{phrases:,} phrases: job {len(objects()['job.json']):,} bytes, pipeline {len(pipeline):,} bytes")
    assert max(len(objects()["job.json"]), len(pipeline)) < MOST_BYTES


def test_a_job_that_fails_is_one_line_and_the_same_command_goes_on(
    on_dataflow, service, workers, objects, equals_reference
):
    work, service.work = service.work, lambda job: (
        FAILED,
        ["Traceback (most recent call last):\n  File 'x.py'\nOSError: no space left [while running 'WriteUnits']",
         "The work item was attempted 4 times without success."],
    )  # fmt: skip
    outcome = on_dataflow(*REPEATING, "--quiet")
    name = service.created[0]["name"]
    line = f"hyperphrase run: the work failed: job {name} (2026-11-25_1): OSError: no space left; rerun the same"
    assert (1, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n")), outcome.error
    assert outcome.error.startswith(line), outcome.error
    assert "manifest.json" not in objects("out/")
    service.work = work
    assert 0 == on_dataflow(*REPEATING).status
    equals_reference()


def test_an_interrupted_run_cancels_its_job_and_a_second_one_of_its_folder_is_refused(
    on_dataflow, service, environment
):
    service.work = lambda job: (service.over.wait(60), (CANCELLED, []))[1]
    needed = [*dressed(NEEDED), f"--dataflow_endpoint={service.url}", "--output=gs://bucket/out", "--quiet"]
    line = [sys.executable, *RUN, *needed, *REPEATING]
    pipes = {"stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(line, env=environment, preexec_fn=heed_signals, **pipes) as running:
        assert service.taken.wait(60)
        second = on_dataflow(*REPEATING, "--quiet")
        assert (1, 1) == (second.status, second.error.count("\n")), second.error
        assert f"already active job named {service.created[0]['name']} with id: 2026-11-25_1" in second.error
        running.send_signal(signal.SIGINT)
        assert "interrupted" in running.stderr.read()
    service.over.set()
    assert (130, [("2026-11-25_1", CANCELLED)]) == (running.returncode, service.cancelled)
    assert 1 == len(service.created)


def test_a_template_is_staged_without_waiting_launched_and_cleaned_up_by_the_same_command(
    on_dataflow, service, environment, objects, run_program, equals_reference
):
    template = "--template_location=gs://bucket/template/job.json"
    outcome = on_dataflow(*REPEATING, template)
    assert (0, []) == (outcome.status, service.created), outcome.error
    assert "gs://bucket/template/job.json holds the job" in outcome.out
    assert {".work/request.json", "lexicon.parquet", "recipe.json"} == set(objects("out/"))
    run_staged_ends_well(objects, environment)
    assert "manifest.json" in objects("out/")
    outcome = run_program(*REPEATING, "--output=gs://bucket/out", env=environment)  # on this machine: nothing to do
    assert (0, True) == (outcome.status, "is complete already" in outcome.out), outcome.error
    equals_reference()
    outcome = on_dataflow(*REPEATING, template)
    assert (2, True) == (outcome.status, "is complete already; there is no job to launch" in outcome.error)


def test_a_template_that_drew_too_few_draws_more_the_next_time(
    on_dataflow, environment, objects, corpora, run_program, equals_reference
):
    staged = [*corpora["drawn again"].options, "--template_location=gs://bucket/template/job.json"]
    for times in range(10):
        outcome = on_dataflow(*staged, program=TOO_FEW)
        assert (0, times > 0) == (outcome.status, "drawing more" in outcome.error), outcome.error
        run_staged_ends_well(objects, environment)
        if "manifest.json" in objects("out/"):
            break
    assert times >= 1
    outcome = on_dataflow(*staged, program=TOO_FEW)
    assert 2 == outcome.status
    assert "report.html" not in objects("out/")  # nothing waited for the job
    outcome = run_program(*corpora["drawn again"].options, "--output=gs://bucket/out", env=environment)
    assert (0, True) == (outcome.status, "is complete already" in outcome.out), outcome.error
    equals_reference("drawn again")


def run_staged_ends_well(objects, environment):
    """Do the job of the template."""
    assert ("JOB_STATE_DONE", []) == run_staged(pipeline_of(json.loads(objects("template/")["job.json"])), environment)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"project": None}, "--project: is required by Dataflow; give it, as in --project=my-project"),
        ({"region": None}, "--region: is required by Dataflow"),
        ({"temp_location": None}, "--temp_location: is required by Dataflow; name a folder"),
        ({"temp_location": "/tmp"}, "--temp_location=/tmp: Dataflow's workers cannot reach it; name a folder"),
        ({"staging_location": "gs://bucket"}, "--staging_location=gs://bucket: Dataflow's workers cannot reach it"),
        ({"output": "out"}, "--output=out: Dataflow's workers cannot reach it; name a folder in a bucket"),
        ({"sdk_container_image": None}, "--sdk_container_image: is required by Dataflow: an image"),
        ({"save_main_session": ""}, "--save_main_session: workers import all they need from the image"),
        ({"num_workers": "many"}, "--num_workers: 'many' is not a whole number"),
    ],
)
def test_what_dataflow_lacks_is_said_before_anything_is_written(change, line, service, store, objects, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", store)
    given = NEEDED | {"output": "gs://bucket/out", "dataflow_endpoint": service.url} | change
    flags = [f"--{name}" for name, value in given.items() if value == ""]
    arguments = [*dressed({name: value for name, value in given.items() if value}), *flags, *REPEATING]
    error = io.StringIO()
    with contextlib.redirect_stderr(error):
        status = importlib.import_module("beam_pipeline.run").main(arguments)
    assert (2, 1) == (status, error.getvalue().count("\n")), error.getvalue()
    assert error.getvalue().startswith(f"hyperphrase run: {line}")
    assert ({}, []) == (objects(), service.created)
