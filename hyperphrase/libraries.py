"""Load a library that is not installed with hyperphrase itself, but by one of its extras."""

import importlib
from typing import Any


def library(name: str, extra: str) -> Any:
    """Return the module ``name`` of a library that the extra ``extra`` installs. Raises ImportError, which names it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        problem = f"{name} is not installed, or not as a whole; pip install 'hyperphrase[{extra}]'"
        raise ImportError(problem, name=name) from error
