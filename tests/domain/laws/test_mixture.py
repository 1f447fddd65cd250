"""mixture: each phrase is that of one of its laws, chosen by its weight; its grammar, its JSON and what it refuses."""

import hashlib
import io
import json
import math
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import mixture as plain
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import law_from_json, parse_law
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.numbers.batch import Batch

TEXT = b"a b c\nb a c d\n" * 20
LEXICON = SimpleNamespace(words=tuple("abcdefgh"), frequencies=np.arange(8, 0, -1.0))


def law_of(text):
    return parse_law(f"mixture:{text}", SYMBOL_LAWS, "law", lambda path: io.BytesIO(TEXT))


def draw(law, vocabulary, count, length, key=5):
    bound = law.bind(vocabulary, lambda: LEXICON).for_lengths(np.array([length]))
    offsets, ids = np.arange(count + 1) * length, np.empty(count * length, np.uint32)
    bound.draw(Batch(np.uint64(key), np.arange(count, dtype=np.uint64), np.full(count, length), offsets, ids))
    return ids.reshape(count, length)


def origins(drawn, law, vocabulary, key=5):
    """Return which law gives each phrase; all phrases of all laws differ."""
    count, length = drawn.shape
    whole = [draw(single, vocabulary, count, length, key).tolist() for single in law.laws]
    return [next(i for i in range(len(whole)) if whole[i][seed] == row) for seed, row in enumerate(drawn.tolist())]


def chi_square(counts, weights):
    expected = sum(counts) * np.array(weights) / sum(weights)
    return ((np.array(counts) - expected) ** 2 / expected).sum()


def test_each_phrase_is_that_of_one_law_as_often_as_its_weight_says():
    law = law_of("0.5*zipf:s=1.0+0.2*uniform+1.3*zipf:s=2,beta=5+1e-1*repetition:m=3")
    found = origins(draw(law, 1000, 40_000, 8), law, 1000)
    counts = np.bincount(found, minlength=4)
    assert chi_square(counts, [0.5, 0.2, 1.3, 0.1]) < 3 + 4.5 * math.sqrt(6)
    assert chi_square(counts, [0.5, 0.2, 1.3, 0.13]) > 3 + 4.5 * math.sqrt(6), "a wrong weight is refused"


def test_the_plain_version_draws_the_same_law():
    """Of two laws, one of which gives small ids alone: the share of phrases whose ids are all below 3."""
    law = law_of("0.3*zipf:s=20+0.7*uniform")
    theirs = plain.phrases(1, 20_000, 6, 1000, components=law.to_json()["components"])
    for phrases in (draw(law, 1000, 20_000, 6).tolist(), theirs):
        small = sum(max(phrase) < 3 for phrase in phrases)
        assert chi_square([small, 20_000 - small], [0.3, 0.7]) < 1 + 4.5 * math.sqrt(2)


def test_a_component_decides_the_length_of_its_phrases():
    law = law_of("0.5*uniform+0.5*set")
    bound = law.bind(10, None).for_lengths(np.array([9]))
    seeds, drawn = np.arange(2000, dtype=np.uint64), np.full(2000, 9)
    alone = law.laws[1].bind(10, None).for_lengths(np.array([9])).lengths(np.uint64(5), seeds, drawn)
    lengths = bound.lengths(np.uint64(5), seeds, drawn)
    assert set(lengths.tolist()) == {9, *alone.tolist()}
    assert ((lengths == 9) | (lengths == alone)).all()


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20), st.integers(1, 40), st.integers(1, 45))
def test_prefixes_and_rows_are_the_beginnings_of_phrases(seeds, length, part):
    bound = MIXED.bind(8, lambda: LEXICON).for_lengths(np.array([length]))
    seeds, lengths, count = np.array(seeds, np.uint64), np.full(len(seeds), length), len(seeds)
    cut = min(part, length)
    whole, some = np.empty(count * length, np.uint32), np.empty(count * cut, np.uint32)
    rows = np.empty((part, count), np.uint32)
    bound.draw(Batch(np.uint64(9), seeds, lengths, np.arange(count + 1) * length, whole))
    bound.draw(Batch(np.uint64(9), seeds, lengths, np.arange(count + 1) * cut, some))
    bound.draw_rows(np.uint64(9), seeds, lengths, rows)
    expected = whole.reshape(count, length)[:, :cut].tolist()
    assert expected == some.reshape(count, cut).tolist()
    assert expected == rows[:cut].T.tolist()


MIXED = law_of("1*uniform+2*nest:q=0.4+0.5*markov:file=x,order=1+3*lexicon")


@pytest.mark.parametrize(
    ("text", "vocabulary", "expected"),
    [
        ("0.7*zipf:s=1.0+0.3*nest:q=0.4", 250_000, "c63cd2aa43b478002bdf6ad26d86942d"),
        ("1*uniform+1*dyck:k=5,p=0.4", 10, "3e9495a4c4326bc62a17c3d45ba029f1"),
    ],
)
def test_streams_are_frozen(text, vocabulary, expected):
    drawn = draw(law_of(text), vocabulary, 300, 150, key=2**63 + 5)
    assert expected == hashlib.sha256(drawn.astype("<u4").tobytes()).hexdigest()[:32]


