"""The tables of ``plan`` on machines: shuffle, memory, requests, time, price, and warnings for large corpora."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from beam_pipeline.terminal.command import Parser
from beam_pipeline.terminal.option_names import with_options
from beam_pipeline.terminal.options import whole
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.formatting import format_bytes
from hyperphrase.kernels import compiled_here
from hyperphrase.planning.job import Job
from hyperphrase.planning.machines import MACHINES, THIS, Machine, read_machine
from hyperphrase.planning.prices import Prices, price, read_prices, requests
from hyperphrase.planning.schedule import Phase, Speed, phases
from hyperphrase.planning.size_warnings import size_warnings
from hyperphrase.planning.work import Memory, Work, memory, shuffle, work_of

_MOST_WORKERS = 100_000
_OPTIONS = ("workers", "machine", "prices")
_EXAMPLE = "  hyperphrase plan --phrases=1000000000 --workers=16 --machine=n2-standard-8 --prices=machine_hour=0.4\n"


@dataclass(frozen=True)
class Fleet:
    """The machines to plan for. local: whether all work is done on this machine, in one process."""

    workers: int
    machine: Machine
    prices: Prices | None
    local: bool


def add_options(made: Parser) -> None:
    """Add the options on machines and prices, and an example."""
    made.epilog = f"{made.epilog}{_EXAMPLE}"
    group = made.add_argument_group("cost (measured by a calibration of some seconds, in a temporary folder)")
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


def read_fleet(given: argparse.Namespace, local: bool) -> Fleet | None:
    """Return the machines of the options, None if none of these options is given. Raises InputError.

    local: whether the engine is local and the corpus is written to a local folder.
    """
    if all(getattr(given, name) is None for name in _OPTIONS):
        return None
    workers = whole("--workers", "1" if given.workers is None else given.workers, 1, _MOST_WORKERS)
    machine = read_machine(THIS if given.machine is None else given.machine)
    prices = None if given.prices is None else read_prices(given.prices)
    return Fleet(workers, machine, prices, local and workers == 1 and machine.name == THIS)


def print_cost(job: Job, fleet: Fleet, symbols: float, bytes_a_phrase: tuple[float, ...]) -> None:
    """Print the cost of ``job``. symbols: mean length of a phrase. bytes_a_phrase: mean, for each output."""
    from beam_pipeline.planning.calibration import (
        calibrate,  # imports the pipeline, which other plans do not need
    )
    from beam_pipeline.terminal.table import print_table

    dedup = deduplication(job.phrases, job.request)
    work = work_of(job.request, job.space, dedup, symbols, bytes_a_phrase)
    measured = calibrate(job, dedup, fleet.local)
    needed = memory(work, fleet.machine, measured.base, fleet.local)
    planned = phases(work, fleet.workers, fleet.machine, measured.speed, fleet.local)
    print_table([*_fleet_rows(fleet), *_shuffle_rows(work), *_memory_rows(needed), *_file_rows(work, fleet)])
    print()
    print_table(_time_rows(planned))
    print()
    print_table([*_speed_rows(measured.speed, work), *_price_rows(work, planned, fleet)])
    print("\ntimes: from a calibration on this machine; the start of other machines is not included")
    if compiled_here():
        print(f"start and memory: include compiling {compiled_here()} kernels, now cached; rerun for lower values")
    for line in size_warnings(work, fleet.workers, fleet.machine, needed):
        print(f"note: {with_options(line)}")


def _fleet_rows(fleet: Fleet) -> Iterator[tuple[str, str]]:
    machine = fleet.machine
    network = f", {machine.network * 8 / 1e9:,.0f} Gbit/s" if machine.network and not fleet.local else ""
    yield (
        "machines",
        f"{fleet.workers:,} of {machine.name}: {machine.cores} cores, {machine.memory / (1 << 30):,.1f} GiB{network} "
        f"(by {machine.source})",
    )


def _shuffle_rows(work: Work) -> Iterator[tuple[str, str]]:
    if work.dedup is None:
        return
    sent = shuffle(work)
    yield "keys", f"{sent.keys:,.0f} of 8 bytes; bucket and key give {work.dedup.width} bits of the fingerprint"
    yield "spans", f"{work.spans:,} of {work.span:,} phrases"
    yield "buckets", f"{sent.buckets:,} of {sent.mean:,.0f} keys, the largest {sent.largest:,.0f}"
    yield "elements", f"{sent.elements:,.0f} runs of {sent.run:,.0f} keys"
    yield "bytes shuffled", f"{format_bytes(sent.bytes)}"
    yield "candidates", f"{sent.candidates:,.3g} phrases to redraw and compare with an earlier one"


def _memory_rows(needed: Memory) -> Iterator[tuple[str, str]]:
    yield (
        "memory per machine",
        f"at most {format_bytes(needed.peak)}: start {format_bytes(needed.base)}, fingerprint "
        f"{format_bytes(needed.fingerprint)}, "
        f"compare {format_bytes(needed.compare)}, write {format_bytes(needed.write)}",
    )


def _file_rows(work: Work, fleet: Fleet) -> Iterator[tuple[str, str]]:
    each = [format_bytes(work.kept / work.units * phrase) for phrase in work.bytes_a_phrase]
    yield "shard files", f"{work.shards:,}" + (f" of {' and '.join(each)}" if each else "")
    if not fleet.local:
        asked = requests(work, fleet.workers * fleet.machine.cores)
        yield "requests", f"{asked.writes:,.0f} writes (class A), {asked.reads:,.0f} reads (class B)"


def _time_rows(planned: list[Phase]) -> Iterator[tuple[str, ...]]:
    yield "phase", "seconds", "without waiting", "network at least", "work items"
    for phase in planned:
        yield (
            phase.name,
            f"{phase.seconds:,.1f}",
            f"{phase.work:,.1f}",
            f"{phase.network:,.1f}",
            f"{phase.items:,}",
        )
    total = sum(phase.seconds for phase in planned)
    yield "total", f"{total:,.1f}", f"{sum(phase.work for phase in planned):,.1f}", "", ""


def _speed_rows(speed: Speed, work: Work) -> Iterator[tuple[str, str]]:
    yield (
        "per core, all busy",
        f"{1e-6 / speed.fingerprint:,.1f} M phrases/s fingerprinted, {1e-6 / speed.compare:,.1f} M keys/s compared, "
        f"{work.symbols_a_phrase * 1e-6 / speed.write:,.1f} M symbols/s written"
        if work.dedup
        else f"{work.symbols_a_phrase * 1e-6 / speed.write:,.1f} M symbols/s written",
    )
    yield "per unit", f"{speed.unit * 1e3:,.1f} ms fixed cost; work items differ by {speed.spread:.0%}"


def _price_rows(work: Work, planned: list[Phase], fleet: Fleet) -> Iterator[tuple[str, str]]:
    if fleet.prices is None:
        return
    asked = requests(work, fleet.workers * fleet.machine.cores)
    parts = price(work, sum(phase.seconds for phase in planned), fleet.workers, asked, fleet.prices)
    yield "cost", ", ".join(f"{name} {amount:,.2f}" for name, amount in parts.items())
