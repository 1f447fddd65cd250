"""Parquet shards: what others read from them, how they are laid out, and which files of others are refused."""

import io
import struct
import tracemalloc
from itertools import pairwise

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from hyperphrase.codecs import FORMATS, parquet_reading, parquet_writing
from hyperphrase.codecs.parquet_reading import _find_starts
from hyperphrase.codecs.parquet_writing import COMPRESSIONS, GROUP_ROWS, GROUP_SYMBOLS, PAGE_BYTES, schema
from hyperphrase.errors import CorruptError
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock

FORM = FORMATS["parquet"]
IDS = "input_ids.list.element"
compressions = pytest.mark.parametrize("compression", FORM.compressions)


def block_of(lengths, vocabulary=3000, seed=1):
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    ids = rng.integers(0, vocabulary, offsets[-1], np.uint32)
    if len(ids):
        ids[-1] = vocabulary - 1
    return PhraseBlock(ids, offsets, np.arange(5, 5 + len(lengths), dtype=np.uint64))


def part(block, start, stop):
    first, last = block.offsets[start], block.offsets[stop]
    return PhraseBlock(block.ids[first:last], block.offsets[start : stop + 1] - first, block.seeds[start:stop])


def written(blocks, compression="none"):
    encoder = FORM.encoder(compression, None, MAX_VOCABULARY)
    return b"".join([encoder.begin(), *(bytes(encoder.encode(block)) for block in blocks), encoder.end()])


def read(data, compression="none"):
    blocks = [
        PhraseBlock(block.ids.copy(), block.offsets.copy(), block.seeds.copy())
        for block in FORM.decode(io.BytesIO(data), compression, None, MAX_VOCABULARY, "shard-7")
    ]
    offsets = np.cumsum(np.concatenate([np.zeros(1, np.int64), *(block.lengths for block in blocks)]), dtype=np.int64)
    ids = np.concatenate([np.empty(0, np.uint32), *(block.ids for block in blocks)])
    return PhraseBlock(ids, offsets, np.concatenate([np.empty(0, np.uint64), *(block.seeds for block in blocks)]))


def rows_of(block):
    return [(phrase.seed, phrase.ids.tolist()) for phrase in block]


def file_of(data):
    return parquet.ParquetFile(pa.BufferReader(data))


@pytest.fixture
def small_groups(monkeypatch):
    """Let a row group end at 1,000 symbols or 50 rows."""
    monkeypatch.setattr(parquet_writing, "GROUP_SYMBOLS", 1000)
    monkeypatch.setattr(parquet_writing, "GROUP_ROWS", 50)


# --- What others read


def by_pyarrow(path):
    return [tuple(row.values()) for row in parquet.read_table(path).to_pylist()]


def by_duckdb(path):
    return duckdb.sql(f"select seed, input_ids from '{path}'").fetchall()


def by_polars(path):
    return polars.read_parquet(path).rows()


@pytest.mark.parametrize("rows_by", [by_pyarrow, by_duckdb, by_polars])
@compressions
@pytest.mark.parametrize("vocabulary", [2, *(65_499, 65_500, 65_535, 65_536, 65_537), 500_000, MAX_VOCABULARY])
def test_others_read_what_is_written(rows_by, compression, vocabulary, tmp_path):
    block = block_of(np.random.default_rng(vocabulary).integers(1, 60, 40), vocabulary)
    path = tmp_path / "phrases.parquet"
    path.write_bytes(written([block], compression))
    assert rows_of(block) == rows_by(path)


@pytest.mark.parametrize("rows_by", [by_pyarrow, by_duckdb, by_polars])
@compressions
@pytest.mark.parametrize("lengths", [[], [1], [MAX_LENGTH]], ids=["empty", "one phrase", "one long phrase"])
def test_others_read_the_smallest_shards(rows_by, compression, lengths, tmp_path):
    block = block_of(lengths)
    path = tmp_path / "phrases.parquet"
    path.write_bytes(written([block], compression))
    assert rows_of(block) == rows_by(path) == rows_of(read(path.read_bytes(), compression))


