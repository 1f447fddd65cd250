"""Corpora of links, as caches make them."""

import os
import shutil


def linked(made, folder, store):
    """Make in ``folder`` what a cache makes of a corpus: each file a link into ``store``; return the folder."""
    store.mkdir(parents=True)
    for number, path in enumerate(path for path in sorted(made.rglob("*")) if path.is_file()):
        place = folder / path.relative_to(made)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, store / f"{number:064x}")
        place.symlink_to(os.path.relpath(store / f"{number:064x}", place.parent))
    return folder
