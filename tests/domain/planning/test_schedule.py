"""How long work takes on several slots: the formulas against a simulation of dealing and of taking one by one."""

import heapq
import math
from dataclasses import replace

import numpy as np
import pytest

from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.planning.machines import Machine
from hyperphrase.planning.schedule import Speed, dealt, one_by_one, phases
from hyperphrase.planning.work import Work, shuffle

SPEED = Speed(start=2.0, unit=1e-3, fingerprint=1e-7, compare=2e-8, bucket=1 << 20, write=5e-7, spread=0.0)
DEDUP = Deduplication(prefix=10, offset_bits=18, bucket_bits=4, span_units=1)
WORK = Work(100 << 18, 100 << 18, 100 << 18, 0.0, 1 << 18, 100.0, (200.0,), 0.0, 0.0, DEDUP)
MACHINE = Machine("test", 4, 16e9, 1e9, "a test")


def times(random, number, spread):
    """Return times with mean 1."""
    sigma = math.sqrt(math.log1p(spread**2))
    return random.lognormal(-(sigma**2) / 2, sigma, number)


def ends_dealt(items, slots):
    return max(items[i::slots].sum() for i in range(min(slots, len(items))))


def ends_one_by_one(items, slots):
    free = [0.0] * slots
    for seconds in items:
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)


@pytest.mark.parametrize("spread", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("items_a_slot", [1, 1.3, 8.1, 30])
@pytest.mark.parametrize("slots", [2, 32, 128])
def test_the_last_slot_ends_when_the_formulas_say(slots, items_a_slot, spread):
    random, number = np.random.default_rng(1), int(slots * items_a_slot)
    drawn = [times(random, number, spread) for _ in range(40)]
    real_dealt = np.mean([ends_dealt(items, slots) for items in drawn])
    real_taken = np.mean([ends_one_by_one(items, slots) for items in drawn])
    assert real_dealt == pytest.approx(dealt(number, slots, 1.0, spread), rel=0.12)
    assert real_taken == pytest.approx(one_by_one(number, slots, 1.0, spread), rel=0.12)


def by_name(planned):
    return {phase.name: phase for phase in planned}


def test_phases_of_one_machine_are_the_sum_of_its_work():
    planned = by_name(phases(WORK, 1, MACHINE, SPEED, local=True))
    assert ["start", "fingerprint", "compare", "write"] == list(planned)
    assert 2.0 == planned["start"].seconds
    assert 25 * (1 << 18) * 1e-7 == pytest.approx(planned["fingerprint"].seconds)
    assert 25 * ((1 << 18) * 5e-7 + 1e-3) == pytest.approx(planned["write"].seconds)
    depth = math.log2(shuffle(WORK).mean) / 20
    assert 25 * (1 << 18) * 2e-8 * depth == pytest.approx(planned["compare"].seconds)
    assert all(phase.network == 0.0 for phase in planned.values())


def test_more_machines_take_less_time_until_units_run_out():
    seconds = [
        by_name(phases(WORK, workers, MACHINE, SPEED, local=False))["write"].work for workers in (1, 5, 25, 1000)
    ]
    assert sorted(seconds, reverse=True) == seconds
    whole = by_name(phases(WORK, 1000, replace(MACHINE, network=1e15), SPEED, local=False))["write"]
    assert (1 << 18) * 5e-7 + 1e-3 == pytest.approx(whole.seconds)  # one unit, on one core


def test_a_slow_network_decides():
    slow = by_name(phases(WORK, 1, replace(MACHINE, network=1e6), SPEED, local=False))
    assert 100 * (1 << 18) * 200.0 / 1e6 == pytest.approx(slow["write"].seconds)
    assert shuffle(WORK).bytes / 1e6 == pytest.approx(slow["fingerprint"].seconds)
    unknown = by_name(phases(WORK, 1, replace(MACHINE, network=None), SPEED, local=False))
    assert unknown["write"].seconds < slow["write"].seconds


def test_all_units_of_a_span_are_one_work_item():
    wide = replace(WORK, dedup=replace(DEDUP, offset_bits=20, span_units=4))
    assert [1, 25, 16, 25] == [phase.items for phase in phases(wide, 1, MACHINE, SPEED, local=True)]


def test_an_injective_law_only_writes():
    assert ["start", "write"] == [phase.name for phase in phases(replace(WORK, dedup=None), 1, MACHINE, SPEED, True)]
