"""WriteManifest writes statistics and manifest, last of all, and only if every count agrees."""

import csv
import dataclasses
import json
import os
from importlib import metadata
from pathlib import Path

import apache_beam as beam
import google_crc32c
import numpy as np
import pytest

from hyperphrase.corpus import manifest as manifests
from hyperphrase.corpus.layout import SHORTFALL_FILE
from hyperphrase.corpus.request import Extent, Output
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.corpus.statistics import RANK_BINS, Statistics
from transforms.write_manifest import WriteManifest
from transforms.write_shards import WrittenUnit

COUNTS = Statistics({1: 100, 2: 97}, (294,) + (0,) * (RANK_BINS - 1))
EXTENT = Extent(2, None, 197, short=False)


@pytest.fixture
def units(tmp_path):
    """Two made-up units with their files: seeds 0..99 whole, 100..199 less three."""
    (tmp_path / "shards").mkdir()
    made = []
    for i, (phrases, symbols, dropped) in enumerate([(100, 100, []), (97, 194, [100, 150, 151])]):
        name, data = f"phrases-0000{i}-of-00002.jsonl", b"x" * (10 + i)
        (tmp_path / "shards" / name).write_bytes(data)
        ends = (0, 99) if i == 0 else (101, 199)
        shard = Shard(name, phrases, symbols, len(data), google_crc32c.value(data), *ends)
        counts = Statistics({i + 1: phrases}, (symbols,) + (0,) * (RANK_BINS - 1))
        made.append(WrittenUnit(i, 100 * (i + 1), (shard,), np.array(dropped, "<u8").tobytes(), counts))
    return made


@pytest.fixture
def finish(outputs_of, context_of):
    """Return a finisher: (units, counts, extent) -> what the transform gives."""
    context = context_of((0, 200), outputs=[Output("jsonl", "none", "symbols")])

    def run(units, counts=COUNTS, extent=EXTENT):
        def build(pipeline):
            written = pipeline | "Units" >> beam.Create(units, reshuffle=bool(units))
            sides = [pipeline | f"Side{i}" >> beam.Create([side]) for i, side in enumerate((counts, extent))]
            return written | WriteManifest(context, "made up", *sides)

        return outputs_of(build)

    return run


@pytest.mark.parametrize("order", range(2))
def test_the_manifest_holds_the_units_in_order(finish, units, shuffled, tmp_path, order):
    assert [f"{tmp_path}/manifest.json"] == finish(shuffled(units, order))
    manifest = manifests.loads((tmp_path / "manifest.json").read_bytes(), "manifest.json")
    assert tuple(unit.shards[0] for unit in units) == manifest.shards
    assert (0, 200, 200, 197, 294) == (
        manifest.first_seed, manifest.stop_seed, manifest.drawn, manifest.kept, manifest.symbols
    )  # fmt: skip
    assert (100, 150, 151) == manifest.dropped.listed


def test_the_manifest_vouches_for_every_other_file(finish, units, tmp_path):
    finish(units)
    manifest = manifests.loads((tmp_path / "manifest.json").read_bytes(), "manifest.json")
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    vouched = {file.name for file in manifest.files} | {f"shards/{shard.name}" for shard in manifest.shards}
    assert there - {"manifest.json"} == vouched
    for file in manifest.files:
        data = (tmp_path / file.name).read_bytes()
        assert (len(data), google_crc32c.value(data)) == (file.bytes, file.crc32c)


def test_the_manifest_says_which_releases_made_the_bytes(finish, units, tmp_path):
    finish(units)
    versions = manifests.loads((tmp_path / "manifest.json").read_bytes(), "manifest.json").versions
    names = ["apache-beam", "hyperphrase", "numba", "numpy", "pyarrow", "zlib-ng", "zstandard"]
    assert {name: metadata.version(name) for name in names} == versions


def test_the_histogram_is_there_as_csv_and_json(finish, units, tmp_path):
    finish(units)
    with (tmp_path / "statistics/length_histogram.csv").open(newline="") as stream:
        assert [{"length": "1", "phrases": "100"}, {"length": "2", "phrases": "97"}] == list(csv.DictReader(stream))
    assert {"1": 100, "2": 97} == json.loads((tmp_path / "statistics/length_histogram.json").read_text())


def test_many_dropped_seeds_have_a_file_of_their_own(finish, units, tmp_path, monkeypatch):
    monkeypatch.setattr(manifests, "MAX_LISTED", 2)
    finish(units)
    manifest = manifests.loads((tmp_path / "manifest.json").read_bytes(), "manifest.json")
    assert (3, None) == (manifest.dropped.count, manifest.dropped.listed)
    assert [100, 150, 151] == np.fromfile(tmp_path / "dropped_seeds.bin", "<u8").tolist()


def test_a_short_range_leaves_a_note_instead(finish, tmp_path):
    nothing = Statistics.total([])
    assert [SHORTFALL_FILE] == finish([], nothing, Extent(0, None, 150, short=True))
    assert {"kept": 150, "drawn": 200} == json.loads((tmp_path / SHORTFALL_FILE).read_text())
    assert not (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda units: (units[:1], COUNTS, EXTENT), "1 units of 2 arrived"),
        (lambda units: (units + units[1:], COUNTS, EXTENT), "3 units of 2 arrived"),
        (lambda units: (units, COUNTS, dataclasses.replace(EXTENT, kept=198)), "kept and the histogram's sum"),
        (lambda units: (units, dataclasses.replace(COUNTS, ranks=(1,) * RANK_BINS), EXTENT), "by length and by rank"),
        (
            lambda units: ([units[0], dataclasses.replace(units[1], dropped=units[1].dropped[:16])], COUNTS, EXTENT),
            r"kept \+ dropped",
        ),
    ],
)
def test_counts_that_do_not_agree_give_no_manifest(finish, units, tmp_path, change, reason):
    with pytest.raises(Exception, match=reason):
        finish(*change(units))
    assert not (tmp_path / "manifest.json").exists()


def test_all_else_is_on_the_disk_before_the_manifest(finish, units, tmp_path, monkeypatch):
    """A power cut must not leave a manifest without the shards that it lists."""
    synced, fsync = [], os.fsync

    def spy(handle):
        synced.append((str(Path(f"/proc/self/fd/{handle}").readlink()), (tmp_path / "manifest.json").exists()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", spy)
    finish(units)
    early = {path for path, manifest in synced if not manifest}
    files = {str(path) for path in tmp_path.rglob("*") if path.is_file() and path.name != "manifest.json"}
    assert files | {str(tmp_path), str(tmp_path / "shards"), str(tmp_path / "statistics")} == early
    late = [path for path, manifest in synced if manifest]  # by threads, in any order
    assert [str(tmp_path), str(tmp_path / "manifest.json")] == sorted(late)


def test_a_shard_of_another_size_gives_no_manifest(finish, units, tmp_path):
    (tmp_path / "shards" / units[0].shards[0].name).write_bytes(b"cut")
    with pytest.raises(Exception, match="shard sizes and what is stored"):
        finish(units)
    assert not (tmp_path / "manifest.json").exists()
