"""The other packages that are installed with this one, whose names others may have too."""

import importlib.util
import sys
from pathlib import Path

from hyperphrase.errors import InputError

_PACKAGES = ("transforms", "beam_pipeline")


def check() -> None:
    """Raise InputError if a module of the user's hides one of the packages."""
    home = Path(__file__).resolve().parents[1]
    for name in _PACKAGES:
        place = _place(name)
        if place is None or place.resolve().parent.parent != home:
            what = f"is {place}" if place else "is not there"
            raise InputError(f"the module {name} {what}, not that of hyperphrase in {home}; rename or move the other")


def _place(name: str) -> Path | None:
    """Return the file of a module, without importing it."""
    loaded = sys.modules.get(name)
    spec = importlib.util.find_spec(name) if loaded is None else None
    file = getattr(loaded, "__file__", None) if spec is None else spec.origin
    return Path(file) if file else None
