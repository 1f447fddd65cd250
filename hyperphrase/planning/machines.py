"""Machines to plan with: some types of cloud machines, this machine, or one that the user describes."""

import os
from dataclasses import dataclass

from hyperphrase.errors import InputError
from hyperphrase.numerals import parse_number

THIS = "this"
_GIB, _GBIT = float(1 << 30), 1e9 / 8
_SOURCE = "cloud.google.com/compute/docs/general-purpose-machines and .../network-bandwidth (default, not Tier_1), 2025"
_EXAMPLE = "cores=16,memory=64,network=10"
_MOST = 1e6  # cores, GiB or Gbit/s of one machine


@dataclass(frozen=True)
class Machine:
    """One machine.

    cores: hardware threads. memory: bytes. network: the most that it can send, in bytes/s, None if unknown. source:
    where these values come from.
    """

    name: str
    cores: int
    memory: float
    network: float | None
    source: str


def _documented(name: str, cores: int, gib: int, gbits: int) -> Machine:
    return Machine(name, cores, gib * _GIB, gbits * _GBIT, _SOURCE)


#: Network rates are the provider's stated maximum; programs may reach less.
MACHINES = {
    machine.name: machine
    for machine in (
        _documented("n2-standard-4", 4, 16, 10),
        _documented("n2-standard-8", 8, 32, 16),
        _documented("n2-standard-16", 16, 64, 32),
        _documented("n2-highmem-4", 4, 32, 10),
        _documented("n2-highmem-8", 8, 64, 16),
        _documented("n2-highmem-16", 16, 128, 32),
        _documented("c3-highcpu-4", 4, 8, 23),
        _documented("c3-highcpu-8", 8, 16, 23),
        _documented("c3-highcpu-22", 22, 44, 23),
        _documented("c3-highcpu-44", 44, 88, 32),
    )
}


def this_machine() -> Machine:
    """Return the machine that this process runs on; its network rate is unknown."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(THIS, cores, float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")), None, "its system")


def read_machine(text: str) -> Machine:
    """Return the machine that ``text`` describes: a name, or cores, GiB and Gbit/s. Raises InputError."""
    if text == THIS:
        return this_machine()
    if text in MACHINES:
        return MACHINES[text]
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    numbers = [_positive(fields.get(name, "")) for name in ("cores", "memory", "network")]
    cores, memory, network = numbers
    if set(fields) != {"cores", "memory", "network"} or text.count(",") != 2:
        problem = f"there is no such machine; give {THIS}, {', '.join(MACHINES)}, or its cores, GiB and Gbit/s"
        raise InputError(f"{problem}, as in `machine={_EXAMPLE}`", field="machine", value=text)
    if cores is None or memory is None or network is None or cores != int(cores):
        problem = f"give a whole number of cores, GiB of memory and Gbit/s, above 0 and at most {_MOST:.0f}"
        raise InputError(f"{problem}, as in `machine={_EXAMPLE}`", field="machine", value=text)
    return Machine(text, int(cores), memory * _GIB, network * _GBIT, "the command line")


def _positive(text: str) -> float | None:
    """Return ``text`` as a number above 0 and at most ``_MOST``, None if it is not one."""
    value = parse_number(text)
    return value if value is not None and 0.0 < value <= _MOST else None
