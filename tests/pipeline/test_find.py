"""The dictionary of a corpus: the same bytes by any way, checked by verify, searched by find."""

import re

import numpy as np
import pytest

from beam_pipeline.folder import meaning_index
from hyperphrase.corpus.layout import DICTIONARY_FOLDER, WORDS_FILE
from hyperphrase.meaning.dictionary import read_meanings
from hyperphrase.meaning.phrase_meanings import loads
from hyperphrase.untrusted.trusted_folders import is_trusted

LAW = ["--vocabulary=2000", "--lengths=uniform:min=3,max=9", "--phrases_per_shard=500"]
WHOLE = [*LAW, "--seeds=0:2000", "--format=txt", "--text=words", "--dictionary", "--direct_num_workers=1"]
SEA = ["sea", "water", "boat"]


@pytest.fixture(scope="module")
def whole(corpus):
    return corpus(*WHOLE)


@pytest.fixture(scope="module")
def vectors_in(manifest_of):
    """Return a reader: folder -> (seeds, vectors) of its dictionary."""

    def read(folder):
        parts = []
        for shard in manifest_of(folder).dictionary.shards:
            with (folder / DICTIONARY_FOLDER / shard.name).open("rb") as stream:
                parts += read_meanings(stream, 50, shard, shard.name)
        return tuple(map(np.concatenate, zip(*parts, strict=True)))

    return read


def answers(outcome):
    """Return [(seed, cosine)] of what find shows."""
    assert outcome.status == 0, outcome.error
    found = re.findall(r"^cosine (-?\d\.\d{3}), seed (\d+), \d+ symbols$", outcome.out, re.MULTILINE)
    return [(int(seed), float(cosine)) for cosine, seed in found]


def expected_answers(folder, vectors_in, lexicon_of, words):
    """Return [(seed, cosine)] of all phrases, nearest first, by numpy in floating point."""
    rows = loads((folder / WORDS_FILE).read_bytes(), 2000, "").rows
    seeds, vectors = vectors_in(folder)
    query = rows[[lexicon_of(folder).words.index(word) for word in words]].sum(axis=0, dtype=float)
    values = vectors.astype(float)
    norms = np.linalg.norm(values, axis=1) * np.linalg.norm(query)
    cosines = np.divide(values @ query, norms, out=np.full(len(seeds), -2.0), where=norms > 0)
    order = np.argsort(-cosines, kind="stable")
    return list(zip(seeds[order].tolist(), cosines[order].tolist(), strict=True))


def test_the_dictionary_is_aligned_with_the_shards(whole, vectors_in, manifest_of, shards_of):
    manifest = manifest_of(whole)
    texts = [path.read_text().splitlines() for path in shards_of(whole, "txt")]
    assert [shard.phrases for shard in manifest.dictionary.shards] == list(map(len, texts))
    assert [(s.phrases, s.symbols, s.first_seed, s.last_seed) for s in manifest.shards] == [
        (s.phrases, s.symbols, s.first_seed, s.last_seed) for s in manifest.dictionary.shards
    ]
    rows = loads((whole / WORDS_FILE).read_bytes(), 2000, "").rows
    ids = {word: i for i, word in enumerate(whole_words(whole))}
    _, vectors = vectors_in(whole)
    for line, vector in zip([line for text in texts for line in text], vectors, strict=True):
        total = rows[[ids[word] for word in line.split(" ")]].sum(axis=0, dtype=int)
        assert np.abs(total * (127 / max(np.abs(total).max(), 1)) - vector).max() <= 0.5


def whole_words(folder):
    from hyperphrase.corpus.layout import LEXICON_FILE
    from hyperphrase.lexicon.lexicon import read_lexicon

    with (folder / LEXICON_FILE).open("rb") as stream:
        return read_lexicon(stream, LEXICON_FILE).words


@pytest.mark.parametrize(
    "how",
    [
        ["--direct_num_workers=2"],
        ["--direct_num_workers=2", "--direct_running_mode=multi_processing"],
    ],
    ids=" ".join,
)
def test_the_same_bytes_by_any_way(whole, run_into, files_of, tmp_path, how):
    run_into(tmp_path / "out", *WHOLE[:-1], *how)
    assert files_of(whole) == files_of(tmp_path / "out")


def test_the_same_bytes_for_a_number_of_phrases(whole, run_into, manifest_of, files_of, tmp_path):
    kept = manifest_of(whole).kept
    run_into(tmp_path / "out", *LAW, f"--phrases={kept}", *WHOLE[4:])
    ours, theirs = files_of(whole), files_of(tmp_path / "out")
    assert {name: data for name, data in ours.items() if name.startswith(DICTIONARY_FOLDER)} == {
        name: data for name, data in theirs.items() if name.startswith(DICTIONARY_FOLDER)
    }


