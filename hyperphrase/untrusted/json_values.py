"""Validate values of untrusted JSON. All functions raise InputError."""

from typing import Any

from hyperphrase.errors import InputError


def whole(value: Any, low: int, high: int, name: str = "") -> int:
    """Return ``value`` if it is a whole number from ``low`` to ``high``; the error text begins with ``name``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        shown = f"{name} {value!r:.40}" if name else f"{value!r:.40}"
        raise InputError(f"{shown} is not a whole number from {low} to {high}")
    return value


def short_text(value: Any) -> str:
    """Return ``value`` if it is a string of at most 200 characters."""
    if not isinstance(value, str) or len(value) > 200:
        raise InputError(f"{value!r:.40} is not a short text")
    return value
