"""What a corpus takes before it is made, by arithmetic: work, memory, time, money.

``work`` counts files, shuffle and memory; ``machines`` are what it runs on; ``schedule`` gives the time, ``prices`` the
money; ``size_warnings`` says what to expect of large corpora. ``job`` checks a request and adds what its run needs.
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
