"""Weights that several parts of an experiment start from: trained once, and kept in the folder of what is finished."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from evidence.jobs import digest


def kept(settings: Any, folder: Path, train: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``train`` returns: ``weights``, and plain values; it is called if the folder does not have it yet.

    settings: what it depends on, a dataclass of plain values.
    """
    path = folder / f"{type(settings).__name__.lower()}-{digest(settings)}.pt"
    if not path.exists():
        torch.save(train(), path.with_suffix(".unfinished"))
        path.with_suffix(".unfinished").replace(path)
    found: dict[str, Any] = torch.load(path, weights_only=True)
    return found
