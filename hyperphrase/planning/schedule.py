"""Estimate the time to make a corpus, from the speed of one core and the time until the last worker ends."""

import math
from dataclasses import dataclass

from hyperphrase.planning.machines import Machine
from hyperphrase.planning.work import Work, highest_of, shuffle

_MIXING = 6.0  # rate at which the waves of items mix, fitted to benchmarks/shuffle_simulation.py


@dataclass(frozen=True)
class Speed:
    """Seconds of one core while all cores are busy; measured by ``beam_pipeline.planning.calibration``.

    start: wall-clock time of the whole command for a minimal corpus. unit: for a unit, in addition to its phrases.
    fingerprint, write: for a phrase. compare: for a key, in buckets of ``bucket`` keys. spread: standard deviation of a
    work item's time, as a share of its mean.
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
    """One phase of a run.

    seconds: wall-clock time. work: the time if no worker ever waited, in seconds. network: the least time that the
    network needs for the bytes, in seconds. items: number of work items.
    """

    name: str
    seconds: float
    work: float
    network: float
    items: int


def dealt(items: float, slots: int, each: float, spread: float) -> float:
    """Return the expected time until the last of ``slots`` ends if items of ``each`` seconds are assigned beforehand.

    The busiest slots have ceil(items / slots) items, and the sum of n times has standard deviation spread sqrt(n).
    """
    most = math.ceil(items / slots)
    return each * (most + spread * math.sqrt(most) * highest_of(items - (most - 1) * slots))


def one_by_one(items: float, slots: int, each: float, spread: float) -> float:
    """Return the expected time if each slot takes the next item as soon as it is free.

    At first all slots take items at the same times, in ceil(items / slots) waves. As times differ, the waves mix. Then
    all slots are busy until the last item is taken; by then the others have done half of theirs, on average.
    """
    waves, rounds = math.ceil(items / slots), items / slots
    in_waves = waves + spread * highest_of(items - (waves - 1) * slots)
    if waves == 1:
        return each * in_waves
    mixed = rounds + 0.5 + spread * highest_of(slots) - spread**2 / 2
    share = -math.expm1(-_MIXING * spread**2 * rounds)
    return each * (share * mixed + (1.0 - share) * in_waves)


def phases(work: Work, workers: int, machine: Machine, speed: Speed, local: bool) -> list[Phase]:
    """Return the phases of making ``work``, in order.

    local: whether one machine does it: items are assigned to its threads beforehand, and bytes go to its disk, whose
    speed the calibration includes. On several machines items are taken one by one, and bytes go through the network.
    """
    slots, sent = workers * machine.cores, shuffle(work)
    rate = workers * machine.network if machine.network and not local else math.inf
    lay = dealt if local else one_by_one
    written = work.kept * sum(work.bytes_a_phrase)
    spans = work.drawn / work.span  # the last span may be shorter; one worker writes all units of a span
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
