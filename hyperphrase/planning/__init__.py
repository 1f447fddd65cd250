"""Estimates of the work, memory, time and cost of a corpus, before it is made.

``work`` computes files, shuffle and memory; ``machines`` describes the machines; ``schedule`` computes the time and
``prices`` the cost; ``size_warnings`` warns of the limits of large corpora. ``job`` validates a request and prepares
its run.

``calculation`` joins everything that ``plan`` says as data, ``tables`` and ``machine_tables`` put it into words. Its
parts: ``expected_corpus``; ``enumeration`` of the space; ``corpus_sample``, ``stored_bytes`` and ``intervals``, the
bytes of each format measured on a sample; ``compressibility``, ``coding`` and ``step_coding``, what one symbol takes;
``virtual_size``; and ``machine_plan``.
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
