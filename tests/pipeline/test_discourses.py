"""A corpus with ``--dictionary=discourse``: each phrase with its estimate and its truth, and searches by either."""

import dataclasses
import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pytest
from pyarrow import ipc

import hyperphrase as hp
from beam_pipeline.folder import meaning_index
from hyperphrase.corpus.layout import DICTIONARY_FOLDER, WORDS_FILE
from hyperphrase.meaning.phrase_meanings import loads

LAW = ["--vocabulary=2000", "--sampler=loglinear:k=40", "--lengths=uniform:min=3,max=40", "--phrases_per_shard=400"]
WHOLE = [*LAW, "--seeds=0:1000", "--format=none", "--dictionary=discourse", "--direct_num_workers=1"]


@pytest.fixture(scope="module")
def whole(corpus):
    return corpus(*WHOLE)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Keep indexes where the test ends with them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def table_of(folder):
    """Return the files of the dictionary as one table, by pyarrow."""
    paths = sorted((Path(folder) / DICTIONARY_FOLDER).glob("meanings-*.arrow"))
    return pa.concat_tables([ipc.open_file(path).read_all() for path in paths])


def column(table, name):
    return np.array(table[name].to_pylist(), float)


def answers(outcome):
    """Return [(seed, cosine)] of what find shows."""
    assert outcome.status == 0, outcome.error
    found = re.findall(r"^cosine (-?\d\.\d{3}), seed (\d+), \d+ symbols$", outcome.out, re.MULTILINE)
    return [(int(seed), float(cosine)) for cosine, seed in found]


def test_the_files_are_a_supervised_set(whole, manifest_of):
    """Of equal rows as other readers see them, and with targets that are the law's."""
    table = table_of(whole)
    kind = "fixed_size_list<item: int8 not null>[50]"
    assert [("seed", "int64"), ("vector", kind), ("discourse", kind)] == [
        (field.name, str(field.type)) for field in table.schema
    ]
    meanings = table  # noqa: F841  # DuckDB finds it by its name
    files = sorted((whole / DICTIONARY_FOLDER).glob("meanings-*.arrow"))
    by_polars = polars.concat([polars.read_ipc(path) for path in files])
    by_duckdb = duckdb.sql("select discourse from meanings").fetchall()
    assert table["discourse"].to_pylist() == by_polars["discourse"].to_list() == [list(row) for (row,) in by_duckdb]
    corpus = hp.Corpus.open(whole)
    block = corpus[:]
    assert table["seed"].to_pylist() == block.seeds.tolist()
    law = corpus.phrases.law
    means = law.discourses(corpus.recipe.key, block.seeds, block.lengths)[:, :50].astype(float)
    assert np.abs(means * (127 / np.abs(means).max(axis=1, keepdims=True)) - column(table, "discourse")).max() <= 0.501
    assert manifest_of(whole).dictionary.kind == "discourse"


@pytest.mark.parametrize("how", [[], ["--direct_running_mode=multi_processing"]], ids=str)
def test_the_same_bytes_by_any_way(whole, run_into, files_of, tmp_path, how):
    run_into(tmp_path / "out", *WHOLE[:-1], "--direct_num_workers=2", *how)
    assert files_of(whole) == files_of(tmp_path / "out")


def test_verify_says_yes(program, whole):
    assert 0 == program("verify", whole).status


def test_verify_sees_a_change_of_any_column(program, copied):
    folder = copied(*WHOLE)
    path = folder / DICTIONARY_FOLDER / "meanings-00001-of-00003.arrow"
    good, seeds, cells = path.read_bytes(), 400 * 8, 400 * 50
    at = good.index(np.arange(400, 800, dtype="<i8").tobytes())
    for place in (at, at + seeds, at + seeds + cells, at + seeds + 2 * cells - 1):
        path.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
        outcome = program("verify", folder)
        assert (1, True) == (outcome.status, f"{path.name}: is not what its phrases mean" in outcome.error)
    path.write_bytes(good)
    assert 0 == program("verify", folder).status


