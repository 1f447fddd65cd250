"""The index of a dictionary: an inverted-file (IVF) index of faiss, for approximate nearest-neighbour search.

Meanings, of one byte per component, are assigned to about sqrt(n) cells around centroids of a sample; a query searches
an eighth of the cells. The meanings of the candidates are recomputed from their seeds and sorted by exact cosines: the
index selects the candidates and does not affect their cosines. It is not part of the corpus. Because faiss parses it
and a corpus folder may be untrusted, it is kept in the user's own cache, in a file named after folder and manifest,
and may be removed at any time.
"""

import contextlib
import hashlib
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.terminal.streams import say
from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus.layout import MANIFEST_FILE
from hyperphrase.errors import InputError
from hyperphrase.meaning.search import BY, DictionarySearch
from hyperphrase.untrusted.trusted_folders import is_trusted, own_cache

CELLS_PER_PROBE = 8  # a query searches 1/8 of the cells: recall@10 is 0.98 for 10,000,000 meanings of 50 components
_WIDER = 4  # candidates per phrase asked for, as the index rounds to bytes
_SAMPLE = 64  # training meanings per cell
_ROUNDS = 10  # iterations of k-means


def library() -> Any:
    """Return faiss. Raises InputError if it is not installed."""
    try:
        import faiss
    except ImportError as error:
        raise InputError(
            "--search=index: needs faiss-cpu, which is not installed; pip install 'hyperphrase[find]', "
            "or search with --search=exact"
        ) from error
    return faiss


def candidates(corpus: Corpus, dictionary: DictionarySearch, query: NDArray[np.int8], count: int) -> NDArray[np.uint64]:
    """Return seeds of phrases near ``query``, shape (d,), ascending: up to ``_WIDER`` times ``count``.

    Builds the index if it does not exist. Raises InputError without faiss, or if no index can be stored.
    """
    faiss = library()
    if "://" in corpus.folder:
        raise InputError("--search=index: an index is kept on local disks only; search with --search=exact")
    path = index_path(corpus.folder, dictionary.by)
    index = _read(faiss, path)
    if index is None:
        index = _build(faiss, len(corpus), dictionary)
        _keep(faiss, index, path)
    index.nprobe = -(-index.nlist // CELLS_PER_PROBE)
    _, found = index.search(_units(query[None, :]), min(_WIDER * count, index.ntotal))
    return np.sort(found[0][found[0] >= 0]).astype(np.uint64)


def _read(faiss: Any, path: Path) -> Any:
    """Return the index in ``path``, None if it does not exist or is damaged."""
    for flags in (faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY, faiss.IO_FLAG_READ_ONLY):  # not all disks can map files
        with contextlib.suppress(RuntimeError):
            return faiss.read_index(str(path), flags)
    return None


def index_path(out: str, by: str = BY[0]) -> Path:
    """Return the path of this user's index of the corpus in ``out``; it depends on the folder and the manifest.

    There is one for each thing that phrases are found by.

    Raises InputError if the user has no private cache folder.
    """
    try:
        cache = own_cache()
    except RuntimeError as error:
        raise InputError(f"--search=index: {error}; search with --search=exact") from error
    if not cache.is_absolute() or not is_trusted(cache):
        raise InputError(
            f"--search=index: other users can write to {cache}; change its permissions, or search with --search=exact"
        )
    parts = str(Path(out).resolve()).encode(), Path(out, MANIFEST_FILE).read_bytes()
    kind = "index" if by == BY[0] else by
    return cache / f"{kind}-{'-'.join(hashlib.sha256(part).hexdigest()[:16] for part in parts)}.faiss"


def _keep(faiss: Any, index: Any, path: Path) -> None:
    """Write the index atomically, and remove indexes of earlier corpora of the folder."""
    temporary = path.with_suffix(f".{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        faiss.write_index(index, str(temporary))
        for old in path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.faiss"):
            with contextlib.suppress(OSError):  # in use, on some disks
                old.unlink()
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise InputError(f"--search=index: {path} cannot be written ({error}); search with --search=exact") from error


def _build(faiss: Any, kept: int, dictionary: DictionarySearch) -> Any:
    dimensions, cells = dictionary.meanings.dimensions, max(1, round(kept**0.5))
    say(f"indexing {kept:,} meanings, once")
    quantizer = faiss.IndexFlatIP(dimensions)
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexIVFScalarQuantizer(quantizer, dimensions, cells, kind, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter, index.cp.min_points_per_centroid = _ROUNDS, 1
    dictionary.tell("finding cells", 0, 0)
    index.train(_sample(dictionary, max(1, kept // (cells * _SAMPLE))))
    for seeds, vectors in dictionary.stored():
        index.add_with_ids(_units(vectors), seeds.astype(np.int64))
        dictionary.tell("indexing", index.ntotal, kept)
    return index


def _sample(dictionary: DictionarySearch, step: int) -> NDArray[np.float32]:
    """Return every ``step``-th meaning as a unit vector, shape (n, d)."""
    return np.concatenate([_units(vectors[::step]) for _, vectors in dictionary.stored()])


def _units(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the vectors scaled to length 1; zero vectors stay zero."""
    values = vectors.astype(np.float32)
    lengths = np.sqrt((values * values).sum(axis=1, keepdims=True))
    lengths[lengths == 0.0] = 1.0
    values /= lengths
    return values