def test_seeds_and_ids_have_types_of_training_libraries_and_no_nulls():
    columns = file_of(written([block_of([3])])).schema_arrow
    assert [pa.int64(), pa.list_(pa.field("element", pa.int32(), nullable=False))] == columns.types
    assert ["seed", "input_ids"] == columns.names
    assert not any(field.nullable for field in [*columns, columns.field("input_ids").type.value_field])


# --- How it is laid out


@compressions
def test_row_groups_are_full_however_phrases_come(compression, small_groups):
    block = block_of(np.random.default_rng(2).integers(1, 90, 500))
    whole = written([block], compression)
    for cuts in ([0, *range(1, 500), 500], [0, 3, 3, 22, 400, 500], [0, 499, 500]):
        assert whole == written([part(block, *cut) for cut in pairwise(cuts)], compression)
    meta = file_of(whole).metadata
    sizes = [meta.row_group(i).column(1).num_values for i in range(meta.num_row_groups)]
    assert len(sizes) > 10
    assert all(1000 <= size < 1090 or meta.row_group(i).num_rows == 50 for i, size in enumerate(sizes[:-1]))
    assert block == read(whole, compression)


@compressions
@pytest.mark.parametrize(
    ("lengths", "groups"),
    [
        (np.full(GROUP_ROWS + 1, 1), [GROUP_ROWS, 1]),
        (np.full(GROUP_ROWS, 1), [GROUP_ROWS]),
        (np.full(2 * GROUP_SYMBOLS // 512, 512), [GROUP_SYMBOLS // 512] * 2),
        (np.full(40, MAX_LENGTH), [33, 7]),  # 32 of the longest are 32 symbols too few
    ],
    ids=["rows and one", "rows", "symbols", "the longest"],
)
def test_row_groups_at_their_bounds(compression, lengths, groups):
    block = block_of(lengths, MAX_VOCABULARY)
    data = written([block], compression)
    meta = file_of(data).metadata
    assert groups == [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
    assert block == read(data, compression)


@compressions
def test_pages_are_small_whole_phrases_and_in_the_page_index(compression):
    block = block_of(np.random.default_rng(3).integers(10, 191, GROUP_SYMBOLS // 100))
    data = written([block], compression)
    group = file_of(data).metadata.row_group(0)
    seeds, ids = group.column(0), group.column(1)
    assert all(column.has_offset_index for column in (seeds, ids))
    assert (seeds.has_column_index, ids.has_column_index) == (True, False)
    assert (True, 5, 5 + group.num_rows - 1) == (seeds.is_stats_set, seeds.statistics.min, seeds.statistics.max)
    window = parquet_reading.Window(iter([data[4:]]))
    pages, values = [], 0
    while page := parquet_reading._next_page(window):
        window.take(page.header + page.stored)
        pages.append(page)
    assert [group.num_rows, ids.num_values] == [pages[0].values, sum(page.values for page in pages[1:])]
    assert len(pages) > 15
    for page in pages[1:-1]:
        values += page.values
        assert values in block.offsets
        assert PAGE_BYTES <= page.size < PAGE_BYTES + (1 << 15)


def test_zstandard_halves_uniform_ids_and_does_better_on_frequent_ones():
    lengths = np.full(1000, 100)
    uniform = block_of(lengths, 250_000)
    frequent = PhraseBlock((np.random.default_rng(1).random(100_000) ** 9 * 250_000).astype(np.uint32), *(
        uniform.offsets, uniform.seeds))  # fmt: skip
    sizes = [len(written([block], compression)) for block in (uniform, frequent) for compression in FORM.compressions]
    assert sizes[0] == sizes[2]
    assert sizes[3] < sizes[1] < 0.6 * sizes[0]


# --- What is refused


def corrupt(data, message, compression="none"):
    with pytest.raises(CorruptError, match=rf"^shard-7: .*{message}"):
        read(data, compression)


GROUP = "row group 0, from record 0 on: "
SMALL, MANY = block_of([4, 1, 90]), block_of(np.full(50, 30))
GOOD = written([SMALL])
END = "page index and footer, from byte 4.. on: not what pyarrow .* writes"


def forged(rows, like="none", columns=None, group=GROUP_ROWS, metadata=None, **settings):
    """Write rows as anybody can, by default with the settings of shards."""
    stream, columns = io.BytesIO(), columns or schema()
    settings = parquet_writing._SETTINGS | COMPRESSIONS[like] | settings
    with parquet.ParquetWriter(stream, columns, **settings) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=columns), row_group_size=group)
        if metadata:
            writer.add_key_value_metadata(metadata)
    return stream.getvalue()


def table_of(block):
    return [{"seed": seed, "input_ids": ids} for seed, ids in rows_of(block)]


@compressions
def test_whoever_writes_the_same_bytes_is_read(compression):
    assert written([SMALL], compression) == forged(table_of(SMALL), compression)


NULLABLE = pa.schema({"seed": pa.int64(), "input_ids": pa.list_(pa.int32())})
UNSIGNED = pa.schema(
    [schema().field(0), pa.field("input_ids", pa.list_(pa.field("element", pa.uint32(), False)), False)]
)
RENAMED = pa.schema([schema().field(0).with_name("id"), schema().field(1)])
MORE = pa.schema([*schema(), pa.field("text", pa.int64())])


@pytest.mark.parametrize(
    "data",
    {
        "nullable columns": forged(table_of(SMALL), columns=NULLABLE),
        "unsigned ids": forged(table_of(SMALL), columns=UNSIGNED),
        "another name": forged([{"id": row["seed"], **row} for row in table_of(SMALL)], columns=RENAMED),
        "one more column": forged(table_of(SMALL), columns=MORE),
        "ids first": forged(table_of(SMALL), columns=pa.schema([schema().field(1), schema().field(0)])),
        "metadata": forged(table_of(SMALL), metadata={"a": "b"}),
        "the schema of Arrow": forged(table_of(SMALL), store_schema=True),
        "short row groups": forged(table_of(SMALL), group=2),
        "small pages": forged(table_of(MANY), data_page_size=512, write_batch_size=1),
        "a dictionary": forged(table_of(SMALL), use_dictionary=[IDS]),
        "other encodings": forged(table_of(SMALL), column_encoding={IDS: "DELTA_BINARY_PACKED"}),
        "no statistics": forged(table_of(SMALL), write_statistics=False),
        "no page index": forged(table_of(SMALL), write_page_index=False),
        "pages of version 2": forged(table_of(SMALL), data_page_version="2.0"),
        "page checksums": forged(table_of(SMALL), write_page_checksum=True),
        "version 1": forged(table_of(SMALL), version="1.0"),
        "snappy": forged(table_of(SMALL), compression="snappy"),
        "zstandard": forged(table_of(SMALL), "zstandard"),
        "no phrases, nullable": forged([], columns=NULLABLE),
        "an empty phrase": forged([*table_of(SMALL), {"seed": 9, "input_ids": []}]),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_file_that_is_laid_out_in_another_way_is_refused(data):
    assert SMALL == read(GOOD)
    assert MANY == read(forged(table_of(MANY)))
    corrupt(data[1], "")


def test_another_level_of_zstandard_is_refused():
    assert MANY == read(forged(table_of(MANY), "zstandard"), "zstandard")
    corrupt(forged(table_of(MANY), "zstandard", compression_level=19), "not what pyarrow .* writes", "zstandard")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"seed": 1, "input_ids": [3, MAX_VOCABULARY]}], "id 1048576: allowed are"),
        ([{"seed": 1, "input_ids": [-1]}], "id 4294967295: allowed are"),
        ([{"seed": -1, "input_ids": [1]}], "seed 18446744073709551615: allowed are"),
        ([{"seed": 1, "input_ids": [1] * (MAX_LENGTH + 1)}], "phrase lengths 65536 to 65536: allowed are"),
    ],
)
@compressions
def test_phrases_beyond_the_limits_are_refused(rows, message, compression):
    corrupt(forged(rows, compression), GROUP + message, compression)