def test_verify_sees_other_rows(program, copied):
    folder = copied(*WHOLE)
    words = folder / WORDS_FILE
    data = bytearray(words.read_bytes())
    data[-3] ^= 1
    words.write_bytes(data)
    outcome = program("verify", folder)
    assert (1, True) == (outcome.status, "words.npy" in outcome.error)


@pytest.mark.parametrize("by", ["words", "discourse"])
@pytest.mark.parametrize("search", [[], ["--search=index"]], ids=str)
def test_find_finds_what_numpy_finds(program, whole, lexicon_of, monkeypatch, by, search):
    monkeypatch.setattr(meaning_index, "CELLS_PER_PROBE", 1)  # all cells: exact but for rounding
    monkeypatch.setattr(meaning_index, "_WIDER", 1000)  # and all candidates, as many discourses are the same
    table, words = table_of(whole), lexicon_of(whole).words
    query = (
        loads((whole / WORDS_FILE).read_bytes(), 2000, "").rows[[words.index("sea"), words.index("ship")]].sum(axis=0)
    )
    values = column(table, {"words": "vector"}.get(by, by))
    cosines = values @ query / np.linalg.norm(values, axis=1) / np.linalg.norm(query.astype(float))
    seeds = table["seed"].to_numpy()
    expected = np.lexsort((seeds, -cosines.round(5)))[:10]
    found = answers(program("find", whole, "sea", "ship", f"--by={by}", *search))
    assert np.abs(np.array([cosine for _, cosine in found]) - cosines[expected]).max() < 0.005
    assert len({seed for seed, _ in found} & set(seeds[expected].tolist())) >= 8


def test_the_default_is_the_words(program, whole):
    assert program("find", whole, "sea").out == program("find", whole, "sea", "--by=words").out
    assert program("find", whole, "sea").out != program("find", whole, "sea", "--by=discourse").out


def test_each_way_has_an_index_of_its_own(program, whole, tmp_path):
    for by in ("words", "discourse", "words"):
        program("find", whole, "sea", "--search=index", f"--by={by}")
    assert 2 == len(list((tmp_path / "cache" / "hyperphrase").glob("*.faiss")))


def test_a_phrase_is_near_to_those_about_the_same(program, whole):
    table = table_of(whole)
    truths = column(table, "discourse")
    outcome = program("find", whole, "--seed=7", "--by=discourse", "--nearest=3")
    own = truths[table["seed"].to_pylist().index(7)]
    cosines = truths @ own / np.linalg.norm(truths, axis=1) / np.linalg.norm(own)
    assert np.allclose([cosine for _, cosine in answers(outcome)], np.sort(cosines)[::-1][1:4], atol=0.001)


def test_python_takes_either(whole, program):
    corpus = hp.Corpus.open(whole)
    for by in ("words", "discourse"):
        seeds = [seed for seed, _ in answers(program("find", whole, "sea ship", f"--by={by}"))]
        assert corpus.nearest("sea ship", by=by).seeds.tolist() == seeds
        picked = corpus.fragments("sea ship", budget=60, by=by)
        assert picked.seeds[0] == next(seed for seed in seeds if seed in picked.seeds)
        shown = program("fragments", whole, "sea", "ship", "--budget=60", f"--by={by}")
        assert picked.text == shown.out
    with pytest.raises(hp.InputError, match="by=topic: allowed are words and discourse"):
        corpus.nearest("sea", by="topic")


def test_plan_says_what_it_takes(program, whole, manifest_of):
    planned = re.search(r"^dictionary +discourse, ([0-9.]+) kB$", program("plan", *WHOLE, "--quick").out, re.MULTILINE)
    real = sum(shard.bytes for shard in manifest_of(whole).dictionary.shards)
    assert abs(1000 * float(planned[1]) / real - 1) < 0.08


