"""Figures in words. Whether something is more or less is decided by the figure."""

from collections.abc import Callable, Iterable, Sequence

from hyperphrase.formatting import format_bytes

_EQUAL = 0.0005  # shares below this are shown as 0.0%
_EXACT = 1e5  # numbers from here on are shown by three digits
SECONDS = {"years": 365.25 * 86400, "days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}


def change(share: float, more: str = "more", less: str = "less", equal: str = "as much") -> str:
    """Return a relative difference in words, as in ``11.2% more``."""
    if abs(share) < _EQUAL:
        return equal
    return f"{abs(share):.1%} {more if share > 0 else less}"


def fewer(ratio: float, more: str = "more", less: str = "fewer", equal: str = "as many") -> str:
    """Return in words how many times fewer tokens there are, as in ``1.07 times fewer``. ratio: below 1 if more."""
    if f"{ratio:.2f}" == "1.00":
        return equal
    return f"{ratio:.2f} times {less}" if ratio > 1 else f"{1 / ratio:.2f} times {more}"


def all_fewer(ratios: Sequence[float]) -> str:
    """Return several ratios in words, with what they share said once, as in ``7.56, 3.24 and 1.81 times fewer``."""
    each = list(dict.fromkeys(map(fewer, ratios)))
    words = {text.partition(" times ")[2] for text in each}
    if len(words) > 1 or "" in words:
        return listed(each)
    return f"{listed([text.partition(' ')[0] for text in each])} times {words.pop()}"


def interval(values: Iterable[float], shown: str = ",.0f") -> str:
    """Return the least and the greatest value, as in ``14 to 19``, or one if they look equal."""
    texts = [f"{value:{shown}}" for value in sorted(values)]
    return texts[0] if texts[0] == texts[-1] else f"{texts[0]} to {texts[-1]}"


def listed(parts: Sequence[str], last: str = "and", between: str = ", ") -> str:
    """Return parts as a sentence lists them, as in ``a, b and c``."""
    return f"{between.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else parts[0]


def large(number: float) -> str:
    """Return a number as it is below 100,000, else its first three digits and zeros."""
    return f"{number if number < _EXACT else float(f'{number:.3g}'):,.0f}"


def duration(seconds: float) -> str:
    """Return a time in the largest unit of which it has at least two, as in ``3.4 hours``."""
    unit = next((name for name, length in SECONDS.items() if seconds >= 2 * length), "seconds")
    return f"{seconds / SECONDS[unit]:,.1f} {unit}"


def power(log10: float) -> str:
    """Return a power of ten of any size, as in ``10^1,025.6``."""
    return f"10^{log10:,.1f}"


def spread(shares: Iterable[float], more: str = "longer", less: str = "shorter") -> str:
    """Return relative differences in words, as in ``14% to 19% longer``."""
    low, *_, high = sorted(shares)
    if low >= 0 or high <= 0:
        return f"{interval((abs(low), abs(high)), '.0%')} {more if high > 0 else less}"
    return f"between {abs(low):.0%} {less} and {high:.0%} {more}"


def capital(text: str) -> str:
    """Return ``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def table(header: str, alignment: str, rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown. header: its cells, parted by bars. alignment: ``l`` or ``r`` for each column."""
    marks = "|".join("--:" if each == "r" else "---" for each in alignment)
    return "\n".join([f"| {header} |", f"|{marks}|", *(f"| {' | '.join(row)} |" for row in rows)])


#: What the templates call, by name.
FILTERS: dict[str, Callable[..., str]] = {
    "change": change,
    "interval": interval,
    "spread": spread,
    "capital": capital,
    "fewer": fewer,
    "all_fewer": all_fewer,
    "listed": listed,
    "large": large,
    "duration": duration,
    "power": power,
    "bytes": format_bytes,
    "whole": lambda number: f"{number:,.0f}",
    "two": lambda number: f"{number:,.2f}",
    "one": lambda number: f"{number:,.1f}",
    "percent": lambda share: f"{share:.0%}",
}
