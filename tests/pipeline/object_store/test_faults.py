"""An object store that fails: either the same bytes, or one line and nothing that looks complete."""

import gc
import itertools

import pytest

from tests.pipeline.object_store import fault_campaign
from tests.pipeline.object_store.faulty_store import ANY
from transforms.files import bucket, storage

SMALL = ["--vocabulary=100", "--lengths=uniform:min=1,max=4", "--seeds=0:1000", "--phrases_per_shard=250"]
PIECE = 512 << 10
pytestmark = pytest.mark.fault


@pytest.fixture
def small_pieces(monkeypatch):
    """Uploads and downloads in pieces of 512 KiB, so that small files have several."""
    monkeypatch.setattr(bucket, "_PIECE", PIECE)


def nth(number, kinds, fault):
    """Return a schedule: the request of these kinds with this number fails, no other."""
    count = itertools.count()
    return lambda kind, name: fault if kind in kinds and next(count) == number else None


def always(fault, *kinds, part=""):
    """Return a schedule: all requests of these kinds, or of any, for names with ``part`` fail."""
    return lambda kind, name: fault if (not kinds or kind in kinds) and part in name else None


@pytest.mark.parametrize("seed", range(2))
def test_runs_among_faults_end_with_the_same_bytes(store, small_pieces, tmp_path, seed):
    verdict = fault_campaign.one_round(store, seed, 0.2, tmp_path)
    assert verdict.faults >= 20
    assert verdict.same


@pytest.mark.parametrize("fault", [*ANY, "half a piece"])
@pytest.mark.parametrize("number", range(4))  # the beginning of the upload and its three pieces
def test_an_upload_survives_a_fault_at_each_request(store, small_pieces, fault, number):
    data, path = bytes(range(256)) * 5600, f"gs://bucket/up/{fault} {number}"
    store.schedule = nth(number, ("begin", "piece"), fault)
    with storage.atomic_writer("gs://bucket/up", f"{fault} {number}") as stream:
        for begin in range(0, len(data), 100_000):
            stream.write(data[begin : begin + 100_000])
    store.be_calm()
    assert data == storage.read_file(path, len(data))


@pytest.mark.parametrize("fault", [*ANY, "truncated"])
def test_a_download_survives_a_fault_at_each_request(store, small_pieces, fault):
    data = bytes(range(256)) * 5600
    storage.write_file("gs://bucket/down", "file", data)
    for number in range(4):
        store.schedule = nth(number, ("read", "stat"), fault)
        with storage.open_file("gs://bucket/down/file") as stream:
            assert data == b"".join(iter(lambda: stream.read(200_000), b""))


@pytest.mark.parametrize("size", [10, 3 * PIECE])
@pytest.mark.parametrize("cancelled", [True, False])
def test_what_fails_half_way_leaves_no_object(store, small_pieces, size, cancelled):
    """Beam's writer completes a cut object when it is closed, or collected, after a failure."""
    store.schedule = lambda kind, name: "503" if kind == "cancel" and not cancelled else None

    def fail():
        with storage.atomic_writer("gs://bucket/half", "file") as stream:
            stream.write(bytes(size))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    gc.collect()
    store.be_calm()
    assert {} == storage.file_sizes("gs://bucket/half")


def test_a_piece_stored_in_part_is_not_taken_for_whole(store, small_pieces):
    """Google's may store less than was sent, and say so: its client gives up then, and so the file is not there."""
    store.schedule = nth(0, ("piece",), "short piece")

    def write():
        with storage.atomic_writer("gs://bucket/short", "file") as stream:
            stream.write(bytes(3 * PIECE))
            stream.write(bytes(3 * PIECE))

    with pytest.raises((OSError, ValueError)):
        write()
    gc.collect()
    assert {} == storage.file_sizes("gs://bucket/short")
    write()
    assert {"file": 6 * PIECE} == storage.file_sizes("gs://bucket/short")


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("all", always("503")),
        ("uploads", always("503", "begin", "piece")),
        ("rows", always("429", part="/rows/")),
        ("manifest", always("drop before", "insert", part="manifest.json")),
        ("lists", always("503", "list")),
    ],
)
def test_a_store_that_never_answers_ends_the_run_in_one_line(
    store, program, run_into, corpus, files_of, objects_of, monkeypatch, name, schedule
):
    out = f"gs://bucket/never-{name}"
    with monkeypatch.context() as patch:
        patch.setattr(bucket, "RETRY", bucket.RETRY.with_timeout(0.3))
        store.schedule = schedule
        outcome = program("run", *SMALL, f"--output={out}")
    assert 1 == outcome.status
    assert ["hyperphrase run: "] == [line[:17] for line in outcome.error.splitlines() if not line.startswith("engine")]
    store.be_calm()
    assert not storage.exists(f"{out}/manifest.json")
    run_into(out, *SMALL)
    assert files_of(corpus(*SMALL)) == objects_of(out)


def test_what_cannot_be_removed_is_said_and_removed_later(store, program, run_into, objects_of, monkeypatch):
    out = "gs://bucket/kept"
    with monkeypatch.context() as patch:
        patch.setattr(bucket, "RETRY", bucket.RETRY.with_timeout(0.3))
        store.schedule = always("503", "delete", part="00002")
        outcome = program("run", *SMALL, f"--output={out}")
    assert 1 == outcome.status
    assert "00002" in outcome.error
    store.be_calm()
    left = [name for name in objects_of(out) if name.startswith(".work/")]
    assert [".work/rows/phrases-00002-of-00004.tfrecord.json"] == left
    assert "is complete already" in run_into(out, *SMALL).out
    assert [] == [name for name in objects_of(out) if name.startswith(".work/")]