def test_scenes_have_discourses_too(program, tmp_path):
    """Of a user's grammar, with lengths that only some sentences add up to; in a corpus that is checked as a whole."""
    grammar = tmp_path / "grammar.txt"
    grammar.write_text(
        "S -> The Noun Verb | The Noun Verb The Noun\nThe = the a\nNoun ~ sea ship man law dog car\n"
        "Verb ~ found made saw took left\n"
    )
    options = [
        f"--sampler=scene:file={grammar},k=6,step=0.3", "--vocabulary=5000", "--lengths=uniform:min=6,max=30",
        "--seeds=0:300", "--dictionary=discourse", "--format=none", f"--output={tmp_path}/out",
    ]  # fmt: skip
    assert 0 == program("run", *options).status
    assert 0 == program("verify", tmp_path / "out").status
    table = table_of(tmp_path / "out")
    estimates, truths = column(table, "vector"), column(table, "discourse")
    units = [values / np.linalg.norm(values, axis=1, keepdims=True) for values in (estimates, truths)]
    assert (units[0] * units[1]).sum(axis=1).mean() > (units[0] * np.roll(units[1], 1, axis=0)).sum(axis=1).mean() + 0.1
    assert 10 == len(answers(program("find", tmp_path / "out", "ship", "--by=discourse")))


def test_a_lexicon_without_published_vectors_has_discourses_too(program, tmp_path):
    options = [
        "--lexicon=synthetic", "--vocabulary=500", "--sampler=loglinear:vectors=gaussian,k=9", "--seeds=0:50",
        "--dictionary=discourse", "--format=none", f"--output={tmp_path}/out",
    ]  # fmt: skip
    assert 0 == program("run", *options).status
    assert 0 == program("verify", tmp_path / "out").status


@pytest.mark.parametrize(
    ("law", "reason"),
    [
        ("zipf", "--dictionary=discourse: the law zipf has no discourse; take loglinear"),
        ("mixture:1*zipf+1*uniform", "--dictionary=discourse: the law mixture has no discourse; take loglinear"),
    ],
)
def test_a_law_without_a_discourse_is_refused_beforehand(program, tmp_path, law, reason):
    for command in ("run", "plan"):
        options = [f"--sampler={law}", "--vocabulary=2000", "--seeds=0:10", "--dictionary=discourse"]
        outcome = program(command, *options, f"--output={tmp_path}/out")
        assert (2, 1) == (outcome.status, outcome.error.count("\n"))
        assert reason in outcome.error
        assert outcome.error.endswith(", or another kind\n")
    assert not (tmp_path / "out").exists()


def test_a_search_by_what_the_dictionary_lacks_is_refused(program, corpus, whole):
    plain = corpus("--vocabulary=2000", "--seeds=0:50", "--format=none", "--dictionary")
    for command in (["find"], ["fragments", "--budget=50"]):
        outcome = program(command[0], plain, "sea", *command[1:], "--by=discourse")
        assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
        assert "--by=discourse: the dictionary is of sif; make the corpus with --dictionary=discourse" in outcome.error
        outcome = program(command[0], whole, "sea", *command[1:], "--by=topic")
        assert (2, True) == (outcome.status, "--by=topic: allowed are words and discourse" in outcome.error)


def test_a_manifest_that_promises_what_the_law_lacks_is_damaged(program, corpus, tmp_path, manifest_of):
    """As somebody would write it who means harm: all else is right."""
    made = corpus("--vocabulary=2000", "--seeds=0:50", "--format=none", "--dictionary")
    folder = shutil.copytree(made, tmp_path / "out")
    manifest = manifest_of(folder)
    other = dataclasses.replace(manifest.dictionary, kind="discourse")
    (folder / "manifest.json").write_bytes(dataclasses.replace(manifest, dictionary=other).dumps())
    for command in (["verify"], ["find", "sea", "--by=discourse"], ["find", "--seed=3", "--by=discourse"]):
        outcome = program(command[0], folder, *command[1:])
        assert (1, "Traceback" in outcome.error) == (outcome.status, False), outcome.error