def test_a_defect_is_named_by_its_row_group_and_its_first_record(small_groups):
    block = block_of(np.full(45, 100))
    data = bytearray(written([block]))
    at = data.index(block.ids[2000:2100].tobytes())
    data[at + 2] ^= 16
    found = []
    with pytest.raises(CorruptError, match=r"^shard-7: row group 2, from record 20 on: id 105"):
        found.extend(FORM.decode(io.BytesIO(bytes(data)), "none", None, MAX_VOCABULARY, "shard-7"))
    assert [10, 10] == [len(block) for block in found]
    data[at + 2] ^= 16
    data[at - 1] ^= 1  # of the levels
    corrupt(bytes(data), r"row group 2, from record 20 on: ")


def page(values, stored=None, size=None, encoding=0, content=b""):
    """Return a page with any header."""
    numbers = [len(content) if size is None else size, len(content) if stored is None else stored, values, encoding]
    size, stored, values, encoding = map(varint, [2 * number for number in numbers])
    return (
        b"\x15\x00\x15" + size + b"\x15" + stored + b",\x15" + values + b"\x15" + encoding + b"\x15\x06\x15\x06\0\0"
    ) + content


def varint(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def ids_page(starts, ids, levels=None, **header):
    """Return a page of ids; starts: for each whether it begins a phrase."""
    if levels is None:
        bits = np.packbits([not start for start in starts], bitorder="little").tobytes()
        levels = varint(2 * len(bits) + 1) + bits
    definitions = varint(2 * len(ids)) + b"\x01"
    content = struct.pack("<I", len(levels)) + levels + struct.pack("<I", len(definitions)) + definitions
    return page(len(ids), content=content + np.array(ids, "<u4").tobytes(), **header)


SEEDS, FULL = page(2, content=struct.pack("<2q", 5, 9)), ids_page([1] + [0] * 131_071, [7] * 131_072)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a Parquet file"),
        (b"PAR2" + GOOD[4:], "not a Parquet file"),
        (b"PAR1", "page index and footer, from byte 4 on"),
        (b"PAR1" + GOOD[-400:], "page index and footer, from byte 4 on"),
        (b"PAR1" + page(2, content=bytes(15)), GROUP + "its first page is not one of 1 to 65536 seeds"),
        (b"PAR1" + page(0), GROUP + "its first page is not one of 1 to 65536 seeds"),
        (b"PAR1" + page(65_537, content=bytes(8 * 65_537)), GROUP + "its first page is not one of 1 to 65536 seeds"),
        (b"PAR1" + page(2, stored=1 << 31), GROUP + "a page of 2147483648 bytes is out of bounds"),
        (b"PAR1" + page(2, stored=1 << 20), GROUP + "cut off"),
        (b"PAR1" + SEEDS, GROUP + "no page with the ids of its record 0"),
        (b"PAR1" + SEEDS + page(0), GROUP + "no page with the ids of its record 0"),
        (b"PAR1" + SEEDS + page(1 << 30), GROUP + "no page with the ids of its record 0"),
        (b"PAR1" + SEEDS + FULL, GROUP + "no page with the ids of its record 1"),
        (b"PAR1" + SEEDS + ids_page([1, 0], [7, 7]), GROUP + "the page with the ids of its record 0 is damaged"),
        (b"PAR1" + SEEDS + page(2, content=bytes(7)), GROUP + "the page with the ids of its record 0 is damaged"),
        (b"PAR1" + SEEDS + page(2, content=b"\xff" * 99), GROUP + "the page with the ids of its record 0 is damaged"),
        (b"PAR1" + SEEDS + ids_page([0, 1], [7, 7]), GROUP + "the page with the ids of its record 0 is damaged"),
        (b"PAR1" + SEEDS + ids_page([1, 1, 1], [7, 7, 7]), GROUP + "the page with the ids of its record 0 is damaged"),
        (b"PAR1" + SEEDS + FULL + ids_page([0], [7]), GROUP + "the page .* record 1 is damaged"),
        (b"PAR1" + SEEDS + FULL + FULL, GROUP + "phrase lengths 131072 to 131072: allowed"),
        (b"PAR1" + SEEDS + ids_page([1] + [0] * 50_000, [7] * 50_001) + FULL, GROUP + "the page .* 0 is damaged"),
        (b"PAR1" + SEEDS + ids_page([1, 1], [7, 7], encoding=8), GROUP + "not what pyarrow"),
        (b"PAR1" + SEEDS + ids_page([1, 1], [7, 7], size=1 << 33), GROUP + "not what pyarrow"),
        (b"PAR1" + SEEDS + ids_page([1, 1], [7, 7], b"\x04\x00"), "page index and footer, from byte "),
        (GOOD[:-1], END),
        (GOOD + b"\0", END),
        (GOOD + GOOD, END),
        (GOOD.replace(b"\x06schema", b"\x06schemb"), END),
        (GOOD[:4] + GOOD[4:-400] * 2 + GOOD[-400:], ""),
    ],
)
def test_defects_are_named(data, message):
    corrupt(data, message)


