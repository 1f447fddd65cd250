"""markov: words follow each other as in the text, back off where it ends, and hostile models are refused."""

import hashlib
import io
import pickle
import random
from collections import Counter, defaultdict
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import markov as plain
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import law_from_json, parse_law
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text import markov_model
from hyperphrase.numbers.batch import Batch

WORDS = tuple("abcdefgh")


def text_of(seed, lines, words=WORDS, length=9):
    """A text whose words depend on the two before: the sum of their places, and a little chance."""
    rng = random.Random(seed)
    made = []
    for _ in range(lines):
        line = [rng.randrange(len(words))]
        for _ in range(rng.randrange(length)):
            line.append((sum(line[-2:]) + rng.choice([0, 0, 0, 1, 1, 2, 5])) % len(words))
        made.append(" ".join(words[i] for i in line))
    return "\n".join(made).encode()


TEXT = text_of(1, 400)
LINES = [[WORDS.index(word) for word in line.split()] for line in TEXT.decode().split("\n")]


def law_of(text=TEXT, **parameters):
    given = "".join(f",{name}={value}" for name, value in parameters.items())
    return parse_law(f"markov:file=text.txt{given}", SYMBOL_LAWS, "law", lambda path: io.BytesIO(text))


def bound_law_of(law, words=WORDS):
    return law.bind(len(words), lambda: SimpleNamespace(words=words))


def draw(bound, count, length, key=5):
    offsets, ids = np.arange(count + 1) * length, np.empty(count * length, np.uint32)
    bound.draw(Batch(np.uint64(key), np.arange(count, dtype=np.uint64), np.full(count, length), offsets, ids))
    return ids.reshape(count, length).tolist()


def rows(lines):
    return [[plain.START, *line] for line in lines]


def chi_square(drawn, lines, order):
    """Return (chi-square, degrees of freedom) of the words after each context, against their shares in the text."""
    after, found = defaultdict(Counter), defaultdict(Counter)
    for table, texts in ((after, rows(lines)), (found, rows(drawn))):
        for row in texts:
            for i in range(1, len(row)):
                table[tuple(row[max(0, i - order) : i])][row[i]] += 1
    value = freedom = 0
    for context, counts in found.items():
        if context not in after:
            continue
        total, all_counts = sum(counts.values()), sum(after[context].values())
        if total * min(after[context].values()) >= 5 * all_counts:
            if not counts.keys() <= after[context].keys():
                return float("inf"), 1
            freedom += len(after[context]) - 1
            value += sum(
                (counts[w] - total * n / all_counts) ** 2 / (total * n / all_counts) for w, n in after[context].items()
            )
    return value, freedom


def fits(value, freedom):
    return value < freedom + 4.5 * (2 * freedom) ** 0.5


@pytest.mark.parametrize("order", [1, 2, 3])
def test_words_follow_as_often_as_in_the_text(order):
    value, freedom = chi_square(draw(bound_law_of(law_of(order=order)), 4000, 20), LINES, order)
    assert freedom > 30
    assert fits(value, freedom)


def test_the_plain_version_draws_the_same_law():
    assert fits(*chi_square(plain.phrases(3, 4000, 20, 8, lines=LINES, order=2), LINES, 2))


def test_a_text_slightly_different_is_refused_by_the_same_statistic():
    drawn = draw(bound_law_of(law_of(TEXT + b"\na b" * 40, order=2)), 4000, 20)
    assert not fits(*chi_square(drawn, LINES, 2))
    assert not fits(*chi_square(draw(bound_law_of(law_of(order=1)), 4000, 20), LINES, 2))


def test_where_a_line_ended_the_last_words_count():
    """After (b, c) the text always ends, so what follows c alone follows; after d it always ends, so any word does."""
    bound = bound_law_of(law_of(b"a b c\na c d\nb a", order=2))
    found = defaultdict(set)
    for row in rows(draw(bound, 2000, 12)):
        for i in range(1, len(row)):
            found[tuple("^abcd"[w + 1] for w in row[max(0, i - 2) : i])].add("abcd"[row[i]])
    assert {"a", "b"} == found[("^",)]
    assert {"d"} == found[("b", "c")]
    assert {"a", "b", "c", "d"} == found[("c", "d")]
    assert {"c"} == found[("a", "b")]
    assert {"b", "c"} == found[("b", "a")], "it ended, so what follows a alone"


def test_words_that_the_lexicon_lacks_are_not_drawn():
    bound = bound_law_of(law_of(b"a b c\na x c\na x d\nx a", order=1), ("c", "a", "d", "b"))
    drawn = draw(bound, 500, 6)
    assert {1} == {phrase[0] for phrase in drawn}
    after_a = {phrase[i + 1] for phrase in drawn for i in range(5) if phrase[i] == 1}
    assert {3} == after_a, "x would follow a too"
    with pytest.raises(InputError, match="none of the text's words is in the lexicon"):
        bound_law_of(law_of(b"a b\nc d", order=1), ("p", "q"))


