"""Estimates of the work, memory, time and cost of a corpus, before it is made.

``work`` computes files, shuffle and memory; ``machines`` describes the machines; ``schedule`` computes the time and
``prices`` the cost; ``size_warnings`` warns of the limits of large corpora. ``job`` validates a request and prepares
its run.
"""

from hyperphrase.planning.machines import Machine, read_machine, this_machine
from hyperphrase.planning.prices import Prices, price, read_prices, requests
from hyperphrase.planning.work import Memory, Shuffle, Work, memory, shuffle, work_of

__all__ = [
    "Machine",
    "Memory",
    "Prices",
    "Shuffle",
    "Work",
    "memory",
    "price",
    "read_machine",
    "read_prices",
    "requests",
    "shuffle",
    "this_machine",
    "work_of",
]
