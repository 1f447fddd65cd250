"""The table of shards: what it says is what the shards say, and nothing in it is believed unchecked."""

import dataclasses
import io

import google_crc32c
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.corpus import manifest as manifests
from hyperphrase.corpus.layout import meanings_name
from hyperphrase.corpus.manifest import Dictionary, DroppedSeeds, File, Manifest
from hyperphrase.corpus.request import DICTIONARY_KINDS, Output, shard_names
from hyperphrase.corpus.shard_table import ROW, Shard, ShardTable, bytes_in, loads, phrases_in, row_of
from hyperphrase.errors import CorruptError
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import Uniform
from hyperphrase.phrases.recipe import Recipe

OUTPUTS = (Output("tfrecord", "none", "symbols"), Output("jsonl", "gzip", "words"))
UNITS = 3
NAMES = shard_names(UNITS, OUTPUTS)
SHARDS = tuple(
    Shard(NAMES(i), 0, 0, 20, i, None, None)
    if i % UNITS == 1
    else Shard(NAMES(i), 5, 30, 2**40 + i, 2**32 - 1, 7 * (i % UNITS), 7 * (i % UNITS) + 6)
    for i in range(len(OUTPUTS) * UNITS)
)
TABLE = ShardTable(np.frombuffer(b"".join(row_of(i % UNITS, shard) for i, shard in enumerate(SHARDS)), ROW), NAMES)


def test_a_table_is_the_shards_it_was_made_of():
    assert SHARDS == tuple(TABLE)
    assert SHARDS[4] == TABLE[4]
    assert SHARDS[-1] == TABLE[-1]
    assert SHARDS[1:5:2] == tuple(TABLE[1:5:2])
    assert SHARDS[3:] == tuple(TABLE[2:][1:])
    assert TABLE == SHARDS
    assert (bytes_in(SHARDS), phrases_in(SHARDS)) == (bytes_in(TABLE), phrases_in(TABLE))


def test_numpy_reads_it():
    rows = np.load(io.BytesIO(TABLE.dumps()), allow_pickle=False)
    assert [shard.bytes for shard in SHARDS] == rows["bytes"].tolist()
    assert [0, 1, 2, 0, 1, 2] == rows["unit"].tolist()


def test_it_comes_back_from_its_bytes():
    assert TABLE == loads(TABLE.dumps(), len(SHARDS), NAMES, UNITS, "shards.npy")


@pytest.mark.parametrize(
    ("column", "place", "value"),
    [
        ("phrases", 0, 2**25),
        ("phrases", 1, 1),
        ("phrases", 0, 0),
        ("symbols", 0, 4),
        ("symbols", 2, 5 * 65_535 + 1),
        ("bytes", 0, 2**63 + 1),
        ("first_seed", 2, -1),
        ("last_seed", 2, 3),
        ("last_seed", 1, 0),
        ("unit", 5, 1),
    ],
)
def test_a_row_that_is_not_of_a_shard_is_refused(column, place, value):
    rows = TABLE.rows.copy()
    rows[column][place] = value
    with pytest.raises(CorruptError, match=f"shards.npy: row {place} is not a valid shard"):
        loads(ShardTable(rows, NAMES).dumps(), len(SHARDS), NAMES, UNITS, "shards.npy")


@given(st.integers(0, len(TABLE.dumps()) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_another_table_or_is_refused(place, change):
    data = bytearray(TABLE.dumps())
    data[place] ^= change
    try:
        table = loads(bytes(data), len(SHARDS), NAMES, UNITS, "shards.npy")
    except CorruptError:
        return
    assert table != TABLE
    assert bytes(data) == table.dumps()


@pytest.mark.parametrize("count", [0, 5, 7, 2**40])
def test_another_number_of_rows_is_refused_before_they_are_read(count):
    with pytest.raises(CorruptError, match=f"the table of {count} shards"):
        loads(TABLE.dumps(), count, NAMES, UNITS, "shards.npy")


@pytest.fixture
def manifest(monkeypatch):
    """A manifest that does not list its six shards and three files of meanings, and the tables beside it."""
    monkeypatch.setattr(manifests, "MAX_SHARDS_LISTED", 2)
    meanings = ShardTable(TABLE.rows[:UNITS], lambda i: meanings_name(i, UNITS))
    made = Manifest(
        Recipe(Zipf(), Uniform(min=1, max=9), 1000, "5eed" * 16), 0, 21, 7, OUTPUTS, 21, {2: 21}, TABLE,
        DroppedSeeds(0, ()), (), "synthetic", {}, Dictionary(next(iter(DICTIONARY_KINDS)), meanings),
    )  # fmt: skip
    tables = made.tables()
    files = tuple(File(name, len(data), google_crc32c.value(data)) for name, data in tables.items())
    return dataclasses.replace(made, files=files), tables


def test_a_manifest_names_tables_instead_of_listing_many_shards(manifest):
    made, tables = manifest
    assert ["shards.npy", "meanings.npy"] == list(tables)
    assert b'"file": "shards.npy"' in made.dumps()
    assert b"phrases-00000" not in made.dumps()
    again = manifests.loads(made.dumps(), "here", tables.get)
    assert made == again
    assert again.shards_of(OUTPUTS[1]) == SHARDS[UNITS:]


@pytest.mark.parametrize("damage", ["missing", "changed", "longer"])
def test_a_table_that_is_not_what_the_manifest_vouches_for_is_refused(manifest, damage):
    made, tables = manifest
    data = tables.pop("shards.npy")
    if damage != "missing":
        tables["shards.npy"] = data[:-1] + b"\x09" if damage == "changed" else data + b"\0"
    with pytest.raises(CorruptError, match=r"shards.npy is missing, or does not match the manifest"):
        manifests.loads(made.dumps(), "here", tables.get)


def test_a_list_of_more_shards_than_a_manifest_lists_is_refused(manifest, monkeypatch):
    made, tables = manifest
    monkeypatch.setattr(manifests, "MAX_SHARDS_LISTED", 10)
    listed = made.dumps()
    monkeypatch.setattr(manifests, "MAX_SHARDS_LISTED", 2)
    with pytest.raises(CorruptError):
        manifests.loads(listed, "here", tables.get)
