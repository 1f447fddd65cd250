"""A corpus of more shards than its manifest lists: the same corpus, with a table beside the manifest."""

import numpy as np
import pytest

from hyperphrase.corpus import manifest as manifests

LAW = ["--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=0:400"]
ARGUMENTS = [*LAW, "--phrases_per_shard=20", "--format=jsonl,tfrecord", "--direct_num_workers=1"]


@pytest.fixture
def out(run_into, tmp_path, monkeypatch):
    monkeypatch.setattr(manifests, "MAX_SHARDS_LISTED", 5)
    run_into(tmp_path / "out", *ARGUMENTS)
    return tmp_path / "out"


def test_shards_are_the_same_and_their_rows_too(out, corpus, files_of, monkeypatch):
    table = np.load(out / "shards.npy", allow_pickle=False)
    found = files_of(out)
    monkeypatch.undo()
    listed = corpus(*ARGUMENTS)
    expected = manifests.loads((listed / "manifest.json").read_bytes(), "manifest.json").shards
    assert [shard.crc32c for shard in expected] == table["crc32c"].tolist()
    others = {name: data for name, data in found.items() if name not in ("manifest.json", "shards.npy")}
    assert {name: data for name, data in files_of(listed).items() if name != "manifest.json"} == others


def test_it_is_verified_inspected_and_complete(out, program):
    assert program("verify", out).status == 0
    assert "20 of tfrecord" in program("inspect", out).out
    assert "complete already" in program("run", *ARGUMENTS, f"--output={out}").out


def test_a_lost_shard_is_made_again(out, program, files_of):
    before = files_of(out)
    (out / "shards/phrases-00003-of-00020.tfrecord").unlink()
    assert program("verify", out).status == 1
    assert "39 of them kept from before" in program("run", *ARGUMENTS, f"--output={out}").out
    assert before == files_of(out)


def test_a_damaged_table_is_refused_in_one_line(out, program):
    path = out / "shards.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x09")
    for command in ("verify", "inspect"):
        outcome = program(command, out)
        assert (1, 1) == (outcome.status, outcome.error.count("\n"))
        assert "shards.npy is missing, or does not match the manifest" in outcome.error
