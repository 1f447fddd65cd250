"""How long it would take to draw as many phrases as a space has: as logarithms, in units that say something."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hyperphrase.phrases.phrases import CHUNK, Phrases, seed_range
from hyperphrase.planning.machines import this_machine

#: The age of the universe: 13.787 thousand million years (Planck 2018 VI, arXiv:1807.06209, table 2, last column).
UNIVERSE_YEARS = 13.787e9
_YEAR = 365.25 * 86400.0  # seconds
_UNITS = (("ages of the universe", UNIVERSE_YEARS * _YEAR), ("years", _YEAR), ("days", 86400.0), ("hours", 3600.0))
_TIMED = 0.2  # seconds of drawing


@dataclass(frozen=True)
class Enumeration:
    """The time to draw as many phrases as a space has, on all cores of this machine.

    phrases_a_second: of all cores, measured.
    """

    cores: int
    phrases_a_second: float
    log10_seconds: float
    log10_years: float
    log10_ages_of_the_universe: float
    words: str


def enumeration_of(log10_phrases: float, phrases_a_second: float) -> Enumeration:
    """Return the time for 10^``log10_phrases`` phrases."""
    log10 = log10_phrases - math.log10(phrases_a_second)
    years = log10 - math.log10(_YEAR)
    ages = years - math.log10(UNIVERSE_YEARS)
    return Enumeration(this_machine().cores, phrases_a_second, log10, years, ages, _in_words(log10))


def _in_words(log10_seconds: float) -> str:
    for name, seconds in _UNITS:
        log10 = log10_seconds - math.log10(seconds)
        if log10 >= math.log10(2.0):
            return f"{number(log10)} {name}"
    return f"{10**log10_seconds:,.2g} seconds"


def number(log10: float) -> str:
    """Return the number with this decimal logarithm, as people read it.

    >>> number(1.5), number(540.02), number(-513.4)
    ('32', '10^540.0', '10^-513.4')
    """
    if -4.0 < log10 < 6.0:
        value = 10.0**log10
        return f"{value:,.0f}" if value >= 10.0 else f"{value:.2g}"
    return f"10^{log10:,.1f}"


def drawing_rate(phrases: Phrases, first_seed: int, stop_seed: int) -> float:
    """Return the phrases a second that all cores draw, measured in a fraction of a second."""
    cores = this_machine().cores
    chunk = seed_range(first_seed, min(first_seed + CHUNK, stop_seed))
    phrases.draw_reused(chunk[:1])  # compiled

    def draw(_: int) -> int:
        drawn, end = 0, time.perf_counter() + _TIMED
        part = chunk[:16]
        while time.perf_counter() < end:
            phrases.draw_reused(part)
            drawn += len(part)
            part = chunk  # what took long with few phrases would take too long with many
        return drawn

    with ThreadPoolExecutor(cores) as pool:
        begin = time.perf_counter()
        total = sum(pool.map(draw, range(cores)))
        return total / (time.perf_counter() - begin)
