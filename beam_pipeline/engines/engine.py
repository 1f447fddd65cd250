"""The engine that runs the pipeline: its choice, its options, and the reasons of its failures."""

import argparse
import errno
import functools
import logging
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import apache_beam as beam
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, StandardOptions, TypeOptions
from apache_beam.runners.runner import PipelineResult

from beam_pipeline.engines import dask_engine, dataflow_engine, portable_engine
from beam_pipeline.engines.beam_fixes import fix_beam
from beam_pipeline.engines.engine_job import cancel_job
from beam_pipeline.engines.worker_monitor import lost_worker, monitor_workers
from beam_pipeline.terminal import limits
from beam_pipeline.terminal.command import FAILED, Parser, exit_process
from beam_pipeline.terminal.runner_kind import LOCAL_KINDS, kind_of
from hyperphrase.errors import InputError, WorkFailedError
from hyperphrase.given_paths import given_path
from hyperphrase.laws.grammar import nearest
from hyperphrase.numerals import NUMBER, WHOLE, parse_number, parse_whole

LOCAL = "DirectRunner"
_NUMBERS: dict[Any, tuple[Callable[[str], float | None], str]] = {
    int: (parse_whole, WHOLE), float: (parse_number, NUMBER)
}  # fmt: skip
_KNOWN = (LOCAL, "PrismRunner", "PortableRunner", "FlinkRunner", "DaskRunner", "DataflowRunner")


@dataclass(frozen=True)
class Engine:
    """A chosen engine.

    options: for Beam. description: for the log. local: whether all work is done on this machine. in_process: whether it
    is done in this process, which then counts its progress. cancel: cancels an interrupted or failed job that would
    continue otherwise; its result is None if it is not known. template: the path that the job is written to, if it is
    to be launched later instead of now. check: raises InputError for a pipeline that the engine does not support.
    """

    options: PipelineOptions
    description: str
    local: bool
    in_process: bool
    cancel: Callable[[PipelineResult | None], None] | None = None
    template: str | None = None
    check: Callable[[beam.Pipeline], None] | None = None


def choose(
    rest: Sequence[str],
    known: Iterable[str] = (),
    output: str | None = None,
    on_lost_worker: Callable[[str], NoReturn] | None = None,
) -> Engine:
    """Parse the remaining arguments as Beam's options and choose the engine.

    known: hyperphrase's options, to suggest one for a misspelt name. on_lost_worker: called by a thread, with the
    reason, if a worker process is lost and Beam does not end the run; by default it ends this process.

    ``DirectRunner`` (the default) becomes Beam's FnApiRunner with one thread per core: since Beam 2.68 the plain
    DirectRunner first tries to download another engine. Beam options that the user gives take precedence.
    Raises InputError for an option that neither hyperphrase nor Beam has, and if the engine cannot write to ``output``.
    """
    rest = [_in_home(argument) for argument in rest]
    dask_engine.declare_options(rest)
    given = _check(rest, known)
    options = PipelineOptions(rest)
    fix_beam()
    monitor_workers(on_lost_worker or _exit)
    runner = given.runner or LOCAL
    if kind_of(runner) in LOCAL_KINDS:
        return _local(options, rest, starts=output is not None)
    if dask_engine.is_meant(runner):
        description = f"{runner} ({dask_engine.prepare(options, output)})"
        return Engine(options, description, local=False, in_process=False, check=dask_engine.check)
    if portable_engine.is_meant(runner):
        description = portable_engine.prepare(options, runner, output)
        _check_runner(runner, options)
        in_process = portable_engine.workers_in_process(options)
        stop = functools.partial(portable_engine.cancel, options)
        return Engine(options, description, local=False, in_process=in_process, cancel=stop)
    if dataflow_engine.is_meant(runner):
        dataflow_engine.prepare(options, output)
        _check_runner(runner, options)
        template = dataflow_engine.template(options)
        return Engine(options, runner, local=False, in_process=False, cancel=cancel_job, template=template)
    if "." not in runner:
        raise InputError(
            f"--runner={runner:.80}: is not one of {', '.join(_KNOWN)}{nearest(runner, _KNOWN)}; an engine with a Beam "
            "job server, such as Spark, is reached by --runner=PortableRunner --job_endpoint=HOST:PORT"
        )
    _check_runner(runner, options)  # a runner class of the user's
    return Engine(options, runner, local=False, in_process=False)


def _in_home(argument: str) -> str:
    """Return an option of Beam's with the home folder for ``~/``: shells leave it as it is in ``--option=~/path``."""
    name, equals, value = argument.rpartition("=") if argument.startswith("--") else ("", "", argument)
    return name + equals + given_path(value) if value.startswith("~/") else argument


def _exit(reason: str) -> NoReturn:
    exit_process("run", failure(RuntimeError(reason)), FAILED)


