"""The dropped seeds of a corpus, from its manifest or the file beside it."""

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.layout import DROPPED_FILE
from hyperphrase.corpus.manifest import Manifest, parse_dropped_file
from hyperphrase.errors import CorruptError
from transforms.files import storage


def read_dropped(out: str, manifest: Manifest) -> NDArray[np.uint64]:
    """Return the dropped seeds of the corpus in ``out``, ascending. Raises CorruptError."""
    if manifest.dropped.listed is not None:
        return np.array(manifest.dropped.listed, np.uint64)
    path = storage.join(out, DROPPED_FILE)
    data = storage.read_file(path, 8 * manifest.dropped.count)
    if data is None:
        raise CorruptError(f"{path}: is missing; the manifest says that it holds {manifest.dropped.count} seeds")
    return parse_dropped_file(data, manifest, path)