@pytest.mark.parametrize(
    "text",
    [
        "0.7*zipf:s=1.0+0.3*nest:q=0.4",
        "7*uniform+3.*lexicon",
        "1e-3*zipf:s=1e+0,beta=2.7+1E+2*uniform+.5*lexicon",
        "0.5*zipf:s=1,beta=2+0.5*zipf:s=2,beta=3",
        "+.5*zipf:s=+1.0++5.*uniform",
    ],
)
def test_a_mixture_comes_back_from_its_text_and_its_json(text):
    law = law_of(text)
    assert law == parse_law(str(law), SYMBOL_LAWS, "law", None)
    assert law == law_from_json(json.loads(json.dumps(law.to_json())), SYMBOL_LAWS)
    assert hash(law) == hash(law_of(text))
    assert len(law.laws) == text.count("*")


def test_weights_and_laws_are_read_as_written():
    law = law_of("1e-3*zipf:s=1e+0,beta=2.7+1E+2*uniform")
    assert (0.001, 100.0) == law.weights
    assert Zipf(s=1.0, beta=2.7) == law.laws[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", r"is not WEIGHT\*LAW"),
        ("zipf", r"is not WEIGHT\*LAW"),
        ("0.5*zipf", "has 1 laws; give 2 to 64"),
        ("+".join(65 * ["1*uniform"]), "has 65 laws"),
        ("0*zipf+1*uniform", "a weight is from"),
        ("1e999*zipf+1*uniform", "a weight is from"),
        ("1_0*zipf+1*uniform", r"is not WEIGHT\*LAW"),
        ("0.5.*zipf+1*uniform", r"is not WEIGHT\*LAW"),
        ("-1*zipf+1*uniform", r"is not WEIGHT\*LAW"),
        ("1*zopf+1*uniform", "did you mean 'zipf'"),
        ("1*zipf:s=99+1*uniform", "outside its range"),
        ("1*zipf:s+1*uniform", "is not key=value"),
        ("1*uniform+1*mixture:1*zipf", "cannot contain a mixture"),
        ("1*dyck:k=3+1*shuffle_dyck:k=4", "different numbers of symbols"),
        ("1*markov:order=2+1*uniform", "needs file=PATH"),
    ],
)
def test_what_is_no_mixture_is_refused(text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        law_of(text)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"components": []},
        {"components": {}},
        {"components": [{"weight": 0.5, "law": {"name": "uniform"}}]},
        {"components": 2 * [{"weight": 1, "law": {"name": "uniform"}}]},
        {"components": 2 * [{"weight": float("nan"), "law": {"name": "uniform"}}]},
        {"components": 2 * [{"weight": 0.5, "law": {"name": "mixture", "components": []}}]},
        {"components": 2 * [{"weight": 0.5, "law": "uniform"}]},
        {"components": 2 * [[0.5, {"name": "uniform"}]]},
    ],
)
def test_json_that_nearly_is_a_mixture_is_refused(data):
    with pytest.raises(InputError):
        law_from_json({"name": "mixture", **data}, SYMBOL_LAWS)


def test_laws_agree_on_vocabulary_lengths_and_seeds():
    law = law_of("1*uniform+1*dyck:k=5")
    assert law.vocabulary() == 10
    assert law.makes(np.arange(1, 7), 10).tolist() == [False, True, False, True, False, True]
    assert law_of("1*uniform+1*zipf").vocabulary() is None
    with pytest.raises(InputError, match=r"^nest:.*: "):
        law_of("1*uniform+1*nest:paired=true").check(7)
    lengths = LENGTH_LAWS["geometric"](min=1, max=3)
    with pytest.raises(InputError, match=r"^exhaustive: "):
        law_of("1*uniform+1*exhaustive").check_lengths(lengths)
    assert law_of("1*uniform+1*exhaustive").seed_stop(np.array([1, 2]), 10) == 110


def test_entropies_are_the_mean_and_the_least():
    law = law_of("1*uniform+3*zipf:s=1.0")
    uniform, zipf = (single.bind(100, None) for single in law.laws)
    mixed = law.bind(100, None)
    assert math.isclose((uniform.entropy + 3 * zipf.entropy) / 4, mixed.entropy)
    assert zipf.collision_entropy == mixed.collision_entropy


def test_files_of_its_laws_go_with_it():
    law = law_of("1*markov:file=x,order=1+1*uniform+2*markov:file=x,order=2")
    bare = law_from_json(law.to_json(), SYMBOL_LAWS)
    assert (None, law) == (pickle.loads(pickle.dumps(law)).attached(), bare)
    back = bare.attach(law.attached())
    assert [single.attached() for single in law.laws] == [single.attached() for single in back.laws]
    assert draw(law, 8, 50, 9).tolist() == draw(back, 8, 50, 9).tolist()
    data = law.attached()
    for wrong in (b"", data[:-1], data + b"\0", data[1:], data[:3], b"\xff" * 8):
        with pytest.raises(CorruptError):
            bare.attach(wrong)
    with pytest.raises(CorruptError):
        law_of("1*uniform+1*zipf").attach(data)
