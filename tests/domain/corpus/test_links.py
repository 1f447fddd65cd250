"""Links in a corpus's folder: followed in a snapshot of a hub's cache and by the user's word, to plain files alone."""

import os
import shutil

import pytest

import hyperphrase as hp
from tests.links import linked

SHARD = "shards/phrases-00000-of-00001.txt"


@pytest.fixture
def snapshot(made, tmp_path):
    """A corpus in a folder of its own, in a snapshot of a hub's cache."""
    entry = tmp_path / "hub/datasets--somebody--phrases"
    return linked(made, entry / "snapshots/0123abcd/corpus", entry / "blobs")


@pytest.fixture
def farm(made, tmp_path):
    """A corpus of links into a cache elsewhere, as DVC and git-annex make it."""
    return linked(made, tmp_path / "out", tmp_path / "cache/files/md5")


def retarget(link, target):
    link.unlink()
    link.symlink_to(target)


def test_a_snapshot_of_a_hub_needs_no_option(snapshot):
    corpus = hp.Corpus.open(snapshot)
    corpus.verify()
    assert (50, []) == (len(corpus), corpus.other_files())


def test_a_link_to_the_snapshot_is_as_good(snapshot, tmp_path):
    (tmp_path / "mine").symlink_to(snapshot)
    hp.Corpus.open(tmp_path / "mine").verify()


@pytest.mark.parametrize("name", ["manifest.json", "recipe.json", "lexicon.parquet", "report.html", SHARD])
def test_a_link_out_of_the_snapshot_is_refused(snapshot, tmp_path, name):
    """Also one to a file with the right bytes, and by way of the blobs."""
    copy = shutil.copy((snapshot / name).resolve(), tmp_path / "copy")
    retarget(snapshot / name, copy)
    with pytest.raises(hp.CorruptError, match=f"{name}: is a link that may lead outside"):
        hp.Corpus.open(snapshot)
    blobs = snapshot.parents[2] / "blobs"
    (blobs / "indirect").symlink_to(copy)
    retarget(snapshot / name, blobs / "indirect")
    with pytest.raises(hp.CorruptError, match="is a link"):
        hp.Corpus.open(snapshot)
    (blobs / "inner").mkdir()
    shutil.copy(copy, blobs / "inner/file")
    retarget(snapshot / name, blobs / "inner/file")
    with pytest.raises(hp.CorruptError, match="is a link"):
        hp.Corpus.open(snapshot)


def test_blobs_that_are_a_link_do_not_count(snapshot, tmp_path):
    blobs = snapshot.parents[2] / "blobs"
    blobs.rename(tmp_path / "moved")
    blobs.symlink_to(tmp_path / "moved")
    with pytest.raises(hp.CorruptError, match="is a link"):
        hp.Corpus.open(snapshot)


def test_a_farm_of_links_needs_the_users_word(farm):
    with pytest.raises(hp.CorruptError, match=r"is a link that may lead outside.*give `follow_links`"):
        hp.Corpus.open(farm)
    corpus = hp.Corpus.open(farm, follow_links=True)
    corpus.verify()
    assert (50, []) == (len(corpus), corpus.other_files())


@pytest.mark.parametrize("name", ["manifest.json", SHARD])
def test_only_links_to_plain_files_are_followed(farm, tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path / "pipe", tmp_path, "/dev/zero"):
        retarget(farm / name, target)
        with pytest.raises(hp.CorruptError, match=f"{name}: is a link to what is not a file"):
            hp.Corpus.open(farm, follow_links=True)
    retarget(farm / name, tmp_path / "nowhere")
    with pytest.raises(hp.CorruptError, match=f"{name}: is a link whose target is not there; fetch it first"):
        hp.Corpus.open(farm, follow_links=True)
    retarget(farm / name, farm / name)
    with pytest.raises(hp.CorruptError, match=f"{name}: is a link whose target is not there"):
        hp.Corpus.open(farm, follow_links=True)


@pytest.mark.parametrize("follow", [False, True])
def test_a_folder_of_a_corpus_is_no_link(made, tmp_path, follow):
    shutil.copytree(made, tmp_path / "out")
    (tmp_path / "out/shards").rename(tmp_path / "elsewhere")
    (tmp_path / "out/shards").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(hp.CorruptError, match="shards: is a link; a corpus may be reached by a link, but its folders"):
        hp.Corpus.open(tmp_path / "out", follow_links=follow)


def test_a_file_that_becomes_a_link_or_a_pipe_after_the_check_is_not_opened(made, tmp_path):
    """Each file is looked at when it is opened, too: the manifest may name others than those that are checked."""
    shutil.copytree(made, tmp_path / "out")
    corpus = hp.Corpus.open(tmp_path / "out")
    (tmp_path / "out" / SHARD).rename(tmp_path / "elsewhere")
    (tmp_path / "out" / SHARD).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(hp.CorruptError, match="is a link"):
        corpus.verify()
    (tmp_path / "out" / SHARD).unlink()
    os.mkfifo(tmp_path / "out" / SHARD)
    with pytest.raises(hp.CorruptError, match="is not a file"):
        corpus.verify()
