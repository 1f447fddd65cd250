"""A Dask cluster as the engine: checked before anything is written."""

import contextlib
import importlib.util
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from beam_pipeline.terminal.command_line import CHILD, DASK_LOGS, WARNINGS
from beam_pipeline.terminal.runner_kind import kind_of
from hyperphrase.errors import InputError

_SILENT = 60  # above all levels of logging
_TRACKER = "ignore::UserWarning:multiprocessing.resource_tracker"  # it frees what an interrupted run leaves, and warns
_CONNECT_SECONDS = 5  # time limit for the scheduler to answer, and for the first worker to connect
#: Packages whose versions must be equal on all machines: for pickling tasks, or for the bytes of the shards.
_SAME_VERSIONS = (
    "hyperphrase", "apache-beam", "dask", "distributed", "cloudpickle", "numba", "numpy", "pyarrow", "zlib-ng",
    "zstandard", "array-record",
)  # fmt: skip


def is_meant(runner: str) -> bool:
    """Return whether ``--runner=`` names Dask."""
    return kind_of(runner) == "daskrunner"


def declare_options(arguments: Sequence[str] | None = None) -> None:
    """Register Dask's options with Beam if ``arguments`` mention Dask; without arguments, if Dask is installed.

    Raises InputError if Dask is mentioned but not installed.
    """
    installed = all(importlib.util.find_spec(package) for package in ("dask", "distributed"))
    meant = arguments is not None and any(_is_of_dask(argument) for argument in arguments)
    if meant and not installed:
        raise InputError("--runner=DaskRunner: Dask is not installed; pip install 'hyperphrase[dask]'")
    if meant or (arguments is None and installed):
        os.environ.setdefault(DASK_LOGS, str(_SILENT))  # inherited by a cluster on this machine
        os.environ.setdefault(CHILD, "1")
        given = os.environ.get(WARNINGS, "")
        if _TRACKER not in given:
            os.environ[WARNINGS] = ",".join(filter(None, (given, _TRACKER)))
        import apache_beam.runners.dask.dask_runner  # noqa: F401  # declares the options


def _is_of_dask(argument: str) -> bool:
    return argument.startswith("--dask_") or is_meant(argument.rpartition("=")[2])


def prepare(options: PipelineOptions, output: str | None) -> str:
    """Check the cluster that ``options`` name and set the options it needs; return its description for the log.

    output: None if no corpus is to be made; then the cluster is not contacted. Raises InputError.
    """
    from beam_pipeline.engines import dask_runner

    options.view_as(StandardOptions).runner = f"{dask_runner.__name__}.{dask_runner.DaskRunner.__name__}"
    logging.disable(_SILENT)  # failures are raised as exceptions
    for name in ("distributed", "dask"):
        warnings.filterwarnings("ignore", module=name)
    given = dask_runner.client_options(options)
    if given.pop("partition_size", None):
        raise InputError("--dask_partition_size: units are distributed by number; give --dask_npartitions=N instead")
    if given.pop("npartitions", 1) < 1:
        raise InputError("--dask_npartitions: give 1 or more")
    if not {"address", "scheduler_file"} & given.keys():
        return "a cluster on this machine"
    if output is None:
        return "a cluster"
    with _connected(given) as client:
        where = client.scheduler.address
        _check_versions(client)
        _check_folder(client, output)
        threads = client.nthreads()
    return f"scheduler {where}, {len(threads)} workers, {sum(threads.values())} threads"


def check(pipeline: beam.Pipeline) -> None:
    """Raise InputError if ``pipeline``, of no use afterwards, has a transform that the runner does not support."""
    from beam_pipeline.engines import dask_runner

    try:
        dask_runner.check(pipeline)
    except dask_runner.UnsupportedError as error:
        raise InputError(f"--runner=DaskRunner: does not support {error}; choose another engine") from error


@contextlib.contextmanager
def _connected(given: dict[str, Any]) -> Iterator[Any]:
    """Yield a client of the cluster. Raises InputError if no scheduler answers or it has no worker."""
    import distributed

    by_file = "address" not in given
    option = (
        f"--dask_scheduler_file={given['scheduler_file']}" if by_file else f"--dask_client_address={given['address']}"
    )
    seconds = given.setdefault("timeout", _CONNECT_SECONDS)
    try:
        client = distributed.Client(**given, set_as_default=False)
    except Exception as error:  # each kind of address raises other exceptions
        raise InputError(
            f"{option}: no scheduler answers there ({str(error) or type(error).__name__}); start one by "
            "'dask scheduler', or leave the option out for a cluster on this machine"
        ) from error
    try:
        with contextlib.suppress(distributed.TimeoutError):
            client.wait_for_workers(1, timeout=seconds)
        if not client.nthreads():
            raise InputError(f"{option}: has no worker; start one by 'dask worker {client.scheduler.address}'")
        yield client
    finally:
        client.close(timeout=seconds)


def _check_versions(client: Any) -> None:
    found = client.get_versions(packages=_SAME_VERSIONS)
    local = _versions(found["client"])
    places = {"the scheduler": found["scheduler"]} | {f"worker {at}": what for at, what in found["workers"].items()}
    for place, what in places.items():
        for package, version in _versions(what).items():
            if version != local[package]:
                has = f"has {package} {version}" if version else f"does not have {package}"
                problem = f"{place} {has}, this machine has {local[package]}; install the same on all machines"
                raise InputError(f"--runner=DaskRunner: {problem}")


def _versions(place: dict[str, Any]) -> dict[str, str | None]:
    packages = place["packages"]
    return {"Python": ".".join(packages["python"].split(".")[:2])} | {
        name: packages.get(name) for name in _SAME_VERSIONS
    }


def _check_folder(client: Any, output: str) -> None:
    if "://" in output:
        return
    parent = Path(output).absolute()
    while not parent.exists():
        parent = parent.parent
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=".hyperphrase-") as probe:
            answers = client.run(os.access, probe, os.W_OK)  # other machines may have such a parent
    except OSError:
        return  # output_folder.check reports it
    for worker, can_write in answers.items():
        if not can_write:
            problem = f"worker {worker} cannot write to this machine's {parent}"
            advice = "name a folder that all machines share, or one in a bucket"
            raise InputError(f"{problem}; {advice}", field="output", value=output)
