"""template: derivations by the grammar on the condition of their length, grammars that are refused, English."""

import hashlib
import io
import itertools
import math
import pickle
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import template as plain
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import law_from_json, parse_law
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text import template_tables
from hyperphrase.laws.text.template_grammar import parse
from hyperphrase.numbers.batch import Batch

WORDS = tuple("abcdefgh")
LEXICON = SimpleNamespace(words=WORDS, frequencies=np.array([8.0, 7, 6, 5, 4, 3, 2, 1]))
GRAMMAR = """# recursion, a rule of one name, one of three, words of two classes
S -> 3 N V | 2 N V O | .5 S C S
O -> 2 N | N P N
N = a*2 b
V = c d*3
C = e
P = f a
"""


def law_of(text=GRAMMAR, **parameters):
    given = "".join(f",{name}={value}" for name, value in parameters.items())
    return parse_law(f"template:file=g.txt{given}", SYMBOL_LAWS, "law", lambda path: io.BytesIO(text.encode()))


def draw(law, count, length, key=5, lexicon=LEXICON):
    bound = law.bind(len(lexicon.words), lambda: lexicon)
    offsets, ids = np.arange(count + 1) * length, np.empty(count * length, np.uint32)
    bound.draw(Batch(np.uint64(key), np.arange(count, dtype=np.uint64), np.full(count, length), offsets, ids))
    return ids.reshape(count, length)


def derived(symbol, length, rules):
    """Return {words: probability} of all that a symbol becomes in so many words, derivation by derivation."""
    found = Counter()
    if symbol not in rules:
        return {(symbol,): 1.0} if length == 1 else {}
    total = sum(weight for weight, _ in rules[symbol])
    for weight, symbols in rules[symbol]:
        for cut in itertools.combinations(range(1, length), len(symbols) - 1):
            bounds = [0, *cut, length]
            parts = [derived(one, b - a, rules).items() for one, a, b in zip(symbols, bounds, bounds[1:], strict=False)]
            for choice in itertools.product(*parts):
                found[sum((words for words, _ in choice), ())] += weight / total * math.prod(p for _, p in choice)
    return found


def exact(length, frequencies, longest=40):
    """Return {ids: probability} of all phrases of a length, from GRAMMAR and by listing."""
    f = dict(zip(WORDS, LEXICON.frequencies if frequencies else np.ones(8), strict=True))
    rules = {
        "S": [(3, "NV"), (2, "NVO"), (0.5, "SCS")],
        "O": [(2, "N"), (1, "NPN")],
        "N": [(2 * f["a"], "a"), (f["b"], "b")],
        "V": [(f["c"], "c"), (3 * f["d"], "d")],
        "C": [(1, "e")],
        "P": [(f["f"], "f"), (f["a"], "a")],
    }
    sentences = {n: derived("S", n, rules) for n in range(1, min(length, longest) + 1)}
    if longest <= length:  # else what is left out is a millionth
        among = sum(sum(row.values()) for row in sentences.values())
        sentences = {n: {words: p / among for words, p in row.items()} for n, row in sentences.items()}
    rows = [{(): 1.0}]
    for n in range(1, length + 1):
        row = Counter()
        for m in range(1, min(n, longest) + 1):
            for (first, p), (rest, q) in itertools.product(sentences[m].items(), rows[n - m].items()):
                row[first + rest] += p * q
        rows.append(row)
    total = sum(rows[length].values())
    return {tuple(WORDS.index(word) for word in words): p / total for words, p in rows[length].items()}


def chi_square(phrases, expected):
    """Return (chi-square, degrees of freedom); what is rarer than five times in all counts as one."""
    counts = Counter(map(tuple, phrases))
    if not counts.keys() <= expected.keys():
        return math.inf, 1
    common = {words for words, p in expected.items() if p * len(phrases) >= 5}
    rows = [(counts[words], expected[words] * len(phrases)) for words in common]
    rest = len(phrases) - sum(found for found, _ in rows), len(phrases) - sum(mean for _, mean in rows)
    rows += [rest] if rest[1] > 5 else []
    return sum((found - mean) ** 2 / mean for found, mean in rows), len(rows) - 1


def fits(value, freedom):
    return value < freedom + 4.5 * math.sqrt(2 * freedom)


@pytest.mark.parametrize("length", [2, 3, 5, 6, 7])
@pytest.mark.parametrize("frequencies", [True, False])
def test_phrases_of_a_length_are_as_probable_as_the_grammar_says(length, frequencies):
    drawn = draw(law_of(frequencies=str(frequencies).lower()), 30_000, length).tolist()
    value, freedom = chi_square(drawn, exact(length, frequencies))
    assert freedom >= 3
    assert fits(value, freedom)


