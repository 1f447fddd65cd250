"""Files of others in a corpus's folder are named and left alone; what passes for a shard is a fault."""

import doctest
import errno
import os
import shutil

import pytest

import hyperphrase as hp
from hyperphrase.corpus import layout
from hyperphrase.corpus.layout import STATISTICS_FILES, passes_for_shard
from hyperphrase.corpus.statistics import RANK_BINS, Statistics, statistics_files

SHARD = "phrases-00000-of-00001.txt"
HARMLESS = [
    ".DS_Store", "._" + SHARD, "Thumbs.db", "desktop.ini", f"{SHARD}~", f".{SHARD}.swp", f"#{SHARD}#", f".#{SHARD}",
    f"{SHARD}.bak", f"{SHARD}.~1~", f".{SHARD}.Xa81bc", ".nfs0000000000c0ffee00000001", ".fuse_hidden0000000200000001",
    ".gitattributes", "README.md", ".directory", ".localized", "notes", "\udcff", "line\nend", f"{SHARD} (copy)",
]  # fmt: skip
PASSING = [
    "phrases-00000-of-00001 copy.txt", "Copy of phrases.txt", "phrases-00009-of-00010.txt", "notes.txt", SHARD.upper(),
    "phrases-00000-of-00001.avro", "phrases-00000-of-00001.txt.gz", "phrases-00000-of-00001 (1).TXT",
]  # fmt: skip


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "out")


@pytest.mark.parametrize("name", HARMLESS, ids=ascii)
def test_what_no_reader_takes_is_harmless(name):
    assert not passes_for_shard(name, ["txt"])


@pytest.mark.parametrize("name", PASSING)
def test_what_a_reader_takes_passes_for_a_shard(name):
    assert passes_for_shard(name, ["txt"])


def test_a_corpus_is_what_it_claims_whatever_lies_beside_its_files(folder):
    expected = []
    for place in ("", "shards/", "statistics/"):
        for name in HARMLESS:
            (folder / place / name).write_bytes(b"strange")
            expected.append(place + name)
        (folder / place / ".ipynb_checkpoints").mkdir()
        (folder / place / ".ipynb_checkpoints" / SHARD).write_bytes(b"an old one")
        (folder / place / "linked").symlink_to("/proc")
        (folder / place / "dangling").symlink_to("nowhere")
        os.mkfifo(folder / place / "pipe")
        expected += [f"{place}{name}" for name in (".ipynb_checkpoints/", "linked", "dangling", "pipe")]
    corpus = hp.Corpus.open(folder)
    corpus.verify()
    assert sorted(expected) == corpus.other_files()


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("make", ["write_bytes", "mkdir", "symlink_to"])
def test_what_passes_for_a_shard_is_a_fault(folder, name, make):
    path = folder / "shards" / name
    {"write_bytes": lambda: path.write_bytes(b""), "mkdir": path.mkdir, "symlink_to": lambda: path.symlink_to("x")}[
        make
    ]()
    with pytest.raises(hp.CorruptError, match=r"does not belong to the corpus|is a link|is not a file"):
        hp.Corpus.open(folder).verify()


def test_files_of_meanings_of_a_corpus_without_a_dictionary_are_a_fault(folder):
    (folder / "dictionary").mkdir()
    (folder / "dictionary" / ".DS_Store").write_bytes(b"")
    corpus = hp.Corpus.open(folder)
    corpus.verify()
    assert ["dictionary/.DS_Store"] == corpus.other_files()
    (folder / "dictionary" / "meanings-00000-of-00001.arrow").write_bytes(b"")
    with pytest.raises(hp.CorruptError, match="does not belong"):
        corpus.verify()


def test_the_names_of_statistics_are_those_that_are_checked():
    assert set(STATISTICS_FILES) == set(statistics_files(Statistics({1: 1}, (1,) * RANK_BINS), 100))


def test_examples():
    assert 0 == doctest.testmod(layout).failed


def test_a_disk_that_takes_no_advice_is_no_fault_of_the_corpus(made, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "posix_fadvise", refuse)
    hp.Corpus.open(made).verify()