def test_a_lost_file_is_made_again(copied, run_into, files_of, whole):
    folder = copied(*WHOLE)
    (folder / DICTIONARY_FOLDER / "meanings-00002-of-00004.arrow").unlink()
    run_into(folder, *WHOLE)
    assert files_of(whole) == files_of(folder)


def test_the_rest_of_the_corpus_does_not_change(whole, corpus, files_of):
    plain = files_of(corpus(*(option for option in WHOLE if option != "--dictionary")))
    ours = files_of(whole)
    assert {name for name in ours if not name.startswith(DICTIONARY_FOLDER)} == set(plain)
    assert [name for name in plain if plain[name] != ours[name]] == ["manifest.json", "report.html"]


def test_plan_says_what_the_dictionary_takes(program, corpus, manifest_of):
    arguments = [*LAW, "--phrases=3000", "--format=none", "--dictionary=whitening"]
    planned = re.search(
        r"^dictionary +whitening, ([0-9.]+) kB$", program("plan", *arguments, "--quick").out, re.MULTILINE
    )
    folder = corpus(*arguments)
    real = sum(shard.bytes for shard in manifest_of(folder).dictionary.shards)
    assert abs(1000 * float(planned[1]) / real - 1) < 0.08  # each file has an end of 1 kB
    shown = re.search(r"^dictionary +whitening: ([0-9.]+) kB$", program("inspect", folder).out, re.MULTILINE)
    assert abs(1000 * float(shown[1]) / real - 1) < 0.01


def test_verify_says_yes(program, whole):
    assert 0 == program("verify", whole).status


@pytest.mark.parametrize("name", ["words.npy", "meanings-00001-of-00004.arrow"])
@pytest.mark.parametrize("change", ["flip", "cut", "grow", "remove", "replace"])
def test_verify_sees_any_change(program, copied, name, change):
    path = copied(*WHOLE) / DICTIONARY_FOLDER / name
    good = path.read_bytes()
    match change:
        case "flip":
            path.write_bytes(good[:4000] + bytes([good[4000] ^ 4]) + good[4001:])
        case "cut":
            path.write_bytes(good[:-1])
        case "grow":
            path.write_bytes(good + b"\0")
        case "remove":
            path.unlink()
        case "replace":
            other = sorted(path.parent.glob("meanings-*"))[0]
            path.write_bytes(other.read_bytes())
    outcome = program("verify", path.parents[1])
    assert (outcome.status, "Traceback" in outcome.error) == (1, False)
    assert name in outcome.error


def test_verify_sees_a_file_too_many(program, copied):
    folder = copied(*WHOLE)
    (folder / DICTIONARY_FOLDER / "meanings-00009-of-00004.arrow").write_bytes(b"")
    outcome = program("verify", folder)
    assert (outcome.status, "does not belong to the corpus" in outcome.error) == (1, True)


@pytest.mark.parametrize("search", [[], ["--search=exact"], ["--search=index"]], ids=str)
def test_find_finds_what_numpy_finds(program, copied, vectors_in, lexicon_of, monkeypatch, search):
    if search == ["--search=index"]:
        monkeypatch.setattr(meaning_index, "CELLS_PER_PROBE", 1)  # all cells: exact but for rounding
    folder = copied(*WHOLE)
    expected = expected_answers(folder, vectors_in, lexicon_of, SEA)[:20]
    found = answers(program("find", folder, *SEA, "--nearest=20", *search))
    assert 20 == len(found)
    assert all(abs(ours[1] - theirs[1]) < 0.003 for ours, theirs in zip(expected, found, strict=True))
    assert len({seed for seed, _ in expected} & {seed for seed, _ in found}) >= 18


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Keep indexes where the test ends with them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_an_index_that_others_may_have_put_there_is_not_read(program, copied, tmp_path):
    """faiss is C++ that parses what it is given: neither an index in the folder, nor one in a shared cache."""
    folder = copied(*WHOLE)
    hostile = folder / DICTIONARY_FOLDER / meaning_index.index_path(str(folder)).name
    hostile.write_bytes(b"IwSq" + b"\xff" * 1000)
    assert "indexing" in program("find", folder, "sea", "--search=index").error
    assert b"IwSq" + b"\xff" * 1000 == hostile.read_bytes()
    is_trusted.cache_clear()
    (tmp_path / "cache" / "hyperphrase").chmod(0o777)
    outcome = program("find", folder, "sea", "--search=index")
    is_trusted.cache_clear()
    assert (2, "") == (outcome.status, outcome.out)
    assert "other users can write to" in outcome.error


