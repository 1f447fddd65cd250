"""Corpora made and opened from Python: the same bytes as from the command line, and every phrase by its place."""

import dataclasses
import itertools
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

import hyperphrase as hp

MADE = {"law": "zipf:s=1.0", "lengths": "uniform:min=1,max=3"}  # short, so that many phrases repeat
OPTIONS = ["--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=3", "--lexicon=synthetic", "--vocabulary=50"]


@pytest.fixture(scope="module")
def lexicon():
    return hp.Lexicon.load("synthetic", vocabulary=50)


@pytest.fixture(scope="module")
def recipe(lexicon):
    return hp.Recipe.create(**MADE, lexicon=lexicon)


@pytest.fixture(scope="module")
def corpus(recipe, lexicon, tmp_path_factory):
    out = tmp_path_factory.mktemp("api") / "out"
    formats = ["tfrecord", "jsonl"]
    return hp.make_corpus(recipe, lexicon, out, phrases=1000, formats=formats, phrases_per_shard=700)


def test_the_files_are_those_of_the_command(corpus, run_into, files_of, tmp_path):
    run_into(tmp_path / "out", *OPTIONS, "--phrases=1000", "--format=tfrecord,jsonl", "--phrases_per_shard=700")
    assert files_of(tmp_path / "out") == files_of(corpus.folder)


def test_a_place_gives_the_phrase_of_its_kept_seed(corpus):
    dropped = set(corpus.dropped.tolist())
    kept = [seed for seed in range(corpus.manifest.first_seed, corpus.manifest.stop_seed) if seed not in dropped]
    assert len(corpus) == len(kept) == 1000
    assert len(dropped) > 100
    assert [corpus[i].seed for i in range(0, 1000, 37)] == kept[::37]
    assert (corpus[-1].seed, corpus[-1000].seed) == (kept[-1], kept[0])
    assert corpus[100:200].seeds.tolist() == kept[100:200]
    assert corpus[200:100:-7].seeds.tolist() == kept[200:100:-7]
    for place in (1000, -1001):
        with pytest.raises(IndexError):
            corpus[place]


def test_phrases_are_distinct_and_those_of_their_seeds(corpus):
    seen = {tuple(phrase.ids.tolist()) for phrase in corpus}
    assert len(seen) == len(corpus)
    phrase = corpus[123]
    assert phrase == corpus.phrases.draw([phrase.seed])[0]


def test_seeds_are_in_the_corpus_or_not(corpus):
    dropped = int(corpus.dropped[0])
    assert corpus[5].seed in corpus
    assert dropped not in corpus
    assert corpus.manifest.stop_seed not in corpus
    assert -1 not in corpus
    assert "0" not in corpus


@pytest.mark.parametrize("size", [1, 7, 1000, 5000])
def test_blocks_are_all_phrases_in_order(corpus, size):
    blocks = list(corpus.blocks(size))  # all at once: none may change another
    assert all(len(block) == size for block in blocks[:-1])
    assert list(itertools.chain.from_iterable(blocks)) == list(corpus)


def test_a_size_of_nothing_is_refused(corpus):
    with pytest.raises(hp.InputError, match="size=0: give 1 or more"):
        list(corpus.blocks(0))


def test_arrow_holds_the_same(corpus):
    table = corpus.to_arrow(size=300).read_all()
    assert table.schema.field("seed").type == pa.int64()
    assert table["seed"].to_pylist() == [phrase.seed for phrase in corpus]
    assert table["input_ids"].to_pylist() == [phrase.ids.tolist() for phrase in corpus]


def test_a_finished_corpus_is_opened_and_an_open_one_verified(corpus, recipe, lexicon):
    lines = []
    formats = ["tfrecord", "jsonl"]
    again = hp.make_corpus(
        recipe, lexicon, corpus.folder, phrases=1000, formats=formats, phrases_per_shard=700, progress=lines.append
    )
    assert lines == [f"{corpus.folder} is complete already: 1,000 phrases in 6 shards"]
    assert again.manifest == corpus.manifest
    again.verify()


