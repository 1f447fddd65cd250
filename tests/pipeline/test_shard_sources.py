"""Phrases read from shards: the same as those drawn again, from every format, and errors that name file and record."""

import errno
import io
import pickle
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import hyperphrase as hp
from hyperphrase.corpus import shard_reader
from tests.pipeline.conftest import REPEATING

FORMATS = [
    "--format=tfrecord,avro,jsonl,txt,parquet,tokens,megatron",
    "--compression=none,zstandard,gzip,none,zstandard,none,none",
]
SOURCES = ["shards", "tfrecord", "avro", "jsonl", "txt", "parquet", "tokens", "megatron"]


@pytest.fixture(scope="module")
def folder(corpus):
    """A corpus of eight shards, half of whose draws repeat."""
    return corpus(*REPEATING, *FORMATS)


@pytest.fixture(scope="module")
def virtual(folder):
    return hp.Corpus.open(folder)


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("source", SOURCES)
def test_shards_hold_the_phrases_that_are_drawn_again(folder, virtual, source):
    corpus = hp.Corpus.open(folder, source=source)
    assert [corpus[place] for place in (0, 700, -1)] == [virtual[place] for place in (0, 700, -1)]
    assert list(corpus.blocks(97)) == list(virtual.blocks(97))
    assert corpus[len(corpus) : 3 : -11] == virtual[len(corpus) : 3 : -11]
    assert corpus.to_arrow().read_all() == virtual.to_arrow().read_all()
    assert corpus.words(5) == virtual.words(5)


@pytest.mark.parametrize("source", ["tfrecord", "avro"])
@pytest.mark.parametrize("options", [{}, {"packing": "best_fit"}, {"packing": "pad"}, {"tail": "wrap", "begin": 21}])
def test_contexts_are_the_same_and_go_on_from_each_others_states(folder, virtual, source, options):
    plans = [
        corpus.contexts(length=16, separator=20, **options)
        for corpus in (virtual, hp.Corpus.open(folder, source=source))
    ]
    assert plans[0].fingerprint == plans[1].fingerprint
    n = len(plans[0])
    assert same(*(plan[0 : n + 9] for plan in plans))
    stream, other = (plan.stream(3) for plan in plans)
    next(stream)
    other.load_state_dict(stream.state_dict())
    assert same(next(stream), next(other))


def test_threads_and_copies_read_the_same(folder, virtual):
    corpus = hp.Corpus.open(folder, source="shards")
    copy = pickle.loads(pickle.dumps(corpus))
    assert len(pickle.dumps(copy)) < 1 << 16
    places = [range(start, len(corpus), 13) for start in range(13)]
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda part: copy[part.start : part.stop : part.step], places))
    assert read == [virtual[part.start : part.stop : part.step] for part in places]
    assert pickle.loads(pickle.dumps(copy))[3] == virtual[3]  # of a corpus that has files open


def test_threads_may_use_a_shard_first_at_once(folder, virtual):
    """None reads what another one has let go of."""
    start = threading.Barrier(8)

    def read(corpus):
        start.wait()
        return corpus[0 : len(corpus) : 50]

    with ThreadPoolExecutor(8) as pool:
        for _ in range(40):
            corpus = hp.Corpus.open(folder, source="tfrecord")
            _ = corpus.phrases, corpus.seeds
            assert list(pool.map(read, [corpus] * 8)) == [virtual[0 : len(virtual) : 50]] * 8


def test_shards_may_be_empty(corpus):
    folder = corpus(
        "--vocabulary=2", "--lengths=fixed:length=3", "--sampler=uniform", "--seeds=0:60", "--phrases_per_shard=5"
    )
    assert 0 in [shard.phrases for shard in hp.Corpus.open(folder).manifest.shards]
    assert list(hp.Corpus.open(folder, source="shards")) == list(hp.Corpus.open(folder))


def test_what_is_not_on_a_disk_is_read_by_its_stream(folder, virtual, monkeypatch):
    """As in a bucket: no file to map into memory."""
    corpus = hp.Corpus.open(folder, source="tfrecord")
    opened = corpus.files.open
    monkeypatch.setattr(
        corpus.files, "open", lambda name: io.BytesIO(opened(name).read()) if "phrases" in name else opened(name)
    )
    assert list(corpus.blocks()) == list(virtual.blocks())


def test_a_shard_is_checked_once(folder, monkeypatch):
    checked, value = [], shard_reader.google_crc32c.value
    monkeypatch.setattr(shard_reader.google_crc32c, "value", lambda data: checked.append(len(data)) or value(data))
    corpus = hp.Corpus.open(folder, source="tfrecord")
    assert checked == []
    for _ in range(3):
        corpus[0]
    assert len(checked) == 1
    list(corpus)
    list(corpus)
    assert len(checked) == 8
    list(hp.Corpus.open(folder, source="tfrecord", checksums=False))
    assert len(checked) == 8


def flip(path, _):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path, _):
    path.write_bytes(path.read_bytes()[:-5])


def lengthen(path, _):
    path.write_bytes(path.read_bytes() + b"more")


def empty(path, _):
    path.write_bytes(b"")


