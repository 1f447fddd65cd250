"""The index of a dictionary: an inverted file of faiss, which finds near meanings without looking at all of them.

Meanings are put into about sqrt(n) cells around means of a sample, one byte a component; a query looks into an eighth
of the cells. What it finds is made again from its seeds and ordered by exact cosines, so the index decides who is
found and never how near. It is no part of the corpus. faiss parses it, and a folder may come from a stranger: so it
lies in the user's own cache, in a file named after the folder and the manifest, and may be removed at any time.
"""

import contextlib
import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.layout import DICTIONARY_FOLDER, MANIFEST_FILE
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.errors import InputError
from hyperphrase.meaning.dictionary import read_meanings
from hyperphrase.untrusted.trusted_folders import is_trusted
from transforms.files import storage
from transforms.worker.context import CorpusContext

LOOKED_INTO = 8  # one of so many cells; recall@10 is then 0.98 among 10,000,000 meanings of 50 components
_WIDER = 4  # candidates for each phrase asked for: bytes round
_SAMPLE = 64  # meanings a cell that its mean is found from
_ROUNDS = 10
_SHOW_SECONDS = 1.0


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


def candidates(context: CorpusContext, manifest: Manifest, query: NDArray[np.int8], count: int) -> NDArray[np.uint64]:
    """Return seeds of phrases near ``query``, (d,), in no order: some more than ``count``, where there are so many.

    The index is made if it is not there. Raises InputError without the library, or where no index can be kept.
    """
    faiss = library()
    if "://" in context.folder:
        raise InputError("--search=index: an index is kept on local disks only; search with --search=exact")
    path = index_path(context.folder)
    index = _read(faiss, path)
    if index is None:
        _keep(faiss, _build(faiss, context, manifest), path)
        index = _read(faiss, path)
    index.nprobe = -(-index.nlist // LOOKED_INTO)
    _, found = index.search(_units(query[None, :]), min(_WIDER * count, index.ntotal))
    return np.sort(found[0][found[0] >= 0]).astype(np.uint64)


def _read(faiss: Any, path: Path) -> Any:
    """Return the index in ``path``, None if there is none or it is damaged."""
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    except RuntimeError:
        return None


def index_path(out: str) -> Path:
    """Return where this user's index of the corpus in ``out`` lies: another folder or corpus has another name.

    Raises InputError where the user has no cache of their own.
    """
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hyperphrase"
    except RuntimeError as error:
        raise InputError(f"--search=index: {error}; search with --search=exact") from error
    if not cache.is_absolute() or not is_trusted(cache):
        raise InputError(
            f"--search=index: other users can write to {cache}; change its permissions, or search with --search=exact"
        )
    parts = str(Path(out).resolve()).encode(), Path(out, MANIFEST_FILE).read_bytes()
    return cache / f"index-{'-'.join(hashlib.sha256(part).hexdigest()[:16] for part in parts)}.faiss"


def _keep(faiss: Any, index: Any, path: Path) -> None:
    """Write the index whole, and remove those of earlier corpora of the folder."""
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        faiss.write_index(index, str(temporary))
        for old in path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.faiss"):
            old.unlink(missing_ok=True)
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise InputError(f"--search=index: {path} cannot be written ({error}); search with --search=exact") from error


def _build(faiss: Any, context: CorpusContext, manifest: Manifest) -> Any:
    dimensions, cells = context.meanings().dimensions, max(1, round(manifest.kept**0.5))
    _say(f"indexing {manifest.kept:,} meanings, once: finding {cells:,} cells")
    quantizer = faiss.IndexFlatIP(dimensions)
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexIVFScalarQuantizer(quantizer, dimensions, cells, kind, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter, index.cp.min_points_per_centroid = _ROUNDS, 1
    index.train(_sample(context, manifest, cells * _SAMPLE))
    shown = time.monotonic()
    for seeds, vectors in _all_meanings(context, manifest):
        index.add_with_ids(_units(vectors), seeds.astype(np.int64))
        if time.monotonic() - shown >= _SHOW_SECONDS:
            _say(f"indexing: {index.ntotal / manifest.kept:4.0%} of {manifest.kept:,} meanings")
            shown = time.monotonic()
    return index


def _sample(context: CorpusContext, manifest: Manifest, count: int) -> NDArray[np.float32]:
    """Return every so manieth meaning, about ``count`` of them, as unit vectors."""
    step = max(1, manifest.kept // count)
    return np.concatenate([_units(vectors[::step]) for _, vectors in _all_meanings(context, manifest)])


def _all_meanings(context: CorpusContext, manifest: Manifest) -> Any:
    if manifest.dictionary is None:
        raise ValueError("there is no dictionary to index")
    for shard in manifest.dictionary.shards:
        path = storage.join(context.folder, DICTIONARY_FOLDER, shard.name)
        with storage.open_file(path) as stream:
            yield from read_meanings(stream, context.meanings().dimensions, shard, path)


def _units(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return vectors of length 1, zeros where there is no direction."""
    values = vectors.astype(np.float32)
    lengths = np.sqrt((values * values).sum(axis=1, keepdims=True))
    lengths[lengths == 0.0] = 1.0
    values /= lengths
    return values


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
