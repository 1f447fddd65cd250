"""Engines behind Beam's job API (Prism, Flink, any job server): checked before anything is written."""

import contextlib
import logging
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Any, TextIO, cast

from apache_beam.options.pipeline_options import (
    FlinkRunnerOptions,
    GoogleCloudOptions,
    JobServerOptions,
    PipelineOptions,
    PortableOptions,
    PrismRunnerOptions,
    SetupOptions,
)
from apache_beam.runners.runner import PipelineResult
from apache_beam.version import __version__ as beam_version

from beam_pipeline.engines.engine_job import cancel_job, name_job
from beam_pipeline.engines.flink_cluster import FlinkCluster
from beam_pipeline.terminal.own_threads import OwnThreadsOnly
from beam_pipeline.terminal.runner_kind import kind_of
from hyperphrase.errors import InputError
from hyperphrase.numerals import parse_whole

_RUNNERS = ("portablerunner", "prismrunner", "flinkrunner")
_IN_JOB_SERVER = ("[local]", "[auto]")  # values of --flink_master: no cluster of other processes
_ENVIRONMENTS = ("LOOPBACK", "EXTERNAL", "DOCKER", "PROCESS")
_PRISM = "github.com/apache/beam/sdks/v2/go/cmd/prism"
_KEEP_WORKERS_MS = 60_000  # on Flink, whose stages would each start workers of their own, 2 s of a processor
_UNCANCELLED = "; give --flink_master=HOST:PORT of Flink's page, and an interrupted job is cancelled there"
_ANSWER_SECONDS = 5  # time limit for a server to answer
_WORKERS = (
    "LOOPBACK: in this process; EXTERNAL with --environment_config=HOST:PORT: a worker pool beside each machine of the "
    'engine; DOCKER with --environment_config=IMAGE; PROCESS with --environment_config={"command": ...}'
)


def is_meant(runner: str) -> bool:
    """Return whether ``--runner=`` names one of these."""
    return kind_of(runner) in _RUNNERS


def prepare(options: PipelineOptions, runner: str, output: str | None) -> str:
    """Check the engine's options, set defaults, and return a description for the log.

    output: None if no corpus is to be made; then no server is asked. Raises InputError.
    """
    _silence_beam()
    portable = options.view_as(PortableOptions)
    name, ask = kind_of(runner), output is not None
    if output is not None:
        name_job(options, output)
    is_flink = False
    if portable.job_endpoint:
        is_flink = ask and _ask_job_server(portable.job_endpoint)
    elif name == "portablerunner":
        raise InputError("--job_endpoint: is required; name the job server, as in --job_endpoint=localhost:8099")
    elif name == "prismrunner":
        _find_prism(options.view_as(PrismRunnerOptions))
    else:
        _find_java(options.view_as(JobServerOptions), options.view_as(FlinkRunnerOptions).flink_job_server_jar)
    cluster = flink_cluster(options)
    _check_workers(options, portable, cluster is None and not portable.job_endpoint, ask)
    chosen = _suit(options, cluster) if cluster and ask else _UNCANCELLED if is_flink else ""
    server = f" at {portable.job_endpoint}" if portable.job_endpoint else ""
    workers = " ".join(filter(None, (portable.environment_type, portable.environment_config)))
    return f"{runner}{server}, workers {workers}{chosen}"


def flink_cluster(options: PipelineOptions) -> FlinkCluster | None:
    """Return the Flink cluster that --flink_master names, None if it names none. Raises InputError."""
    master: str = options.view_as(FlinkRunnerOptions).flink_master
    if master in _IN_JOB_SERVER:
        return None
    host, port = _address("--flink_master", master.removeprefix("https://"))
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return FlinkCluster(place, "https" if master.startswith("https://") else "http")


def cancel(options: PipelineOptions, result: PipelineResult | None) -> None:
    """Cancel the job that was submitted with ``options``, as far as a server answers. result: None if unknown."""
    cancel_job(result)
    cluster = flink_cluster(options)
    if cluster:
        with contextlib.suppress(OSError, ValueError, LookupError):
            cluster.cancel(options.view_as(GoogleCloudOptions).job_name)


def _suit(options: PipelineOptions, cluster: FlinkCluster) -> str:
    """Choose what is not given: all free slots, and workers that go on from stage to stage; return what the log says.

    Raises InputError if no slot is free, or for a time that is no number.
    """
    free, flink, portable = cluster.free_slots(), options.view_as(FlinkRunnerOptions), options.view_as(PortableOptions)
    if flink.parallelism < 1:
        flink.parallelism = free
    given = portable.environment_cache_millis  # a text, or 0
    kept = parse_whole(str(given)) if given else _KEEP_WORKERS_MS
    if kept is None or kept < 0:
        raise InputError(f"--environment_cache_millis={given:.80}: give a whole number of 0 or more, as in 60000")
    portable.environment_cache_millis = kept
    return f", parallelism {flink.parallelism} of {free} free slots, workers kept {kept / 1000:g} s"


def workers_in_process(options: PipelineOptions) -> bool:
    """Return whether the workers are threads of this process."""
    return bool(options.view_as(PortableOptions).environment_type == "LOOPBACK")


