"""Files of meanings: other readers read them, their bytes are frozen, and damaged ones are refused."""

import contextlib
import hashlib
import importlib
import io

import numpy as np
import pytest
from pyarrow import parquet

from hyperphrase.corpus.layout import meanings_name
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError
from hyperphrase.meaning import dictionary
from hyperphrase.meaning.dictionary import MeaningsWriter, read_meanings

GOLDEN = "caf8223d2e3d5a0d"  # of 1,000 rows of 50


def rows_of(count, dimensions):
    """Return made-up seeds, ascending, and vectors with all values of int8."""
    seeds = np.arange(count, dtype=np.uint64) * np.uint64(7)
    vectors = (np.arange(count * dimensions) * 37 % 256 - 128).astype(np.int8).reshape(count, dimensions)
    return seeds, vectors


def file_of(seeds, vectors, step=100):
    stream = io.BytesIO()
    writer = MeaningsWriter(stream, vectors.shape[1])
    for start in range(0, len(seeds), step):
        writer.write(seeds[start : start + step], vectors[start : start + step])
    writer.close()
    return stream.getvalue()


def shard_of(count):
    """Return the row of a file of made-up seeds."""
    return Shard("meanings.parquet", count, 0, 0, 0, *((0, 7 * (count - 1)) if count else (None, None)))


def read(data, dimensions, count):
    """Return (seeds, vectors) of a file by this package's reader."""
    groups = list(read_meanings(io.BytesIO(data), dimensions, shard_of(count), "meanings.parquet"))
    empty = (np.empty(0, np.uint64), np.empty((0, dimensions), np.int8))
    return tuple(np.concatenate(column) for column in zip(empty, *groups, strict=True))


@pytest.mark.parametrize("dimensions", [1, 3, 50, 300])
@pytest.mark.parametrize("count", [0, 1, 7, 1000])
def test_rows_are_read_back(count, dimensions):
    seeds, vectors = rows_of(count, dimensions)
    found = read(file_of(seeds, vectors), dimensions, count)
    assert (seeds.tolist(), vectors.tolist()) == (found[0].tolist(), found[1].tolist())


def test_groups_are_full_however_rows_come(monkeypatch):
    monkeypatch.setattr(dictionary, "GROUP", 300)
    seeds, vectors = rows_of(1000, 4)
    files = {file_of(seeds, vectors, step) for step in (1, 7, 300, 450, 1000)}
    (data,) = files
    metadata = parquet.ParquetFile(io.BytesIO(data)).metadata
    assert [300, 300, 300, 100] == [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert vectors.tolist() == read(data, 4, 1000)[1].tolist()


def test_columns_are_what_they_are_called():
    seeds, vectors = rows_of(9, 5)
    table = parquet.read_table(io.BytesIO(file_of(seeds, vectors)))
    assert ["seed: int64 not null", "vector: fixed_size_list<element: int8 not null>[5] not null"] == [
        str(field).removeprefix("pyarrow.Field<").removesuffix(">") for field in table.schema
    ]
    table.validate(full=True)
    assert seeds.tolist() == table["seed"].to_pylist()


@pytest.mark.parametrize("name", ["duckdb", "polars"])
def test_others_read_them(name, tmp_path):
    library = importlib.import_module(name)
    seeds, vectors = rows_of(1000, 50)
    path = tmp_path / "meanings.parquet"
    path.write_bytes(file_of(seeds, vectors))
    if name == "duckdb":
        rows = library.sql(f"select seed, vector from '{path}'").fetchall()
    else:
        rows = library.read_parquet(path).select("seed", "vector").rows()
    assert list(zip(seeds.tolist(), vectors.tolist(), strict=True)) == [(seed, list(vector)) for seed, vector in rows]


def test_bytes_are_frozen():
    assert GOLDEN == hashlib.sha256(file_of(*rows_of(1000, 50))).hexdigest()[:16]


def test_names():
    assert "meanings-00003-of-00016.parquet" == meanings_name(3, 16)


def test_damaged_files_are_refused_or_read_as_something_else():
    """Whatever stands in a file, it is a file of meanings or an error of ours."""
    good = file_of(*rows_of(50, 4))
    for position in range(len(good)):
        data = good[:position] + bytes([good[position] ^ 0x55]) + good[position + 1 :]
        with contextlib.suppress(CorruptError):
            read(data, 4, 50)
    for size in range(0, len(good), 7):
        with pytest.raises(CorruptError, match=r"^meanings\.parquet: "):
            read(good[:size], 4, 50)


@pytest.mark.parametrize(("dimensions", "count"), [(5, 10), (3, 10), (4, 9), (4, 11), (4, 0)])
def test_a_file_of_other_rows_is_refused(dimensions, count):
    with pytest.raises(CorruptError, match=r"laid out|cut off|longer"):
        read(file_of(*rows_of(10, 4)), dimensions, count)


def test_a_file_of_another_writer_is_refused():
    table = parquet.read_table(io.BytesIO(file_of(*rows_of(10, 4))))
    stream = io.BytesIO()
    parquet.write_table(table, stream)
    with pytest.raises(CorruptError, match="laid out"):
        read(stream.getvalue(), 4, 10)


@pytest.mark.parametrize("seeds", [[0, 7, 7], [7, 0, 14], [0, 7, 15], [2**63, 1, 14]])
def test_seeds_that_are_not_the_shards_are_refused(seeds):
    data = file_of(np.array(seeds, np.uint64), rows_of(3, 4)[1])
    with pytest.raises(CorruptError, match="do not ascend"):
        read(data, 4, 3)


def test_a_file_that_goes_on_is_refused():
    with pytest.raises(CorruptError, match="longer"):
        read(file_of(*rows_of(10, 4)) + b"x", 4, 10)
