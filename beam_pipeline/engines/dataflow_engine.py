"""The Dataflow service as the engine: its required options, checked before anything is written, and defaults."""

import logging
import re
from typing import Any

from apache_beam.options.pipeline_options import (
    DebugOptions,
    GoogleCloudOptions,
    PipelineOptions,
    SetupOptions,
    WorkerOptions,
)
from apache_beam.runners.runner import PipelineResult

from beam_pipeline.engines.engine_job import name_job
from beam_pipeline.terminal.runner_kind import kind_of
from hyperphrase.errors import InputError

_MACHINE = "n2-standard-4"  # 16 GB, and AVX2 guaranteed: kernels in the image may be compiled for it
_DISK_GB = 30  # system and image; keys are in the service's shuffle, shards in the bucket
_EXPERIMENTS = (
    # one process per machine, whose threads share lexicon, tables and kernels; the kernels release the GIL
    "no_use_multiple_sdk_containers",
    # Beam would send the output of pip freeze, which can contain repository URLs, even with a password
    "disable_logging_submission_environment",
)


def is_meant(runner: str) -> bool:
    """Return whether ``--runner=`` names Dataflow."""
    return kind_of(runner) == "dataflowrunner"


def prepare(options: PipelineOptions, output: str | None) -> None:
    """Check Dataflow's required options and set defaults. Raises InputError. output: None if not yet known."""
    try:
        from google.cloud import dataflow  # noqa: F401
    except ImportError:
        raise InputError(
            "--runner=DataflowRunner: its client is not installed; pip install 'hyperphrase[dataflow]'"
        ) from None
    _check(options, output)
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL + 1)  # failures are raised as exceptions
    cloud, worker, debug = (options.view_as(kind) for kind in (GoogleCloudOptions, WorkerOptions, DebugOptions))
    cloud.staging_location = cloud.staging_location or cloud.temp_location
    cloud.temp_location = cloud.temp_location or cloud.staging_location
    if output:  # the service rejects a second active job of the same name
        name_job(options, output)
    worker.machine_type = worker.machine_type or _MACHINE
    worker.disk_size_gb = worker.disk_size_gb or _DISK_GB
    worker.autoscaling_algorithm = worker.autoscaling_algorithm or "THROUGHPUT_BASED"
    cores = re.search(r"-(\d+)(-|$)", worker.machine_type)  # n2-standard-8, n2-custom-4-16384, c3-standard-8-lssd
    if cores and not debug.number_of_worker_harness_threads:
        debug.number_of_worker_harness_threads = int(cores[1])
    for experiment in _EXPERIMENTS:
        if experiment.removeprefix("no_") not in (debug.experiments or []):
            debug.add_experiment(experiment)


def _check(options: PipelineOptions, output: str | None) -> None:
    cloud, worker, setup = (options.view_as(kind) for kind in (GoogleCloudOptions, WorkerOptions, SetupOptions))
    for name, example in {"project": "my-project", "region": "europe-west1"}.items():
        if not getattr(cloud, name):
            raise InputError(f"--{name}: is required by Dataflow; give it, as in --{name}={example}")
    if not cloud.temp_location and not cloud.staging_location:
        raise InputError(
            "--temp_location: is required by Dataflow; name a folder for what a job sends to its workers, "
            "as in --temp_location=gs://bucket/temp"
        )
    places = {"temp_location": cloud.temp_location, "staging_location": cloud.staging_location, "output": output}
    for name, place in places.items():
        if place and not re.match(r"gs://[^/]+/.", place):
            raise InputError(
                f"--{name}={place}: Dataflow's workers cannot reach it; name a folder in a bucket, "
                f"as in --{name}=gs://bucket/{name.partition('_')[0]}"
            )
    if not worker.sdk_container_image and not setup.setup_file and not setup.extra_packages:
        raise InputError(
            "--sdk_container_image: is required by Dataflow: an image in which hyperphrase is installed; "
            "templates/dataflow/build.sh makes one"
        )
    if setup.save_main_session:
        raise InputError("--save_main_session: workers import all they need from the image; leave the option out")


def template(options: PipelineOptions) -> str | None:
    """Return the path that the job is written to as a template, None if the run submits the job itself."""
    where: str | None = options.view_as(GoogleCloudOptions).template_location
    return where


def job_of(result: Any) -> str | None:
    """Return name and id of the Dataflow job of a result, None if there is none."""
    job: Any = getattr(result, "_job", None)  # None for a template; other engines have no such attribute
    return f"{job.name} ({job.id})" if job and hasattr(job, "name") else None


def page_of(result: PipelineResult, options: PipelineOptions) -> str | None:
    """Return a line with the job of ``result`` and the URL of its page, None if it is not a Dataflow job."""
    job, cloud = job_of(result), options.view_as(GoogleCloudOptions)
    if job is None:
        return None
    page = f"https://console.cloud.google.com/dataflow/jobs/{cloud.region}/{result.job_id()}?project={cloud.project}"
    return f"job {job}: {page}"