@given(st.integers(0, 2**63 - 1), st.integers(1, 200), st.integers(0, 200))
def test_a_prefix_is_the_beginning_of_the_phrase(seed, length, part):
    bound = bound_law_of(law_of())
    seeds, lengths = np.array([seed, seed + 1], np.uint64), np.array([length, 7])
    whole, some = np.empty(length + 7, np.uint32), np.empty(min(part, length) + 7, np.uint32)
    bound.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, length, length + 7]), whole))
    bound.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, len(some) - 7, len(some)]), some))
    assert whole[: len(some) - 7].tolist() == some[:-7].tolist()
    assert whole[length:].tolist() == some[len(some) - 7 :].tolist()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (1, "18fe1ef56f8672d7ef3170218ad9967c"),
        (2, "791f09b9c4ea073a71bfeff7b8ecb4ef"),
        (4, "a6d93cab321516c7969a1124e8e3fc46"),
    ],
)
def test_streams_are_frozen(order, expected):
    drawn = draw(bound_law_of(law_of(order=order)), 300, 150, key=2**63 + 5)
    assert expected == hashlib.sha256(np.array(drawn, "<u4").tobytes()).hexdigest()[:32]


def test_entropies_are_those_of_the_first_32_symbols():
    """One text whose first word is certain, one that is a fair coin throughout."""
    bound = bound_law_of(law_of(b"a b a a b b a", order=1), ("a", "b"))
    assert abs(bound.entropy - 31 / 32 * 0.9182958340544896) < 1e-12, "then a third against two thirds"
    assert abs(bound.collision_entropy) < 1e-12, "the first symbol is certain"
    fair = bound_law_of(law_of(b"a\nb\na a\na b\nb a\nb b", order=1), ("a", "b"))
    assert abs(fair.entropy - 1) < 1e-12
    assert abs(fair.collision_entropy - 1) < 1e-12


REFUSED = {
    "no file": ("markov:order=2", "needs file=PATH"),
    "order 0": ("markov:file=x,order=0", "from 1 to 5"),
    "order 6": ("markov:file=x,order=6", "from 1 to 5"),
    "a digest": ("markov:file=x,digest=00", "no parameter 'digest'"),
    "no such parameter": ("markov:file=x,ordr=2", "did you mean 'order'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_parameters_are_refused(case):
    text, reason = REFUSED[case]
    with pytest.raises(InputError, match=reason) as caught:
        parse_law(text, SYMBOL_LAWS, "law", lambda path: io.BytesIO(TEXT))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "too small for order=2"),
        (b"a b\nc d", "too small for order=2: it has no line of 3 words"),
        (b"a a a a", "not two different words"),
        (b"\xff a b c", "line 1 is not UTF-8"),
        (b"a b\na b \xff", "line 2 is not UTF-8"),
    ],
)
def test_texts_that_are_no_model_are_refused(text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        law_of(text)
    assert str(caught.value).startswith("law=markov:file=text.txt: ")
    assert len(str(caught.value).splitlines()) == 1


def test_a_model_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(markov_model, "MOST_BYTES", 100)
    with pytest.raises(InputError, match="give a lower order or a part of the text"):
        law_of()


def test_a_file_that_cannot_be_read_is_refused():
    def missing(path):
        raise FileNotFoundError(2, "No such file or directory", path)

    with pytest.raises(InputError, match=r"no\.txt cannot be read"):
        parse_law("markov:file=no.txt", SYMBOL_LAWS, "law", missing)


def test_the_recipe_knows_the_model_by_its_digest_and_not_its_bytes():
    law = law_of()
    bare = law_from_json(law.to_json(), SYMBOL_LAWS)
    assert law == bare
    assert hash(law) == hash(bare)
    assert law != law_of(TEXT + b"\na b c")
    assert (None, None) == (bare.attached(), pickle.loads(pickle.dumps(law)).attached())
    assert law.attached() == bare.attach(law.attached()).attached()
    assert hashlib.sha256(law.attached()).hexdigest() == law.digest
    with pytest.raises(CorruptError, match="is missing"):
        bound_law_of(bare)
    with pytest.raises(CorruptError, match="the recipe says"):
        bare.attach(law.attached() + b"x")


@pytest.mark.parametrize("order", [1, 2, 5])
def test_a_model_comes_back_from_its_file(order):
    model = markov_model.learn(TEXT, order, "text")
    back = markov_model.loads(markov_model.dumps(model))
    assert (model.order, model.words) == (back.order, back.words)
    for left, right in zip(model.levels, back.levels, strict=True):
        assert [column.tolist() for column in vars(left).values()] == [
            column.tolist() for column in vars(right).values()
        ]


@given(st.data())
def test_hostile_models_are_refused_or_drawn_from_and_never_more(data):
    good = bytearray(markov_model.dumps(markov_model.learn(text_of(2, 12), 2, "text")))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del good[data.draw(st.integers(0, len(good) - 1)) :]
    law = law_from_json({"name": "markov", "order": 2, "digest": hashlib.sha256(good).hexdigest()}, SYMBOL_LAWS)
    try:
        bound = bound_law_of(law.attach(bytes(good)))
    except (CorruptError, InputError):
        return
    assert max(map(max, draw(bound, 3, 40))) < len(WORDS)


@pytest.mark.parametrize("digest", ["", "5eed", "g" * 64, 5, None])
def test_a_recipe_without_a_digest_is_refused(digest):
    with pytest.raises(InputError):
        law_from_json({"name": "markov", "order": 2, "digest": digest}, SYMBOL_LAWS)


def test_a_text_of_too_many_words_is_refused_before_all_are_held(monkeypatch):
    monkeypatch.setattr(markov_model, "MAX_VOCABULARY", 100)
    endless = b"".join(b"w%d w\n" % i for i in range(101)) + b"\xff" * 10
    with pytest.raises(InputError, match="more than 100 different words"):
        markov_model.learn(endless, 1, "text")
