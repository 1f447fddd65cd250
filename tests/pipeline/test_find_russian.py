"""The dictionary of Russian phrases, by Navec's vectors, and the search in Russian."""

import json
import re
import unicodedata

import pytest

from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus import manifest as manifests
from hyperphrase.corpus.layout import DICTIONARY_FOLDER
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.lexicon.word_vectors import NAVEC_DIGEST

LAW = [
    "--lexicon=russian",
    "--vocabulary=20000",
    "--sampler=loglinear:vectors=navec,tau=0.6,k=512",
    "--lengths=uniform:min=6,max=12",
]
WHOLE = [*LAW, "--seeds=0:1500", "--phrases_per_shard=600", "--format=none", "--direct_num_workers=1"]
KINDS = ["sif", "whitening"]


@pytest.fixture(scope="module", params=KINDS)
def whole(corpus, request):
    return corpus(*WHOLE, f"--dictionary={request.param}")


def words_found(outcome):
    assert outcome.status == 0, outcome.error
    return re.findall(r"^  (.*)$", outcome.out, re.MULTILINE)


def test_phrases_are_found_by_russian_words(program, whole):
    storms = " ".join(words_found(program("find", whole, "буря в море", "--nearest=5")))
    assert re.search(r"\b(мор|океан|берег|шторм|побереж|ветр)", storms)
    taxes = " ".join(words_found(program("find", whole, "налоги и бюджет", "--nearest=5")))
    assert re.search(r"\b(налог|бюджет|доход)", taxes)
    assert not re.search(r"\b(налог|бюджет)", storms)


def test_the_manifest_says_which_vectors(whole, manifest_of, corpus):
    entry = json.loads((whole / "manifest.json").read_text())["dictionary"]
    assert NAVEC_DIGEST == entry["vectors"]
    assert "navec" == manifest_of(whole).dictionary.vectors
    english = corpus("--vocabulary=2000", "--seeds=0:100", "--format=none", "--dictionary")
    assert "vectors" not in json.loads((english / "manifest.json").read_text())["dictionary"]
    assert "glove" == manifest_of(english).dictionary.vectors


def test_vectors_of_another_digest_are_refused(whole):
    data = (whole / "manifest.json").read_bytes()
    for other in (b"0" * 64, b"navec"):
        with pytest.raises((CorruptError, InputError), match="vectors of another digest"):
            manifests.loads(data.replace(b'"vectors": "' + NAVEC_DIGEST.encode(), b'"vectors": "' + other), "")


def test_verify_computes_the_same(program, whole, copied):
    assert 0 == program("verify", whole).status
    folder = copied(*WHOLE, "--dictionary=sif")
    path = folder / DICTIONARY_FOLDER / "words.npy"
    good = path.read_bytes()
    path.write_bytes(good[:9000] + bytes([good[9000] ^ 1]) + good[9001:])
    assert 1 == program("verify", folder).status


def test_words_are_read_as_people_write_them(program, whole):
    usual = words_found(program("find", whole, "её чёрный самолёт", "--nearest=3"))
    for written in ("Её Чёрный САМОЛЁТ!", unicodedata.normalize("NFD", "её чёрный самолёт")):
        assert usual == words_found(program("find", whole, written, "--nearest=3"))


def test_yo_is_read_as_ye_where_the_lexicon_has_only_that(program, whole, lexicon_of):
    words = lexicon_of(whole).words
    assert "море" in words
    assert "морё" not in words
    assert words_found(program("find", whole, "морё")) == words_found(program("find", whole, "море"))
    assert {"ещё", "еще"} < set(words)  # each is the word that it says
    assert program("find", whole, "ещё").out != program("find", whole, "еще").out
    assert (
        "ignored, because they have no meaning in this lexicon: йцукен" in program("find", whole, "море йцукен").error
    )


def test_fragments_and_python_search_too(program, whole):
    outcome = program("fragments", whole, "буря в море", "--budget=120", "--tokenizer=cl100k")
    assert 0 == outcome.status
    assert re.search(r"\b(мор|океан|берег|шторм|побереж)", outcome.out)
    seeds = Corpus.open(str(whole)).nearest("буря в море", 3).seeds.tolist()
    shown = program("find", whole, "буря в море", "--nearest=3").out
    assert seeds == [int(seed) for seed in re.findall(r"seed (\d+)", shown)]


def test_without_the_vectors_a_line_says_what_to_install(program, tmp_path, monkeypatch):
    from hyperphrase.lexicon import navec_vectors

    monkeypatch.setattr(navec_vectors, "find_spec", lambda name: None)
    navec_vectors.navec.cache_clear()
    for options in (["--dictionary"], ["--sampler=loglinear:vectors=navec"]):
        outcome = program("run", "--lexicon=russian", *options, "--seeds=0:10", f"--output={tmp_path}/out")
        assert (2, 1) == (outcome.status, outcome.error.count("\n"))
        assert "natasha, which is not installed; pip install 'hyperphrase[russian]'" in outcome.error
    assert not (tmp_path / "out").exists()


def test_a_corpus_of_russian_sentences_is_whole(program, corpus, shards_of):
    """The law's grammar and the dictionary's vectors are those of the lexicon's language."""
    folder = corpus(
        "--lexicon=russian", "--vocabulary=20000", "--sampler=template:longest=24", "--lengths=uniform:min=4,max=9",
        "--seeds=0:2000", "--format=txt", "--text=words", "--dictionary", "--direct_num_workers=1",
    )  # fmt: skip
    assert 0 == program("verify", folder).status
    texts = shards_of(folder, "txt")[0].read_text(encoding="utf-8").splitlines()
    found = words_found(program("find", folder, "суд и закон", "--nearest=5"))
    assert set(found) <= set(texts)
    assert re.search(r"\b(суд|закон|прав)", " ".join(found))
