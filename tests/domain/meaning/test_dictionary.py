"""Files of meanings: other readers read them, their bytes are frozen, and damaged ones are refused."""

import contextlib
import errno
import hashlib
import io

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pytest
from pyarrow import ipc

from hyperphrase.corpus.layout import meanings_name
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.errors import CorruptError
from hyperphrase.meaning import dictionary
from hyperphrase.meaning.dictionary import MeaningsWriter, read_meanings

GOLDEN = "d4c08ae8176f9ea8"  # of 1,000 rows of 50


def rows_of(count, dimensions):
    """Return made-up seeds, ascending, and vectors with all values of int8."""
    seeds = np.arange(count, dtype=np.uint64) * np.uint64(7)
    vectors = (np.arange(count * dimensions) * 37 % 256 - 128).astype(np.int8).reshape(count, dimensions)
    return seeds, vectors


def file_of(seeds, vectors, step=100):
    stream = io.BytesIO()
    file_into(stream, seeds, vectors, step)
    return stream.getvalue()


def file_into(sink, seeds, vectors, step=100):
    writer = MeaningsWriter(sink, vectors.shape[1])
    for start in range(0, len(seeds), step):
        writer.write(seeds[start : start + step], vectors[start : start + step])
    writer.close()


def shard_of(count):
    """Return the row of a file of made-up seeds."""
    return Shard("meanings.arrow", count, 0, 0, 0, *((0, 7 * (count - 1)) if count else (None, None)))


def read(data, dimensions, count):
    """Return (seeds, vectors) of a file by this package's reader."""
    groups = list(read_meanings(io.BytesIO(data), dimensions, shard_of(count), "meanings.arrow"))
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
    with ipc.open_file(data) as file:
        assert [300, 300, 300, 100] == [file.get_batch(i).num_rows for i in range(file.num_record_batches)]
    assert vectors.tolist() == read(data, 4, 1000)[1].tolist()


def test_columns_are_what_they_are_called():
    seeds, vectors = rows_of(9, 5)
    table = ipc.open_file(file_of(seeds, vectors)).read_all()
    assert ["seed: int64 not null", "vector: fixed_size_list<item: int8 not null>[5] not null"] == [
        str(field).removeprefix("pyarrow.Field<").removesuffix(">") for field in table.schema
    ]
    table.validate(full=True)
    assert (seeds.tolist(), vectors.tolist()) == (table["seed"].to_pylist(), table["vector"].to_pylist())


def by_polars(path):
    return polars.read_ipc(path).rows()


def by_duckdb(path):
    meanings = ipc.open_file(pa.memory_map(str(path))).read_all()  # noqa: F841  # DuckDB finds it by its name
    return duckdb.sql("select seed, vector from meanings").fetchall()


@pytest.mark.parametrize("rows_by", [by_polars, by_duckdb])
def test_others_read_them(rows_by, tmp_path):
    seeds, vectors = rows_of(1000, 50)
    path = tmp_path / "meanings.arrow"
    path.write_bytes(file_of(seeds, vectors))
    rows = [(seed, list(vector)) for seed, vector in rows_by(path)]
    assert list(zip(seeds.tolist(), vectors.tolist(), strict=True)) == rows


def test_bytes_are_frozen():
    assert GOLDEN == hashlib.sha256(file_of(*rows_of(1000, 50))).hexdigest()[:16]


def test_names():
    assert "meanings-00003-of-00016.arrow" == meanings_name(3, 16)


def test_damaged_files_are_refused_or_read_as_something_else():
    """Whatever stands in a file, it is a file of meanings or an error of ours."""
    good = file_of(*rows_of(50, 4))
    for position in range(len(good)):
        data = good[:position] + bytes([good[position] ^ 0x55]) + good[position + 1 :]
        with contextlib.suppress(CorruptError):
            read(data, 4, 50)
    for size in range(0, len(good), 7):
        with pytest.raises(CorruptError, match=r"^meanings\.arrow: "):
            read(good[:size], 4, 50)


@pytest.mark.parametrize(("dimensions", "count"), [(5, 10), (3, 10), (4, 9), (4, 11), (4, 0)])
def test_a_file_of_other_rows_is_refused(dimensions, count):
    with pytest.raises(CorruptError, match=r"laid out|cut off|longer"):
        read(file_of(*rows_of(10, 4)), dimensions, count)


def written_by_pyarrow(table, **options):
    stream = io.BytesIO()
    with ipc.new_file(stream, table.schema, options=ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return stream.getvalue()


TABLE = ipc.open_file(file_of(*rows_of(10, 4))).read_all()
NULLS = pa.array([None, *range(9)], pa.int64())


def test_an_independent_writer_of_the_same_rows_is_read():
    assert rows_of(10, 4)[1].tolist() == read(written_by_pyarrow(TABLE), 4, 10)[1].tolist()


@pytest.mark.parametrize(
    "data",
    {
        "lz4": written_by_pyarrow(TABLE, compression="lz4"),
        "zstd": written_by_pyarrow(TABLE, compression="zstd"),
        "another version of the metadata": written_by_pyarrow(TABLE, metadata_version=ipc.MetadataVersion.V4),
        "two batches": written_by_pyarrow(pa.concat_tables([TABLE.slice(0, 5), TABLE.slice(5)])),
        "a note": written_by_pyarrow(TABLE.replace_schema_metadata({"a": "b"})),
        "another name": written_by_pyarrow(TABLE.rename_columns(["id", "vector"])),
        "another type": written_by_pyarrow(TABLE.set_column(0, "seed", TABLE["seed"].cast(pa.uint64()))),
        "nulls": written_by_pyarrow(TABLE.set_column(0, "seed", NULLS)),
        "one column": written_by_pyarrow(TABLE.drop_columns(["seed"])),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_file_that_is_laid_out_in_another_way_is_refused(data):
    with pytest.raises(CorruptError, match=r"laid out|cut off"):
        read(data[1], 4, 10)


@pytest.mark.parametrize("seeds", [[0, 7, 7], [7, 0, 14], [0, 7, 15], [2**63, 1, 14]])
def test_seeds_that_are_not_the_shards_are_refused(seeds):
    data = file_of(np.array(seeds, np.uint64), rows_of(3, 4)[1])
    with pytest.raises(CorruptError, match="do not ascend"):
        read(data, 4, 3)


def test_a_file_that_goes_on_is_refused():
    with pytest.raises(CorruptError, match="longer"):
        read(file_of(*rows_of(10, 4)) + b"x", 4, 10)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), CorruptError("x: is other")])
@pytest.mark.parametrize("room", [0, 500, 2000])
def test_an_error_of_the_sink_comes_out_as_it_is(error, room):
    """From beneath pyarrow, which writes to it: a full disk is to be told from a damaged file."""

    class Full:
        size = 0

        def write(self, data):
            self.size += len(data)
            if self.size > room:
                raise error

    seeds, vectors = rows_of(1000, 4)
    with pytest.raises(type(error)) as caught:
        file_into(Full(), seeds, vectors)
    assert error is caught.value