def reason(error: BaseException) -> str | None:
    """Return why a call to the job server failed, None if ``error`` is another error."""
    details: Any = getattr(error, "details", None)
    code: Any = getattr(error, "code", None)
    if not callable(details) or not callable(code):
        return None
    return f"the job server hung up ({getattr(code(), 'name', code())}: {details()}), and its own log may say why"


def _silence_beam() -> None:
    """Keep Beam's logs and the tracebacks of its threads off stderr: failures are raised as exceptions.

    Lasts until the process ends: threads that serve a job outlive it, and fail when their server ends.
    """
    logging.disable(logging.CRITICAL)
    if not isinstance(sys.stderr, OwnThreadsOnly):
        sys.stderr = cast(TextIO, OwnThreadsOnly(sys.stderr))


def _check_workers(options: PipelineOptions, portable: PortableOptions, on_this_machine: bool, ask: bool) -> None:
    kind = (portable.environment_type or ("LOOPBACK" if on_this_machine else "")).upper()
    if not kind:
        raise InputError(f"--environment_type: is required, and says where the workers are: {_WORKERS}")
    if kind not in _ENVIRONMENTS:
        raise InputError(
            f"--environment_type={portable.environment_type:.80}: there is no such environment: {_WORKERS}"
        )
    setup = options.view_as(SetupOptions)
    image = portable.environment_config or portable.environment_options
    if kind == "DOCKER" and not (image or setup.setup_file or setup.extra_packages or setup.requirements_file):
        raise InputError(f"--environment_type=DOCKER: Beam's own image has no hyperphrase in it; give one: {_WORKERS}")
    portable.environment_type = kind
    address = portable.environment_config or portable.lookup_environment_option("external_service_address")
    if kind == "EXTERNAL" and address:
        place = _address("--environment_config", address)
        if ask and on_this_machine:  # the engine, on this machine too, would crash if no worker pool answers
            _ask_worker_pool(address, place)


def _ask_worker_pool(address: str, place: tuple[str, int]) -> None:
    try:
        socket.create_connection(place, _ANSWER_SECONDS).close()
    except OSError as error:
        raise InputError(
            f"--environment_config={address}: no worker pool answers there ({error.strerror or error}); start "
            f"one by 'python -m beam_pipeline.engines.worker_pool --service_port={place[1]}'"
        ) from error


def _address(option: str, text: str) -> tuple[str, int]:
    host, _, port = text.removeprefix("http://").rpartition(":")
    number = parse_whole(port)
    if not host or number is None or not 0 < number < 1 << 16:
        raise InputError(f"{option}={text:.80}: give HOST:PORT, as in {option}=localhost:50000")
    return host.strip("[]"), number


def _ask_job_server(endpoint: str) -> bool:
    """Return whether Flink's job server answers at ``endpoint``. Raises InputError if none does."""
    import grpc
    from apache_beam.portability.api import beam_job_api_pb2, beam_job_api_pb2_grpc

    _address("--job_endpoint", endpoint)
    with contextlib.closing(grpc.insecure_channel(endpoint)) as channel:
        try:
            found = beam_job_api_pb2_grpc.JobServiceStub(channel).DescribePipelineOptions(
                beam_job_api_pb2.DescribePipelineOptionsRequest(), timeout=_ANSWER_SECONDS
            )
            return any(option.name == "flink_master" for option in found.options)
        except grpc.RpcError as error:
            if FlinkCluster(endpoint).answers():
                raise InputError(
                    f"--job_endpoint={endpoint}: is Flink's page, not a job server; start Beam's job server, give its "
                    f"HOST:PORT here, and --flink_master={endpoint}"
                ) from error
            raise InputError(
                f"--job_endpoint={endpoint}: no job server answers there ({error.details():.200}); start it, or name "
                "another HOST:PORT"
            ) from error


def _find_prism(prism: PrismRunnerOptions) -> None:
    """Set where Prism is. Raises InputError if it is not installed: Beam would download it without asking."""
    given = prism.prism_location
    if given and "://" not in given and not os.access(given, os.X_OK):
        raise InputError(f"--prism_location={given}: is not a program; name the file that 'go install' made")
    beside = Path(sys.executable).with_name("prism")  # ./run.sh test installs it there
    prism.prism_location = given or (str(beside) if beside.exists() else shutil.which("prism"))
    if not prism.prism_location:
        raise InputError(
            f"--prism_location: is not given, and there is no prism in PATH; build it by 'go install "
            f"{_PRISM}@v{beam_version}', which puts it into $HOME/go/bin"
        )


def _find_java(server: JobServerOptions, jar: str | None) -> None:
    """Raise InputError if Flink's job server, which Beam starts on this machine, cannot start."""
    java = server.job_server_java_launcher
    if not shutil.which(java):
        raise InputError(
            f"--job_server_java_launcher={java}: is not in PATH, and starts the job server; install Java, or name a "
            "job server that runs, as in --runner=PortableRunner --job_endpoint=HOST:8099"
        )
    if jar and "://" not in jar and not Path(jar).is_file():
        raise InputError(f"--flink_job_server_jar={jar}: is not a file; name the jar of Beam's job server, or a URL")
