"""The measures of ``python -m benchmarks.semantics``: against plain loops, and on phrases whose answer is known."""

import importlib.util
import io
import json
import tarfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.semantics import agreement, measures, sentences
from benchmarks.semantics.__main__ import RESULTS
from benchmarks.semantics.measures import measure
from benchmarks.semantics.phrase_sets import (
    PHRASES,
    PhraseSet,
    of_law,
    of_russian_contexts,
    of_union_addresses,
    unavailable,
)
from hyperphrase.lexicon.lexicon import build_lexicon

DOCS = Path(__file__).parents[2] / "docs" / "semantics.md"

morphology = pytest.mark.skipif(
    importlib.util.find_spec("pymorphy3") is None, reason="pymorphy3 is in the extra bench"
)  # nothing of the package needs it
parser = pytest.mark.skipif(sentences.version() is None, reason="Link Grammar is a Debian package")


def space_of(directions):
    """Return a space whose words are "0", "1", ...; all are content words."""
    directions = np.array(directions, float)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return SimpleNamespace(directions=directions, content=lambda words: [int(word) for word in words if word != "of"])


def made_up(phrases):
    return PhraseSet("made up", [[str(word) for word in phrase] for phrase in phrases], [], 1.0)


def test_cosines_are_those_of_all_pairs_of_different_words():
    rng = np.random.default_rng(1)
    space = space_of(rng.normal(size=(30, 4)))
    phrases = rng.integers(0, 30, (100, 6)).tolist()
    found = measure(made_up(phrases), space)
    cosines = space.directions @ space.directions.T
    sets = [sorted(set(phrase)) for phrase in phrases]
    within = [np.mean([cosines[a, b] for a in one for b in one if a != b]) for one in sets]
    between = [
        cosines[a, b] for i, one in enumerate(sets) for j, other in enumerate(sets) if i != j
        for a in one for b in other if a != b
    ]  # fmt: skip
    assert np.isclose(np.mean(within), found.within)
    assert np.isclose(np.mean(between), found.between)
    assert np.isclose(sum(map(len, sets)) / 600, found.distinct)


def test_halves_belong_together_where_phrases_have_a_topic():
    rng = np.random.default_rng(1)
    space = space_of(np.repeat(rng.normal(size=(100, 30)), 10, axis=0) + 0.3 * rng.normal(size=(1000, 30)))
    topical = [[*(10 * topic + rng.permutation(10)[:8]).tolist(), "of"] for topic in range(100)]
    loose = rng.integers(0, 1000, (100, 8)).tolist()
    assert measure(made_up(topical), space).halves > 0.9
    assert measure(made_up(loose), space).halves < 0.1
    repeating = [[*phrase[:4], *phrase[:4]] for phrase in loose]
    assert measure(made_up(repeating), space).halves < 0.1  # the words of the first half do not count


@pytest.fixture(scope="module")
def english():
    return build_lexicon("english", 120_000, "stable", open)


def test_a_law_of_sentences_is_cut_into_its_sentences(english, monkeypatch):
    monkeypatch.setattr("benchmarks.semantics.phrase_sets.PHRASES", 20)
    found = of_law("template:file=english_small", english, "english")
    assert (20, {60}) == (len(found.phrases), set(map(len, found.phrases)))
    assert len({sentence[0] for sentence in found.sentences}) > 10
    lengths = [len(sentence) for sentence in found.sentences]
    assert 2 <= min(lengths) < 6 < 12 < max(lengths) <= 40
    bag = of_law("lexicon", english, "english")
    assert {10} == set(map(len, bag.sentences))


def test_what_cannot_be_measured_has_a_reason(english):
    assert unavailable("lexicon", english, "english") is None
    assert "there is no law 'no_such_law'" in unavailable("no_such_law", english, "english")
    assert "vectors" in unavailable("loglinear:vectors=navec", english, "english")


def archive_of(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, text in members.items():
            data = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return str(path)


def test_addresses_are_cut_into_windows_and_sentences(tmp_path):
    text = "Fellow-Citizens: it\u2019s 1790. " + "We are well. " * 60
    archive = archive_of(
        tmp_path / "a.tgz", {"package/data/1790.json": json.dumps({"text": text}), "package/package.json": "{}"}
    )
    found = of_union_addresses(archive)
    assert (3, {60}) == (len(found.phrases), set(map(len, found.phrases)))
    assert ["fellow-citizens", "it's"] == found.sentences[0]
    assert ["we", "are", "well"] == found.sentences[1]
    assert all(len(phrase) == 60 for phrase in found.phrases)
    assert found.bits is None  # too short to say


def test_contexts_are_cut_and_short_ones_left_out(tmp_path):
    long = "Слово " * 30 + ". Это дом . А то " + "\tдома\t был . Конец " + "слово " * 40 + "\t1\n"
    senses = "\t\tСмысл\t1\n"
    archive = archive_of(tmp_path / "b.tar.gz", {"x/nouns/RNC/дом.txt": senses + long + "Он\tдома\tбыл\t1\n"})
    found = of_russian_contexts(archive)
    assert [60] == list(map(len, found.phrases))
    assert [["это", "дом"], ["а", "то", "дома", "был"]] == [s for s in found.sentences if s]
    assert PHRASES >= len(found.phrases)


@morphology
@pytest.mark.parametrize(
    ("text", "wrong", "checked"),
    [
        ("скорая помощь", 0, 1),
        ("скорый помощь", 1, 1),
        ("в городе", 0, 1),
        ("в городом", 1, 1),
        ("врач лечила", 1, 1),
        ("собака лаяла", 0, 1),
        ("собака лаял", 1, 1),
        ("под столом", 0, 1),
        ("быстро и", 0, 0),
    ],
)
def test_agreement_is_seen_from_the_words(text, wrong, checked):
    assert (wrong, checked) == agreement.errors([text.split()])


@parser
@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("english", "the ocean left them", "the them ocean of"),
        ("russian", "яркая звезда пересекает туманность", "звезды пересекает туманностью к"),
    ],
)
def test_the_parser_accepts_sentences_alone(language, good, bad):
    assert 1.0 == sentences.accepted([good.split()] * 3, language)[0]
    assert 0.0 == sentences.accepted([bad.split()] * 3, language)[0]


def test_function_words_are_left_out(english):
    space = measures.Space(english, "glove")
    assert space.content(["the", "ocean", "it's", "of", "hurricane", "qwxzk"]) == [
        english.words.index("ocean"),
        english.words.index("hurricane"),
    ]


def test_the_document_shows_the_tables_of_the_results():
    measurements = DOCS.read_text(encoding="utf-8").partition("\n## Measurements\n")[2].partition("\n## ")[0]
    shown = [line for line in measurements.split("\n") if line.startswith("|")]
    assert len(shown) > 12
    results = RESULTS.read_text(encoding="utf-8").split("\n")
    assert [line for line in shown if line not in results] == []
