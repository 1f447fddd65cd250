"""What the benchmark accepts as work done, and that it can read what the peers write."""

import sys

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from benchmarks import read_back
from benchmarks.__main__ import run_once
from benchmarks.checks import check_phrases
from benchmarks.contestants import peer
from benchmarks.peers.alias import alias_table, zipf_weights
from benchmarks.peers.tf_example import example, varint
from benchmarks.process import measured
from benchmarks.work import Work
from hyperphrase.codecs import FORMATS
from hyperphrase.errors import WorkFailedError
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.phrases.blocks import PhraseBlock

WORK = Work(2000, vocabulary=1000)


def phrases_of(work, law=None):
    """Return ids of phrases that are what ``work`` asks for."""
    rng = np.random.default_rng(1)
    weights = zipf_weights(work.vocabulary) if (law or work.law) == "zipf" else None
    lengths = rng.integers(work.shortest, work.longest + 1, work.phrases)
    return [rng.choice(work.vocabulary, length, p=weights) for length in lengths]


def block_of(phrases):
    return np.concatenate(phrases), np.cumsum([0, *map(len, phrases)])


@pytest.mark.parametrize("law", ["zipf", "uniform"])
def test_the_work_asked_for_is_accepted(law):
    work = Work(2000, law, vocabulary=1000)
    phrases = phrases_of(work)
    assert sum(map(len, phrases)) == check_phrases([block_of(phrases[:700]), block_of(phrases[700:])], work)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda phrases: phrases[1:], "1,999 phrases, not 2,000"),
        (lambda phrases: [phrases[1], *phrases[1:]], "1 phrases are repetitions"),
        (lambda phrases: [phrases[0][:9], *phrases[1:]], "lengths 9 to 190"),
        (lambda phrases: [np.append(phrases[0][:9], 1000), *phrases[1:]], "id 1,000"),
        (lambda phrases: [ids[:20] if len(ids) > 20 else ids for ids in phrases], "the mean length is"),
        (lambda phrases: phrases_of(WORK, "uniform"), "the mean id is"),
        (lambda phrases: [np.sort(ids) for ids in phrases], "the mean id at the beginning of a phrase is"),
    ],
)
def test_other_work_is_refused(change, said):
    with pytest.raises(WorkFailedError, match=f"not the work asked for: {said}"):
        check_phrases([block_of(change(phrases_of(WORK)))], WORK)


def test_the_alias_table_holds_the_law():
    probabilities = zipf_weights(1000)
    chances, others = alias_table(probabilities)
    found = chances.copy()
    np.add.at(found, others, 1 - chances)
    np.testing.assert_allclose(found / 1000, probabilities, rtol=1e-9)


@pytest.mark.parametrize("law", ["zipf", "uniform"])
@pytest.mark.parametrize(
    ("module", "reader"), [("plain_python", read_back.read_text), ("numpy_fastavro", read_back.read_avro)]
)
def test_a_peer_does_the_work(module, reader, law):
    run = run_once(peer("peer", module, "its format", reader, Work(100, law, vocabulary=5000)), workers=1)
    assert 7000 < run.symbols < 13000
    assert run.bytes > run.symbols


def test_parquet_is_read_back(tmp_path):
    expected = [ids.tolist() for ids in phrases_of(Work(30))]
    table = pyarrow.table({"ids": pyarrow.array(expected, pyarrow.list_(pyarrow.uint32()))})
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=7)
    assert expected == [ids for block in read_back.read_parquet(tmp_path) for ids in rows_of(block)]


def rows_of(block):
    ids, offsets = block
    return [part.tolist() for part in np.split(ids, offsets[1:-1])]


def test_examples_put_together_by_hand_are_read_back(tmp_path):
    expected = [[0], [1, 127, 128, 16383, 16384, 249_999], list(range(200))]
    frames = (example(b"".join(map(varint, ids))) for ids in expected)
    with (tmp_path / "a.tfrecord").open("wb") as stream:
        for frame in frames:
            stream.write(len(frame).to_bytes(8, "little") + bytes(4) + frame + bytes(4))
    assert expected == [ids for block in read_back.read_tfrecord(tmp_path) for ids in rows_of(block)]
    assert read_back.count_records(tmp_path / "a.tfrecord") == 3


def test_the_projects_own_records_are_read_by_the_same_reader(tmp_path):
    ids, offsets = block_of(phrases_of(Work(50)))
    block = PhraseBlock(ids.astype(np.uint32), offsets, np.arange(50, dtype=np.uint64))
    encoder = FORMATS["tfrecord"].encoder("none", None, MAX_VOCABULARY)
    (tmp_path / "a.tfrecord").write_bytes(encoder.begin() + encoder.encode(block) + encoder.end())
    ((found, bounds),) = read_back.read_tfrecord(tmp_path)
    assert ids.tolist() == found.tolist()
    assert offsets.tolist() == bounds.tolist()


def test_a_record_cut_off_is_found(tmp_path):
    (tmp_path / "a.tfrecord").write_bytes((5).to_bytes(8, "little") + bytes(12))
    with pytest.raises(ValueError, match=r"a\.tfrecord: its last record is cut off"):
        read_back.count_records(tmp_path / "a.tfrecord")


def test_a_process_is_measured_apart_from_this_one():
    ballast = np.ones(40_000_000)  # 320 MB resident here: a child that we started ourselves would count them
    cost = measured([sys.executable, "-S", "-c", "sum(range(10**6))"])
    assert 0 < cost.cpu_seconds
    assert 0 < cost.seconds
    assert 1_000_000 < cost.peak_bytes < ballast.nbytes / 2


def test_a_process_that_fails_is_reported():
    with pytest.raises(WorkFailedError, match="status 3: last words"):
        measured([sys.executable, "-S", "-c", "print('last words'); raise SystemExit(3)"])