def test_progress_is_given_in_lines(recipe, lexicon, tmp_path):
    lines = []
    hp.make_corpus(recipe, lexicon, tmp_path / "out", seeds=range(10, 50), formats=[], progress=lines.append)
    assert lines[0].startswith("engine: DirectRunner")
    assert any(line.startswith("40 drawn = ") for line in lines)


def test_a_changed_corpus_is_not_verified(recipe, lexicon, tmp_path):
    corpus = hp.make_corpus(recipe, lexicon, tmp_path / "out", seeds=(0, 100), formats=["txt"])
    shard = tmp_path / "out/shards" / corpus.manifest.shards[0].name
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(hp.CorruptError, match=shard.name):
        corpus.verify()


def test_a_folder_without_a_corpus_is_refused(tmp_path):
    with pytest.raises(hp.InputError, match=r"holds no manifest.json") as caught:
        hp.Corpus.open(tmp_path)
    assert caught.value.field == "folder"


WRONG = {
    "neither": ({}, None),
    "both": ({"phrases": 1, "seeds": (0, 1)}, None),
    "phrases": ({"phrases": 0}, "phrases"),
    "a float": ({"phrases": 1.5}, "phrases"),
    "too many": ({"phrases": 10**9}, "phrases"),
    "first_seed": ({"phrases": 1, "first_seed": -1}, "first_seed"),
    "seeds": ({"seeds": (5, 5)}, "seeds"),
    "a step": ({"seeds": range(0, 10, 2)}, "seeds"),
    "format": ({"phrases": 1, "formats": ["tfrecrod"]}, "formats"),
    "format twice": ({"phrases": 1, "formats": ["txt", "txt"]}, "formats"),
    "compression": ({"phrases": 1, "compression": "zip"}, "compression"),
    "compressions": ({"phrases": 1, "formats": ["txt"], "compression": ["none", "gzip"]}, "compression"),
    "text": ({"phrases": 1, "text": "letters"}, "text"),
    "dictionary": ({"phrases": 1, "dictionary": "words"}, "dictionary"),
    "per shard": ({"phrases": 1, "phrases_per_shard": 0}, "phrases_per_shard"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_is_refused_by_its_field_and_writes_nothing(recipe, lexicon, tmp_path, case):
    arguments, field = WRONG[case]
    with pytest.raises(hp.InputError) as caught:
        hp.make_corpus(recipe, lexicon, tmp_path / "out", **arguments)
    assert caught.value.field == field
    assert len(str(caught.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_recipe_of_another_lexicon_is_refused(recipe, lexicon, tmp_path):
    other = dataclasses.replace(lexicon, frequencies=np.ones(50))
    with pytest.raises(hp.InputError) as caught:
        hp.make_corpus(recipe, other, tmp_path / "out", phrases=1)
    assert caught.value.field == "lexicon"


FULL = """
import resource, sys
import hyperphrase as hp

resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))  # writing fails in the middle of a shard
lexicon = hp.Lexicon.load("synthetic", vocabulary=1000)
try:
    hp.make_corpus(hp.Recipe.create("zipf", lexicon=lexicon), lexicon, sys.argv[1], phrases=50_000)
except hp.WorkFailedError as error:
    print(error)
"""


def test_work_that_fails_is_an_exception_of_one_line_and_no_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "out")], capture_output=True, text=True, check=True, timeout=300
    )
    assert "File too large" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out/manifest.json").exists()


IPYTHON = """
class Shell:
    config, execution_count = {"IPKernelApp": {}}, 3

def get_ipython():
    return Shell()
"""
NOTEBOOK = """
import sys
import hyperphrase as hp

lexicon = hp.Lexicon.load("synthetic", vocabulary=1000)
corpus = hp.make_corpus(hp.Recipe.create("zipf", lexicon=lexicon), lexicon, sys.argv[1], phrases=100)
from apache_beam.utils.interactive_utils import is_in_notebook
print(is_in_notebook(), len(corpus))
"""


def test_it_works_in_a_notebook(tmp_path):
    """Where Beam takes itself to be in one, it would import pandas and others that it does not bring."""
    (tmp_path / "IPython").mkdir()
    (tmp_path / "IPython/__init__.py").write_text(IPYTHON)
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK, str(tmp_path / "out")],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "True 100\n"), done.stderr