def replace(path, other):
    path.write_bytes(other.read_bytes())


def remove(path, _):
    path.unlink()


DAMAGES = [flip, cut, lengthen, empty, replace, remove]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("extension", ["tfrecord", "avro", "jsonl.gz", "txt", "parquet"])
def test_a_damaged_shard_is_named_and_never_skipped(copied, shards_of, extension, damage):
    folder = copied(*REPEATING, *FORMATS)
    whole, damaged = shards_of(folder, extension)[:2]
    damage(damaged, whole)
    corpus = hp.Corpus.open(folder, source=extension.partition(".")[0])
    first = corpus.manifest.shards[0].phrases
    list(corpus[:first])  # the whole shard is read
    with pytest.raises(hp.CorruptError) as error:
        corpus[first]
    assert damaged.name in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    with pytest.raises(hp.CorruptError):
        corpus.contexts(length=8)[0:400]


@pytest.mark.parametrize(
    ("damage", "problem"),
    [(flip, r"wrong CRC32C in record \d+ at byte \d+"), (cut, r"cut off in record \d+"),
     (lengthen, "cut off in record"), (empty, "0 bytes with crc32c"), (remove, "is missing; the manifest lists it")],
)  # fmt: skip
def test_the_error_says_which_record(copied, shards_of, damage, problem):
    folder = copied(*REPEATING, *FORMATS)
    damage(shards_of(folder, "tfrecord")[0], None)
    with pytest.raises(hp.CorruptError, match=problem):
        hp.Corpus.open(folder, source="tfrecord")[0]


@pytest.mark.parametrize("damage", [cut, lengthen, empty, replace, remove])
def test_without_checksums_what_is_not_the_phrase_due_is_found(copied, shards_of, damage):
    folder = copied(*REPEATING, *FORMATS)
    whole, damaged = shards_of(folder, "tfrecord")[:2]
    damage(damaged, whole)
    corpus = hp.Corpus.open(folder, source="tfrecord", checksums=False)
    with pytest.raises(hp.CorruptError, match=damaged.name):
        list(corpus)


def test_bytes_that_change_after_the_check_are_parsed_within_bounds(copied, shards_of):
    folder = copied(*REPEATING, *FORMATS)
    shard = shards_of(folder, "tfrecord")[0]
    corpus = hp.Corpus.open(folder, source="tfrecord")
    first = corpus.manifest.shards[0].phrases
    list(corpus[:first])
    size = shard.stat().st_size
    for seed in range(20):
        with shard.open("r+b") as file:  # in place: what is mapped changes too
            file.write(np.random.default_rng(seed).bytes(size))
        with pytest.raises(hp.CorruptError, match=rf"{shard.name}: .* in record \d+"):
            list(corpus[:first])


def test_a_full_disk_for_unpacked_shards_is_told(folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/dev/full/nowhere")
    with pytest.raises(hp.WorkFailedError, match=r"phrases-00000-of-00008\.avro: cannot be unpacked into .*TMPDIR"):
        hp.Corpus.open(folder, source="avro")[0]


def test_a_shard_that_cannot_be_read_is_not_the_fault_of_the_temporary_folder(folder, monkeypatch):
    class Failing(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(errno.EIO, "Input/output error")

    corpus = hp.Corpus.open(folder, source="avro")
    _ = corpus.phrases, corpus.seeds
    monkeypatch.setattr(corpus.files, "open", lambda name: Failing())
    with pytest.raises(OSError, match="Input/output error"):
        corpus[0]


@pytest.mark.parametrize("source", ["parquets", "", "none", None, "TFRECORD"])
def test_a_source_that_is_not_there_is_refused(folder, source):
    with pytest.raises(hp.InputError, match="allowed are virtual, shards, tfrecord, avro, jsonl, txt, parquet"):
        hp.Corpus.open(folder, source=source)


def test_a_corpus_without_shards_has_one_source(corpus):
    folder = corpus(*REPEATING, "--format=none")
    for source in ("shards", "tfrecord"):
        with pytest.raises(hp.InputError, match="allowed are virtual: the corpus has no shards"):
            hp.Corpus.open(folder, source=source)


def test_seeds_are_a_sequence(virtual):
    seeds = virtual.seeds
    listed = list(seeds)
    assert len(seeds) == len(virtual) == len(listed)
    assert [seeds[0], seeds[-1]] == [listed[0], listed[-1]]
    assert seeds[5:500:7].tolist() == listed[5:500:7]
    assert [seeds.index(seed) for seed in listed[::50]] == list(range(0, len(listed), 50))
    gone = int(virtual.dropped[3])
    assert gone not in seeds
    assert listed[3] in seeds
    for wrong in (gone, -1, 4000, listed[3]):
        with pytest.raises(ValueError, match="no phrase"):
            seeds.index(wrong, 4)
    with pytest.raises(IndexError):
        seeds[len(listed)]


def test_notebooks_show_a_table(folder):
    shown = hp.Corpus.open(folder, source="avro")._repr_html_()
    assert "zipf:s=1.0" in shown
    assert "shards of avro" in shown
    assert shown.count("<tr>") == 9