def _local(options: PipelineOptions, rest: Sequence[str], starts: bool) -> Engine:
    direct = options.view_as(DirectOptions)
    if not _was_given("direct_num_workers", rest):
        direct.direct_num_workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not _was_given("direct_running_mode", rest):
        direct.direct_running_mode = "in_memory" if direct.direct_num_workers == 1 else "multi_threading"
    if direct.direct_num_workers < 0:
        raise InputError(f"--direct_num_workers={direct.direct_num_workers}: give 1 or more, or 0 for one a core")
    options.view_as(StandardOptions).runner = "FnApiRunner"
    options.view_as(TypeOptions).pipeline_type_check = False  # takes 0.1 s at each start; the tests check types
    workers, mode = direct.direct_num_workers or os.cpu_count() or 1, direct.direct_running_mode
    if starts:
        _check_limits(workers, mode)
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # failures are raised as exceptions
    description = f"{LOCAL} (Beam's FnApiRunner, {workers} workers, {mode})"
    return Engine(options, description, local=True, in_process=mode != "multi_processing")


def _check_limits(workers: int, mode: str) -> None:
    """Raise InputError if this process may not have what so many workers take, as measured."""
    threads, files = {"in_memory": (0, 0), "multi_threading": (20, 4), "multi_processing": (8, 4)}[mode]
    advice = f"; or give fewer than --direct_num_workers={workers}"
    limits.check(24 + workers * files, 16 + workers * threads, 3100 + workers * 200, advice)


def failure(error: BaseException) -> WorkFailedError:
    """Return the reason of an engine's exception in one line; engines embed it in the text of a traceback."""
    text = lost_worker() or portable_engine.reason(error) or str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if line != "None"]  # from a job without a reason
    reasons = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Interrupt)\b", line)]
    reason = (reasons or lines or [type(error).__name__])[-1]
    job = dataflow_engine.job_of(getattr(error, "result", None))
    where = f"job {job}: " if job else ""
    reason = re.sub(r"\s*\[while running .*\]$", "", reason.replace("\\n", " ")).removeprefix("RuntimeError: ")
    rest = "rerun the same command to resume from the shards already written"
    if _is_lasting(reason):
        rest = "the same command would fail there again: choose a folder on another disk"
    return WorkFailedError(f"the work failed: {where}{reason:.600}; {rest}")


def _is_lasting(reason: str) -> bool:
    """Tell whether an error is one of the disk's kind: too large a file, no writing, a call that is not offered."""
    lasting = errno.EFBIG, errno.EROFS, errno.ENOSYS, errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENAMETOOLONG
    found = re.search(r"\bOSError: \[Errno ([0-9]+)\]", reason)
    return found is not None and int(found[1]) in lasting


def beam_help() -> str:
    """Return the help of all of Beam's options."""
    dask_engine.declare_options()
    return _beam_parser().format_help().partition("\n\n")[2]


def _beam_parser() -> argparse.ArgumentParser:
    made = Parser("run", "")
    made.conflict_handler = "resolve"
    for options in _all_subclasses(PipelineOptions):
        if "_add_argparse_args" in vars(options):
            options._add_argparse_args(made)
    for action in made._actions:
        if action.type in _NUMBERS:
            action.type = functools.partial(_number, *_NUMBERS[action.type])
    return made


def _number(parse: Callable[[str], float | None], what: str, text: str) -> float:
    """Return ``text`` as a number of Beam's option, by our grammar. Raises ArgumentTypeError."""
    value = parse(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text!r:.60} is not {what}")
    return value


def _all_subclasses(kind: Any) -> list[Any]:
    return [sub for direct in kind.__subclasses__() for sub in (direct, *_all_subclasses(direct))]


def _check(rest: Sequence[str], known: Iterable[str]) -> argparse.Namespace:
    """Parse ``rest`` with the parser of all of Beam's options. Raises InputError for unknown ones."""
    parser = _beam_parser()
    given, unknown = parser.parse_known_args(list(rest))
    for argument in unknown:
        name = argument.partition("=")[0]
        if not argument.startswith("-"):
            raise InputError(f"{argument!r:.80}: is not an option; options begin with --, as in --output=out")
        names = [*known, *parser._option_string_actions]
        raise InputError(f"{name}: neither hyperphrase nor Beam has this option{nearest(name, names)}; see --help")
    return given


def _check_runner(name: str, options: PipelineOptions) -> None:
    """Let Beam create the runner and validate its options before anything is written. Raises InputError."""
    try:
        beam.Pipeline(options=options)
    except Exception as error:  # each runner raises other exceptions
        raise InputError(f"--runner={name}: {error}") from error


def _was_given(name: str, rest: Sequence[str]) -> bool:
    return any(argument.partition("=")[0] == f"--{name}" for argument in rest)
