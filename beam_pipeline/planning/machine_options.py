"""The options of ``plan`` on machines, and what a calibration says of the work there."""

import argparse

from beam_pipeline.terminal.command import Parser
from beam_pipeline.terminal.option_names import with_options
from beam_pipeline.terminal.options import whole
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.errors import InputError
from hyperphrase.kernels import compiled_here
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.job import Job
from hyperphrase.planning.machine_plan import Fleet, MachinePlan, machine_plan
from hyperphrase.planning.machines import MACHINES, THIS, read_machine
from hyperphrase.planning.prices import read_prices
from hyperphrase.planning.schedule import Speed
from hyperphrase.planning.work import work_of

_MOST_WORKERS = 100_000
_OPTIONS = ("workers", "machine", "prices")
_EXAMPLE = "  hyperphrase plan --phrases=1000000000 --workers=16 --machine=n2-standard-8 --prices=machine_hour=0.4\n"


def add_options(made: Parser) -> None:
    """Add the options on machines and prices, ``--quick``, and an example."""
    made.epilog = f"{made.epilog}{_EXAMPLE}"
    group = made.add_argument_group("time and cost (measured by a calibration of some seconds, in a temporary folder)")
    group.add_argument("--workers", metavar="N", help="number of machines, default 1")
    group.add_argument(
        "--machine",
        metavar="NAME",
        help=f"{THIS} (default), {', '.join(MACHINES)}, or cores, GiB and Gbit/s as in cores=16,memory=64,network=10; "
        "a core of any machine is assumed to be as fast as one of this machine",
    )
    group.add_argument(
        "--prices",
        metavar="NAME=PRICE,...",
        help="prices in any currency: machine_hour, gb_month (storage), writes_10k and reads_10k (10,000 "
        "requests to an object store, class A and B), shuffle_gb; default 0",
    )
    group.add_argument(
        "--quick",
        action="store_true",
        help="leave out what takes seconds to measure: the time, and dictionaries of zstandard",
    )


def read_fleet(given: argparse.Namespace, local: bool) -> Fleet | None:
    """Return the machines of the options, by default this one; None with ``--quick``. Raises InputError.

    local: whether the engine is local and the corpus is written to a local folder.
    """
    named = next((name for name in _OPTIONS if getattr(given, name) is not None), None)
    if given.quick and named is not None:
        raise InputError(f"--quick: leaves out the time, which --{named} asks for; leave one out")
    workers = whole("--workers", "1" if given.workers is None else given.workers, 1, _MOST_WORKERS)
    machine = read_machine(THIS if given.machine is None else given.machine)
    prices = None if given.prices is None else read_prices(given.prices)
    if given.quick:
        return None
    return Fleet(workers, machine, prices, local and workers == 1 and machine.name == THIS)


def calibrated(job: Job, fleet: Fleet) -> tuple[Speed, float]:
    """Measure the speed of ``job``, and the memory of a process; to be called before anything else takes memory."""
    from beam_pipeline.planning.calibration import calibrate  # imports the pipeline, which quick plans do not need

    measured = calibrate(job, deduplication(job.phrases, job.request), fleet.local)
    return measured.speed, measured.base


def planned(
    expected: ExpectedCorpus,
    fleet: Fleet,
    measured: tuple[Speed, float],
    symbols: float,
    bytes_a_phrase: tuple[float, ...],
) -> MachinePlan:
    """Return the plan on machines. symbols, bytes_a_phrase: means of a phrase; the bytes for each output."""
    job = expected.job
    dedup = deduplication(job.phrases, job.request)
    work = work_of(job.request, job.space, dedup, symbols, bytes_a_phrase)
    return machine_plan(work, fleet, *measured, compiled_here(), with_options)
