"""Whether the figures that were hoped for hold."""

from typing import Any

_FEW_DUPLICATES = 0.001  # of all draws


def verdicts(figures: dict[str, Any]) -> dict[str, str]:
    """Return for each hope ``no``, ``part`` or ``yes``, in the order in which a page speaks of them."""
    tokens, inference, plans = figures["tokens"], figures["inference"], figures["plans"]
    more_memory = [inference["uses"][size]["memory"] >= 0 for size in (250_000, 500_000)]
    impossible, achieved, missed = (plans["byte"][kind] for kind in ("impossible", "achieved", "missed"))
    drawn = plans["plain"]["sampling"]["drawn"]
    return {
        "english": _of_language(tokens["hoped"]["english"]),
        "memory": _of(len(more_memory) - sum(more_memory), len(more_memory)),
        "billion": _of(plans["counts"][10**9]["fit"], plans["counts"][10**9]["formats"]),
        "byte": "yes" if not impossible + missed else "part" if achieved + missed else "no",
        "russian": _of_language(tokens["hoped"]["russian"]),
        "million": _of(plans["counts"][10**8]["fit"], plans["counts"][10**8]["formats"]),
        "phrases": "yes" if plans["most_duplicates"] < _FEW_DUPLICATES * drawn else "no",
    }


def _of_language(hoped: dict[str, Any]) -> str:
    return "yes" if hoped["all"] else "part" if hoped["reached"] else "no"


def _of(count: int, total: int) -> str:
    """Return ``yes`` if all of ``total`` do what was hoped for, ``part`` if some do, else ``no``."""
    return "yes" if count == total else "part" if count else "no"
