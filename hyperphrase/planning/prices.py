"""The cost of a corpus, from requests to an object store and prices that the user gives."""

from dataclasses import dataclass, fields

from hyperphrase.errors import InputError
from hyperphrase.numerals import parse_number
from hyperphrase.planning.work import Work, shuffle

_LISTED = 1000  # objects on a page of a listing
_FEW = 30  # requests that do not depend on the size: recipe, lexicon, statistics, report, manifest
_EXAMPLE = "`prices=machine_hour=0.4,gb_month=0.02`"


@dataclass(frozen=True)
class Requests:
    """Numbers of requests to an object store. writes: class A (insert, rewrite, list). reads: class B (get)."""

    writes: float
    reads: float


def requests(work: Work, processes: int) -> Requests:
    """Return the requests of a run on ``gs://`` without faults; ``tests/pipeline`` counts them.

    For each shard, the shard and its row, which makes a rerun cheap, are written, each by one upload of any number of
    pieces. Before that, three reads look for the row of an earlier run, an object with the shard's name, and the
    request of the unfinished corpus. At the end, rows are listed once and shards three times; deleting rows is free.
    Each process reads the lexicon and looks for the law's file.
    """
    pages = 4 * (work.shards / _LISTED + 1)
    return Requests(writes=2.0 * work.shards + pages + _FEW, reads=3.0 * work.shards + 4.0 * processes + _FEW)


@dataclass(frozen=True)
class Prices:
    """Prices: of a machine for an hour, a GB stored for a month, 10,000 writes, 10,000 reads, and a GB shuffled."""

    machine_hour: float = 0.0
    gb_month: float = 0.0
    writes_10k: float = 0.0
    reads_10k: float = 0.0
    shuffle_gb: float = 0.0


def read_prices(text: str) -> Prices:
    """Return the prices in ``text``, as in ``machine_hour=0.4,gb_month=0.02``. Raises InputError."""
    known = [field.name for field in fields(Prices)]
    given: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        if name not in known or name in given:
            problem = f"{name!r:.40} is not one of {', '.join(known)}, or is given twice; write prices as in {_EXAMPLE}"
            raise InputError(problem, field="prices", value=text)
        given[name] = _price(text, number)
    return Prices(**given)


def _price(text: str, number: str) -> float:
    value = parse_number(number)
    if value is None or not 0.0 <= value < float("inf"):
        problem = f"{number!r:.40} is not a price, a number from 0 on; write prices as in {_EXAMPLE}"
        raise InputError(problem, field="prices", value=text)
    return value


def price(work: Work, seconds: float, workers: int, asked: Requests, prices: Prices) -> dict[str, float]:
    """Return the cost of each part: of making the corpus, and of storing it for a month."""
    return {
        "machines": prices.machine_hour * workers * seconds / 3600.0,
        "shuffle": prices.shuffle_gb * shuffle(work).bytes / 1e9,
        "requests": (prices.writes_10k * asked.writes + prices.reads_10k * asked.reads) / 1e4,
        "storage, a month": prices.gb_month * work.kept * sum(work.bytes_a_phrase) / 1e9,
    }
