"""Libraries that find near vectors: each builds an index of meanings, and answers queries at several efforts."""

import functools
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
#: Sets an effort (cells looked into, or candidates kept), and returns the function of a query.
Searches = dict[str, Callable[[Floats], Any]]
Library = Callable[[Floats, Path], Searches]
NEAREST = 10
_STEP = 200_000


def survey(name: str, vectors: NDArray[np.int8], queries: NDArray[np.int8]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a library's table: how it does on ``vectors``, (n, d)."""
    data, asked = _units(vectors), _units(queries)
    truth = _truth(data, asked)
    yield "library", "effort", "recall@10", "build s", "query ms", "MB"
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        searches = LIBRARIES[name](data, Path(folder))
        built = time.perf_counter() - begin
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        for effort, search in searches.items():
            begin = time.perf_counter()
            found = [set(map(int, search(query))) for query in asked]
            seconds = (time.perf_counter() - begin) / len(asked)
            recall = np.mean([len(ids & set(right)) / NEAREST for ids, right in zip(found, truth, strict=True)])
            yield name, effort, f"{recall:.3f}", f"{built:.1f}", f"{1000 * seconds:.2f}", f"{size / 1e6:.0f}"


def _faiss(data: Floats, folder: Path) -> Searches:
    """As ``hyperphrase find`` has it: sqrt(n) cells, one byte a component."""
    import faiss

    cells = round(len(data) ** 0.5)
    index: Any = faiss.index_factory(data.shape[1], f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = 10
    index.train(data[:: max(1, len(data) // (64 * cells))])
    index.add(data)
    faiss.write_index(index, str(folder / "index"))

    def search(query: Floats, looked: int) -> Any:
        index.nprobe = looked
        return index.search(query[None, :], NEAREST)[1][0]

    return {f"1/{n} of the cells": functools.partial(search, looked=-(-cells // n)) for n in (32, 16, 8, 4)}


def _usearch(data: Floats, folder: Path) -> Searches:
    from usearch.index import Index

    index = Index(ndim=data.shape[1], metric="cos", dtype="i8", connectivity=16, expansion_add=128)
    index.add(np.arange(len(data)), data)
    index.save(str(folder / "index"))

    def search(query: Floats, kept: int) -> Any:
        index.expansion_search = kept
        return index.search(query, NEAREST).keys

    return {f"ef {kept}": functools.partial(search, kept=kept) for kept in (64, 256, 1024)}


def _hnswlib(data: Floats, folder: Path) -> Searches:
    import hnswlib

    index = hnswlib.Index("cosine", data.shape[1])
    index.init_index(len(data), M=16, ef_construction=128)
    index.add_items(data)
    index.save_index(str(folder / "index"))

    def search(query: Floats, kept: int) -> Any:
        index.set_ef(kept)
        return index.knn_query(query[None, :], NEAREST)[0][0]

    return {f"ef {kept}": functools.partial(search, kept=kept) for kept in (64, 256, 1024)}


def _lancedb(data: Floats, folder: Path) -> Searches:
    import lancedb
    import pyarrow as pa

    column = pa.FixedSizeListArray.from_arrays(pa.array(data.reshape(-1)), data.shape[1])
    table = lancedb.connect(str(folder)).create_table("v", pa.table({"id": np.arange(len(data)), "vector": column}))
    cells = round(len(data) ** 0.5)
    table.create_index("vector", config=lancedb.index.IvfSq(distance_type="cosine", num_partitions=cells))

    def search(query: Floats, looked: int) -> Any:
        asked = table.search(query).distance_type("cosine").nprobes(looked).refine_factor(4).limit(NEAREST)
        return asked.to_arrow()["id"].to_pylist()

    return {f"1/{n} of the cells": functools.partial(search, looked=-(-cells // n)) for n in (32, 16, 8, 4)}


#: What can be asked for, by name.
LIBRARIES: dict[str, Library] = {"faiss": _faiss, "usearch": _usearch, "hnswlib": _hnswlib, "lancedb": _lancedb}


def _truth(data: Floats, queries: Floats) -> list[list[int]]:
    """Return the nearest rows of each query, by comparing all."""
    ids, cosines = [], []
    for start in range(0, len(data), _STEP):
        found = queries @ data[start : start + _STEP].T
        best = np.argpartition(-found, NEAREST - 1, axis=1)[:, :NEAREST]
        ids.append(best + start)
        cosines.append(np.take_along_axis(found, best, axis=1))
    order = np.argsort(-np.concatenate(cosines, axis=1), axis=1)[:, :NEAREST]
    right: list[list[int]] = np.take_along_axis(np.concatenate(ids, axis=1), order, axis=1).tolist()
    return right


def _units(vectors: NDArray[np.int8]) -> Floats:
    values = vectors.astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True).clip(1.0)
    return values