def test_sentences_are_no_longer_than_the_longest():
    assert fits(*chi_square(draw(law_of(longest=5), 60_000, 7).tolist(), exact(7, True, 5)))


def test_the_plain_version_draws_the_same_law():
    words = {word: (i, LEXICON.frequencies[i]) for i, word in enumerate(WORDS)}
    theirs = plain.phrases(1, 20_000, 6, 8, grammar=GRAMMAR, words=words)
    assert fits(*chi_square(theirs, exact(6, True)))


@pytest.mark.parametrize(("was", "now"), [("3 N V |", "3.6 N V |"), ("a*2", "a*2.1"), (".5 S C", ".6 S C")])
def test_a_slightly_different_grammar_is_refused_by_the_same_statistic(was, now):
    assert not fits(*chi_square(draw(law_of(GRAMMAR.replace(was, now)), 150_000, 7).tolist(), exact(7, True)))


def test_lengths_are_those_that_sentences_add_up_to():
    law = law_of("S -> A A A | A A A A A\nA = a", longest=5)
    assert [n for n in range(1, 13) if law.makes(np.array([n]), 8)[0]] == [3, 5, 6, 8, 9, 10, 11, 12]
    bare = law_from_json(law.to_json(), SYMBOL_LAWS)
    assert bare.makes(np.arange(5), 8).all(), "without its file it cannot tell"


def test_words_that_the_lexicon_lacks_are_not_drawn():
    law = law_of("S -> A\nA = a strange b words")
    assert {0, 1} == set(draw(law, 100, 4).ravel().tolist())
    with pytest.raises(InputError, match=r"none of the 2 words of the class A"):
        draw(law_of("S -> A\nA = strange words"), 1, 1)


def test_entropies_are_those_of_derivations(monkeypatch):
    """Fair choices of one of four words; two rules that give one word are two derivations; all phrases of six words."""
    bound = law_of("S -> A\nA = a b c d", frequencies="false").bind(8, lambda: LEXICON)
    assert (2.0, 2.0) == (bound.entropy, bound.collision_entropy)
    bound = law_of("S -> A | B\nA = a\nB = a").bind(8, lambda: LEXICON)
    assert (1.0, 1.0) == (bound.entropy, bound.collision_entropy)
    monkeypatch.setattr(template_tables, "_MEASURED", 6)
    bound, p = law_of(longest=6).bind(8, lambda: LEXICON), np.array(list(exact(6, True, 6).values()))
    assert math.isclose(-(p * np.log2(p)).sum() / 6, bound.entropy, rel_tol=1e-9)
    assert math.isclose(-math.log2((p**2).sum()) / 6, bound.collision_entropy, rel_tol=1e-9)


@given(st.integers(0, 2**63 - 1), st.integers(2, 200), st.integers(0, 200))
def test_a_prefix_is_the_beginning_of_the_phrase(seed, length, part):
    part = min(part, length)
    seeds, lengths = np.array([seed, seed + 1], np.uint64), np.array([length, 7])
    whole, some = np.empty(length + 7, np.uint32), np.empty(part + 7, np.uint32)
    SAMPLER.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, length, length + 7]), whole))
    SAMPLER.draw(Batch(np.uint64(9), seeds, lengths, np.array([0, part, part + 7]), some))
    assert [*whole[:part].tolist(), *whole[length:].tolist()] == some.tolist()


SAMPLER = law_of().bind(8, lambda: LEXICON)


@pytest.mark.parametrize(
    ("parameters", "length", "expected"),
    [
        ({}, 150, "205e16f346f0393670d89c2c8fa12b8a"),
        ({"frequencies": "false", "longest": 9}, 300, "afe3674299510b14c73ba21b448470af"),
        ({"longest": 100}, 100, "4a2f3f3d1e2ca308d205dbdf125871ee"),
    ],
)
def test_streams_are_frozen(parameters, length, expected):
    drawn = draw(law_of(**parameters), 300, length, key=2**63 + 5)
    assert expected == hashlib.sha256(drawn.astype("<u4").tobytes()).hexdigest()[:32]


