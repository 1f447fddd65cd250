"""How long a corpus takes: rates of one core, spread over workers of which one is the last to end."""

import math
from dataclasses import dataclass

from hyperphrase.planning.machines import Machine
from hyperphrase.planning.work import Work, highest_of, shuffle

_MIXING = 6.0  # how fast waves mix: fitted to benchmarks/shuffle_simulation.py


@dataclass(frozen=True)
class Speed:
    """Seconds that one core takes while all others are as busy; measured by ``beam_pipeline.planning.calibration``.

    start: from the command to its end, for a corpus of next to nothing (not of one core: by the clock). unit: for each
    unit beside its phrases. fingerprint, write: for a phrase. compare: for a key, in buckets of ``bucket`` keys.
    spread: standard deviation of a work item's time, as a share of its mean.
    """

    start: float
    unit: float
    fingerprint: float
    compare: float
    bucket: float
    write: float
    spread: float


@dataclass(frozen=True)
class Phase:
    """One phase. seconds: by the clock. work: of them, if no worker waited. network: of them, what bytes take at least.

    items: work items that the workers share.
    """

    name: str
    seconds: float
    work: float
    network: float
    items: int


def dealt(items: float, slots: int, each: float, spread: float) -> float:
    """Return the expected time until the last of ``slots`` ends when items of ``each`` seconds are dealt beforehand.

    Some slots have ceil(items / slots) of them, and the sum of n times varies by spread sqrt(n).
    """
    most = math.ceil(items / slots)
    return each * (most + spread * math.sqrt(most) * highest_of(items - (most - 1) * slots))


def one_by_one(items: float, slots: int, each: float, spread: float) -> float:
    """Return the expected time when each slot takes the next item as soon as it is free.

    At first slots take their items together, in waves: ceil(items / slots) of them. As times differ, the waves mix.
    Then all are busy until the last item is taken; the others are half through theirs by then, on average.
    """
    waves, rounds = math.ceil(items / slots), items / slots
    in_waves = waves + spread * highest_of(items - (waves - 1) * slots)
    if waves == 1:
        return each * in_waves
    mixed = rounds + 0.5 + spread * highest_of(slots) - spread**2 / 2
    share = -math.expm1(-_MIXING * spread**2 * rounds)
    return each * (share * mixed + (1.0 - share) * in_waves)


def phases(work: Work, workers: int, machine: Machine, speed: Speed, local: bool) -> list[Phase]:
    """Return the phases of making ``work`` in their order.

    local: dealt beforehand, on the threads of one machine, bytes to its disk, whose speed the calibration has in it. On
    several machines items are taken one by one, and bytes go through the network.
    """
    slots, sent = workers * machine.cores, shuffle(work)
    rate = workers * machine.network if machine.network and not local else math.inf
    lay = dealt if local else one_by_one
    written = work.kept * sum(work.bytes_a_phrase)
    spans = work.drawn / work.span  # the last is shorter; all units of a span are written by one worker
    depth = math.log2(max(sent.mean, 2.0)) / math.log2(max(speed.bucket, 2.0))  # of sorting
    parts = [
        ("fingerprint", spans, speed.fingerprint * work.drawn, sent.bytes),
        ("compare", float(sent.buckets), speed.compare * sent.keys * max(depth, 1.0), sent.bytes),
        ("write", spans, speed.write * work.kept + speed.unit * work.units, written),
    ]
    found = [Phase("start", speed.start, speed.start, 0.0, 1)]
    for name, items, seconds, moved in parts if work.dedup else parts[-1:]:
        least = moved / rate
        taken = max(lay(items, slots, seconds / items, speed.spread), least)
        found.append(Phase(name, taken, seconds / slots, least, math.ceil(items)))
    return found