def test_an_index_is_made_once_and_renewed_when_damaged(program, copied):
    folder = copied(*WHOLE)
    first = program("find", folder, "sea", "--search=index")
    path = meaning_index.index_path(str(folder))
    assert ("indexing" in first.error, path.exists()) == (True, True)
    second = program("find", folder, "sea", "--search=index")
    assert (first.out, "") == (second.out, second.error)
    assert 0 == program("verify", folder).status  # it is no part of the corpus
    path.write_bytes(path.read_bytes()[:1000])
    assert first.out == program("find", folder, "sea", "--search=index").out


def test_large_corpora_are_searched_by_the_index(program, copied, monkeypatch):
    monkeypatch.setattr("beam_pipeline.folder.meaning_search.EXACT_UP_TO", 100)
    assert "indexing" in program("find", copied(*WHOLE), "sea").error


def test_an_index_that_is_not_installed_is_said_in_a_line(program, whole, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    outcome = program("find", whole, "sea", "--search=index")
    assert (2, "") == (outcome.status, outcome.out)
    assert "--search=index: needs faiss-cpu" in outcome.error


def test_a_phrase_is_not_near_to_itself(program, whole, vectors_in):
    outcome = program("find", whole, "--seed=7", "--nearest=3")
    found = answers(outcome)
    assert 3 == len(found)
    assert outcome.out.startswith("nearest to seed 7\n")
    assert 7 not in dict(found)
    seeds, vectors = vectors_in(whole)
    values = vectors.astype(float)
    values /= np.linalg.norm(values, axis=1, keepdims=True).clip(1)
    cosines = values @ values[list(seeds).index(7)]
    assert abs(np.sort(cosines)[-2] - found[0][1]) < 0.001


def test_a_phrase_is_near_to_its_own_words(program, whole, shards_of):
    line = shards_of(whole, "txt")[0].read_text().splitlines()[11]
    assert 1.0 == answers(program("find", whole, line))[0][1]


def test_words_are_read_as_people_write_them(program, whole):
    written = program("find", whole, "The SEA, and Water... qwxzk!")
    assert "ignored, because they have no meaning in this lexicon: qwxzk\n" == written.error
    assert answers(written) == answers(program("find", whole, "the", "sea", "and", "water"))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "WORDS and --seed: give one of them"),
        (["sea", "--seed=1"], "WORDS and --seed: give one of them"),
        (["qwxzk"], "none of these words has a meaning"),
        (["..."], "none of these words has a meaning"),
        (["--seed=2000"], "--seed=2000: is not in the corpus: it is outside the corpus's seeds"),
        (["--seed=x"], "--seed=x: give a whole number"),
        (["sea", "--nearest=0"], "--nearest=0: give a whole number from 1 to 10000"),
        (["sea", "--search=fast"], "--search=fast: allowed are exact and index"),
    ],
)
def test_wrong_input_is_said_in_a_line(program, whole, arguments, reason):
    outcome = program("find", whole, *arguments)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert reason in outcome.error


def test_a_dropped_seed_is_not_in_the_corpus(program, corpus, manifest_of):
    folder = corpus(
        "--vocabulary=20", "--lengths=uniform:min=1,max=2", "--seeds=0:300", "--format=none", "--dictionary=whitening"
    )
    dropped = manifest_of(folder).dropped.listed[0]
    outcome = program("find", folder, f"--seed={dropped}")
    assert (2, True) == (outcome.status, "an earlier seed gives the same phrase" in outcome.error)
    assert 0 == program("verify", folder).status


def test_a_corpus_without_a_dictionary_has_nothing_to_find(program, repeating, tmp_path):
    outcome = program("find", repeating, "sea")
    assert (2, True) == (outcome.status, "has no dictionary; make the corpus with --dictionary" in outcome.error)
    assert 2 == program("find", tmp_path, "sea").status


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--dictionary=glove"], "--dictionary=glove: allowed are sif, whitening, discourse"),
        (["--dictionary", "--lexicon=synthetic"], "of the lexicon synthetic have word vectors"),
    ],
)
def test_a_dictionary_that_cannot_be_is_refused_beforehand(program, tmp_path, arguments, reason):
    for command in ("run", "plan"):
        outcome = program(command, *LAW, "--seeds=0:10", *arguments, f"--output={tmp_path}/out")
        assert (2, True) == (outcome.status, reason in outcome.error), outcome.error
    assert not (tmp_path / "out").exists()
