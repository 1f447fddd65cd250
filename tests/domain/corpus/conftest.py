"""A small corpus on a disk, for tests of what else its folder may hold."""

import pytest

import hyperphrase as hp


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a corpus of one shard. Do not change it."""
    folder = tmp_path_factory.mktemp("made") / "out"
    lexicon = hp.Lexicon.load("synthetic", vocabulary=100)
    recipe = hp.Recipe.create("uniform", lengths="fixed:length=6", lexicon=lexicon)
    hp.make_corpus(recipe, lexicon, str(folder), seeds=(0, 50), formats="txt")
    return folder