@pytest.mark.parametrize(
    ("levels", "starts"),
    [
        (b"\x03\x02", [0, 2]),  # packed: 0, 1, 0, 0, ... of which two more are not asked for
        (b"\x02\x00\x04\x01", [0]),
        (b"\x02\x00\x02\x01\x02\x00", [0, 2]),
        (b"\x06\x00", [0, 1, 2]),
        (b"\x08\x00", None),  # a run of four
        (b"\x04\x00", None),  # of two
        (b"\x02", None),
        (b"", None),
        (b"\x05\x02", None),  # two groups of eight
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02", None),
        (b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", None),
        (b"\x82\x80\x00\x00", None),
        (b"\x00\x00" * 99, None),
        (b"\x01" * 99, None),
    ],
)
def test_levels_say_where_phrases_begin(levels, starts):
    offsets = np.full(4, 77)
    row = _find_starts(np.frombuffer(bytearray(levels), np.uint8), 3, 50, offsets, 0)
    if starts is None:
        assert -1 == row or [77] * 4 != offsets.tolist()
    else:
        assert [50 + start for start in starts] == offsets[:row].tolist()


def test_levels_of_too_many_phrases_are_refused():
    for levels in (b"\x03\x00", b"\x06\x00"):
        assert -1 == _find_starts(np.frombuffer(bytearray(levels), np.uint8), 3, 0, np.zeros(2, np.int64), 0)


@pytest.mark.parametrize("release", ["23.0.0", "9.0.1", "100.20.30", "26.0.0-SNAPSHOT", "26.0.0.dev123+g0123abc"])
def test_a_shard_by_another_release_of_pyarrow_is_read(release):
    named = f"parquet-cpp-arrow version {release}".encode()
    ours = f"parquet-cpp-arrow version {pa.__version__}".encode()
    footer = int.from_bytes(GOOD[-8:-4], "little") + len(named) - len(ours)
    data = GOOD.replace(bytes([len(ours)]) + ours, bytes([len(named)]) + named)
    data = data[:-8] + struct.pack("<I", footer) + b"PAR1"
    assert named.decode() == file_of(data).metadata.created_by
    assert SMALL == read(data)
    corrupt(data[:-8] + struct.pack("<I", footer + 1) + b"PAR1", END)
    corrupt(data.replace(named, b"parquet-cpp-arrow\0" + named[18:]), END)


def test_a_page_that_unpacks_to_a_gigabyte_is_given_up_in_bounded_memory():
    bomb = zstandard.ZstdCompressor(level=1).compress(bytes(1 << 28))
    data = b"PAR1" + page(2, content=bomb, size=1 << 28)
    corrupt(data, "without a bounded content size", "zstandard")
    tracemalloc.start()
    corrupt(data, "without a bounded content size", "zstandard")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


def test_pages_without_end_are_given_up_in_bounded_memory():
    """Each is full, and packed to a thousandth."""

    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += 1
            return first if self.given == 1 else full

    seeds = zstandard.compress(bytes(8 * GROUP_ROWS))
    first = b"PAR1" + page(GROUP_ROWS, content=seeds)
    levels = struct.pack("<I", 6) + b"\x02\x00" + varint(2 * 131_071) + b"\x01"
    full = page(131_072, content=zstandard.compress(levels + struct.pack("<I", 0) + bytes(4 * 131_072)))
    assert len(full) < 200
    stream = Endless()
    with pytest.raises(CorruptError, match=GROUP + "no page with the ids of its record 16"):
        list(FORM.decode(stream, "zstandard", None, MAX_VOCABULARY, "shard-7"))
