"""Machines and prices by their option texts, and what requests a run makes."""

import dataclasses

import pytest

from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.errors import InputError
from hyperphrase.planning.machines import MACHINES, read_machine, this_machine
from hyperphrase.planning.prices import Prices, price, read_prices, requests
from hyperphrase.planning.work import Work

WORK = Work(
    10**9, 10**9, 10**9, 0.0, 1 << 20, 100.0, (200.0, 100.0), 0.0, 0.0, Deduplication(10, 20, 4, span_units=1)
)  # fmt: skip


def test_machines_by_name_and_by_numbers():
    assert MACHINES["n2-standard-8"] == read_machine("n2-standard-8")
    assert this_machine() == read_machine("this")
    made = read_machine("network=10,cores=16,memory=64")
    assert (16, 64 * 2**30, 1.25e9) == (made.cores, made.memory, made.network)


def test_every_machine_of_the_table_is_plausible():
    for name, machine in MACHINES.items():
        assert name == machine.name
        assert name.endswith(f"-{machine.cores}")
        assert 2 <= machine.memory / 2**30 / machine.cores <= 8  # highcpu has 2 GiB a core, highmem 8
        assert "cloud.google.com" in machine.source


@pytest.mark.parametrize(
    "text",
    ["", "n2", "cores=2", "cores=2,memory=4", "cores=2,memory=4,network=1,disk=3", "cores=2,cores=2,memory=4"],
)
def test_unknown_machines_are_refused(text):
    with pytest.raises(
        InputError, match=rf"^machine={text}: there is no such machine; give this, .*cores=16,memory=64"
    ):
        read_machine(text)


@pytest.mark.parametrize(
    "text",
    [f"cores={c},memory={m},network={n}" for c, m, n in [("1.5", 4, 1), (0, 4, 1), (2, "nan", 1), (2, 4, "inf")]]
    + ["cores=-2,memory=4,network=1", "cores=2,memory=x,network=1", "cores=2,memory=4,network=1e9"],
)
def test_machines_with_impossible_numbers_are_refused(text):
    with pytest.raises(InputError, match=f"^machine={text}: give a whole number of cores"):
        read_machine(text)


def test_prices_by_name():
    assert Prices(machine_hour=0.4, gb_month=0.02) == read_prices("gb_month=0.02,machine_hour=0.4")
    assert Prices(machine_hour=0.4, gb_month=2.0) == read_prices("gb_month=+2,machine_hour=.4")


@pytest.mark.parametrize("text", ["", "gold=1", "gb_month=1,gb_month=2", "machine_hour"])
def test_unknown_prices_are_refused(text):
    with pytest.raises(InputError, match=f"^prices={text}: .*as in `prices="):
        read_prices(text)


@pytest.mark.parametrize("number", ["-1", "x", "nan", "inf", "", "1_0", "\u0665", " 1", "1e999"])
def test_prices_that_are_no_prices_are_refused(number):
    with pytest.raises(InputError, match=f"^prices=gb_month={number}: .* is not a price, a number from 0 on"):
        read_prices(f"gb_month={number}")


def test_what_is_paid():
    asked = requests(WORK, 8)
    paid = price(WORK, 7200.0, 10, asked, Prices(0.5, 0.02, 0.05, 0.004, 0.01))
    assert 10 * 2 * 0.5 == pytest.approx(paid["machines"])
    assert 10**9 * 300.0 / 1e9 * 0.02 == pytest.approx(paid["storage, a month"])
    assert (asked.writes * 0.05 + asked.reads * 0.004) / 1e4 == pytest.approx(paid["requests"])
    assert 0.08 == pytest.approx(paid["shuffle"], rel=0.01)  # 8 GB of keys
    assert 0.0 == sum(price(WORK, 7200.0, 10, asked, Prices()).values())


def test_requests_grow_with_shards():
    one = requests(dataclasses.replace(WORK, bytes_a_phrase=(1.0,)), 8)
    two = requests(WORK, 8)
    assert 2 * WORK.units == pytest.approx(two.writes - one.writes, rel=0.01)
    assert 3 * WORK.units == pytest.approx(two.reads - one.reads, rel=0.01)