REFUSED = {
    "nothing": ("", "has no rules"),
    "classes alone": ("A = a", "has no rules"),
    "no form": ("S -> A\nwhat is this\nA = a", r"line 2 is not a rule; write NAME -> NAME"),
    "no name": ("S -> A\n1A = a", "line 2 is not a rule"),
    "a long name": ("S -> A\n" + "A" * 41 + " = a", "line 2 is not a rule; .* names have 40 letters at most"),
    "a long name in a rule": ("S -> " + "A" * 41, "which is no name"),
    "many alternatives": ("S -> A" + "|A" * 5000 + "\nA = a", "line 1 has more than 5000 alternatives"),
    "undefined": ("S -> Noun Verb\nNoun = a\nVreb = b", "S uses 'Verb', which is not defined.*did you mean 'Vreb'"),
    "empty alternative": ("S -> A |\nA = a", "line 1 has an alternative of too many names or none"),
    "empty rule": ("S ->\nA = a", "line 1 has an alternative"),
    "weight alone": ("S -> 2 | A\nA = a", "line 1 has an alternative"),
    "a word in a rule": ("S -> A ,\nA = a", "has ',', which is no name"),
    "empty class": ("S -> A\nA =", "the class A has no words"),
    "twice": ("S -> A\nA = a b a", "line 2 repeats the word 'a'"),
    "both": ("S -> A\nA = a\nA -> S", "line 3 makes A both a rule and a class"),
    "weight 0": ("S -> 0 A | A\nA = a", "line 1 has the weight 0"),
    "weight too large": ("S -> A\nA = a*1e99", "line 2 has the weight 1e99"),
    "itself": ("S -> T | A\nT -> S\nA = a", "S can become itself alone"),
    "never ends": ("S -> S A\nA = a", "makes no sentence of at most 40 words"),
    "too long": ("S -> T T\nT -> U U\nU -> V V\nV -> W W\nW -> X X\nX -> A A\nA = a", "no sentence of at most 40"),
    "too many names": ("S -> " + "A " * 33 + "\nA = a", "of too many names"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_grammar_is_refused(case):
    text, reason = REFUSED[case]
    with pytest.raises(InputError, match=reason) as caught:
        law_of(text)
    assert str(caught.value).startswith("law=template:file=g.txt: g.txt")
    assert len(str(caught.value).splitlines()) == 1


def test_a_grammar_too_large_for_its_longest_sentence_is_refused():
    rules = "\n".join(f"N{i} -> N{i} N{i} | A" for i in range(900))
    with pytest.raises(InputError, match="too many rules for longest=100"):
        law_of(f"{rules}\nA = a", longest=100)


def test_wrong_parameters_are_refused():
    for text in ("template:longest=0", "template:longest=101", "template:frequencies=maybe", "template:digest=00"):
        with pytest.raises(InputError):
            parse_law(text, SYMBOL_LAWS, "law", None)


def test_the_recipe_knows_the_grammar_by_its_digest_and_not_its_bytes():
    law = law_of()
    bare = law_from_json(law.to_json(), SYMBOL_LAWS)
    assert law == bare == pickle.loads(pickle.dumps(law))
    assert (None, GRAMMAR.encode()) == (pickle.loads(pickle.dumps(law)).attached(), law.attached())
    assert draw(law, 20, 9).tolist() == draw(bare.attach(law.attached()), 20, 9).tolist()


@given(st.data())
def test_hostile_grammars_are_refused_or_drawn_from(data):
    good = bytearray(GRAMMAR.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.sampled_from(b"S N->|=*a1.\n \xff\0"))
    law = {"name": "template", "longest": 9, "frequencies": True, "digest": hashlib.sha256(good).hexdigest()}
    try:
        attached = law_from_json(law, SYMBOL_LAWS).attach(bytes(good))
        length = int(np.flatnonzero(attached.makes(np.arange(1, 30), 8))[0]) + 1
        drawn = draw(attached, 3, length)
    except (CorruptError, InputError):
        return
    assert drawn.max() < 8


def test_a_class_with_a_tilde_is_tilted_and_drawn_by_template_as_any_other():
    text = GRAMMAR.replace("N =", "N ~")
    assert [name for name, tilted in zip(parse(text, "g").names, parse(text, "g").tilted, strict=False) if tilted] == [
        "N"
    ]
    assert draw(law_of(text), 500, 9).tolist() == draw(law_of(), 500, 9).tolist()


def test_a_class_is_written_with_one_sign():
    with pytest.raises(InputError, match=r"g\.txt: line 8 has N with =, an earlier line with ~; write one"):
        law_of(GRAMMAR.replace("N =", "N ~") + "N = d\n")
