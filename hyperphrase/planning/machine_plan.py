"""Time, memory and cost of a planned corpus on given machines, from the speed measured on this one."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hyperphrase.planning.machines import Machine
from hyperphrase.planning.prices import Prices, Requests, price, requests
from hyperphrase.planning.schedule import Phase, Speed, phases
from hyperphrase.planning.size_warnings import size_warnings
from hyperphrase.planning.work import Memory, Shuffle, Work, memory, shuffle

_WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # of the curve


@dataclass(frozen=True)
class Fleet:
    """The machines to plan for. local: whether all work is done on this machine, in one process."""

    workers: int
    machine: Machine
    prices: Prices | None
    local: bool


@dataclass(frozen=True)
class MachinePlan:
    """What making a corpus takes.

    sent: what is shuffled. needed: bytes of memory of a machine. phases: in their order. asked: requests to an object
    store. costs: of each part, None without prices. compiled: kernels compiled by the measurement, which start and
    memory include. warnings: a line for each limit that the corpus comes near.
    """

    fleet: Fleet
    work: Work
    speed: Speed
    sent: Shuffle
    needed: Memory
    phases: Sequence[Phase]
    asked: Requests
    costs: dict[str, float] | None
    compiled: int
    warnings: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """The time of all phases."""
        return sum(phase.seconds for phase in self.phases)

    @property
    def cost(self) -> float | None:
        """The cost of all parts, None without prices."""
        return None if self.costs is None else sum(self.costs.values())

    def by_workers(self) -> list[tuple[int, float]]:
        """Return (number of machines, seconds) for a series of numbers of machines of the same kind."""
        fleet = self.fleet
        numbers = sorted({*_WORKERS, fleet.workers})
        return [
            (
                number,
                sum(
                    each.seconds
                    for each in phases(self.work, number, fleet.machine, self.speed, fleet.local and number == 1)
                ),
            )
            for number in numbers
        ]

    def to_json(self) -> dict[str, Any]:
        """Return time and memory as plain data."""
        machine = self.fleet.machine
        return {
            "workers": self.fleet.workers,
            "machine": machine.name,
            "cores": machine.cores,
            "seconds": self.seconds,
            "phases": [asdict(phase) for phase in self.phases],
            "by_workers": [{"workers": number, "seconds": seconds} for number, seconds in self.by_workers()],
            "memory_bytes": self.needed.peak,
            "shuffle_bytes": self.sent.bytes,
            "shards": self.work.shards,
            "requests": asdict(self.asked),
            "warnings": list(self.warnings),
        }


def machine_plan(
    work: Work, fleet: Fleet, speed: Speed, base: float, compiled: int, spell: Callable[[str], str]
) -> MachinePlan:
    """Return the plan of ``work`` on ``fleet``.

    base: bytes of a process after a minimal run. spell: puts a line with fields in backticks into the caller's words.
    """
    planned = phases(work, fleet.workers, fleet.machine, speed, fleet.local)
    asked = requests(work, fleet.workers * fleet.machine.cores)
    costs = None
    if fleet.prices is not None:
        costs = price(work, sum(phase.seconds for phase in planned), fleet.workers, asked, fleet.prices)
    needed = memory(work, fleet.machine, base, fleet.local)
    warnings = tuple(map(spell, size_warnings(work, fleet.workers, fleet.machine, needed)))
    return MachinePlan(fleet, work, speed, shuffle(work), needed, planned, asked, costs, compiled, warnings)
