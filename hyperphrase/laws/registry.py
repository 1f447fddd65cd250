"""The registry of laws: every :class:`SymbolLaw` in a module of this wing is found here by its name.

To add a law, write one file in the family that it belongs to.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from hyperphrase.laws.base import SymbolLaw


def _laws() -> Iterator[type[SymbolLaw]]:
    wing = __name__.rpartition(".")[0]
    for info in pkgutil.walk_packages([str(Path(__file__).parent)], f"{wing}."):
        if info.name == __name__:
            continue
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            is_law = isinstance(value, type) and issubclass(value, SymbolLaw) and hasattr(value, "name")
            if is_law and value.__module__ == module.__name__:
                yield value


#: All symbol laws by name.
SYMBOL_LAWS: Mapping[str, type[SymbolLaw]] = {law.name: law for law in _laws()}
