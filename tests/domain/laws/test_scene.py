"""scene: words by p(w given class, c), derivations as template's, what is refused, how well the default does."""

import functools
import hashlib
import io
import math
import random
import re
from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laws import scene as plain
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import law_from_json, parse_law
from hyperphrase.laws.lengths import Fixed
from hyperphrase.laws.meaning import discourse
from hyperphrase.laws.meaning.softmax_tables import exponentials_of, nats
from hyperphrase.laws.meaning.word_spaces import word_space
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.scenes import scene_tables
from hyperphrase.lexicon.lexicon import build_lexicon
from hyperphrase.lexicon.word_vectors import vectors_of, write_vectors
from hyperphrase.numbers.batch import Batch
from hyperphrase.numbers.philox import fill_words
from hyperphrase.phrases.recipe import Recipe

NOUNS, VERBS, FUNCTION = range(40), range(40, 60), range(60, 64)
WORDS = tuple(f"w{i}" for i in range(64))
SPACE = discourse.WordSpace(np.ones((4, 16), np.int8), 10.0)
LEXICON = SimpleNamespace(words=WORDS, frequencies=1.0 / (1 + np.arange(64) * 7 % 64), digest="0" * 64, vocabulary=64)


def named(ids, weights=None):
    return " ".join(WORDS[i] + ("" if weights is None else f"*{weights[i]}") for i in ids)


GRAMMAR = f"""S -> 3 N V | 2 F N V F N | N V C S
N ~ {named(NOUNS)}
V ~ {named(VERBS)}
F = {named(FUNCTION[:3], {60: 1, 61: 2, 62: 0.5})}
C = {named(FUNCTION[3:])}
"""


def law_of(text=GRAMMAR, vectors="gaussian", name="scene", **parameters):
    given = "".join(f",{key}={value}" for key, value in parameters.items())
    files = {"g.txt": text.encode(), "v.npy": vectors if isinstance(vectors, bytes) else b""}
    source = "v.npy" if isinstance(vectors, bytes) else vectors
    with_vectors = f",vectors={source}" if name == "scene" else ""
    return parse_law(
        f"{name}:file=g.txt{with_vectors}{given}", SYMBOL_LAWS, "law", lambda path: io.BytesIO(files[path])
    )


def bind(law, lexicon=LEXICON):
    return law.bind(len(lexicon.words), lambda: lexicon)


def draw(bound, count, length, key=5, first=0):
    offsets, ids = np.arange(count + 1) * length, np.empty(count * length, np.uint32)
    seeds = np.arange(first, first + count, dtype=np.uint64)
    bound.draw(Batch(np.uint64(key), seeds, np.full(count, length), offsets, ids))
    return ids.reshape(count, length)


def points_of(bound, count, length, key=5):
    """Return the number of the point that each phrase is about; step has to be 0."""
    means = bound.discourses(key, np.arange(count, dtype=np.uint64), np.full(count, length))
    return (means @ bound.points.T.astype(np.float64)).argmax(axis=1)


def shares_of(bound, members, a, tau, weights=None):
    """Return p(w given class, c) by the formula, in floating point, for all points: (k, members)."""
    space = word_space("gaussian", 64, LEXICON, None)
    scores = bound.points.astype(float) @ space.rows[list(members)].T / (discourse.RADIUS * space.unit * tau)
    base = LEXICON.frequencies[list(members)] ** a * (1.0 if weights is None else weights)
    tilted = base * np.exp(scores - scores.max(axis=1, keepdims=True))
    return tilted / tilted.sum(axis=1, keepdims=True)


def excess(found, shares):
    """Return chi-square of counts (k, n) against shares (k, n), in deviations from its mean."""
    mean = found.sum(axis=1, keepdims=True) * shares
    common = mean > 5
    chi = ((found - mean)[common] ** 2 / mean[common]).sum()
    freedom = common.sum() - found.shape[0]
    return (chi - freedom) / math.sqrt(2 * freedom)


def counts_by_point(bound, members, phrases, points):
    found = np.zeros((len(bound.points), len(members)))
    for i, word in enumerate(members):
        found[:, i] = np.bincount(points, (phrases == word).sum(axis=1), len(bound.points))
    return found


@pytest.fixture(scope="module")
def drawn():
    bound = bind(law_of(k=4))
    return bound, draw(bound, 60_000, 20), points_of(bound, 60_000, 20)


@pytest.mark.parametrize("members", [NOUNS, VERBS], ids=["nouns", "verbs"])
def test_words_of_a_class_are_as_probable_at_a_point_as_the_formula_says(members, drawn):
    bound, phrases, points = drawn
    found = counts_by_point(bound, members, phrases, points)
    assert abs(excess(found, shares_of(bound, members, 0.25, 0.45))) < 4.5
    assert excess(found, shares_of(bound, members, 0.25, 0.45 * 1.05)) > 10
    assert excess(found, shares_of(bound, members, 0.25, 0.45 * 0.95)) > 10
    assert excess(found, shares_of(bound, members, 0.28, 0.45)) > 10
    assert excess(found, shares_of(bound, members, 0.22, 0.45)) > 10


def test_points_are_equally_probable_and_tables_draw_what_they_say(drawn):
    _, phrases, points = drawn
    found = np.bincount(points, minlength=4)
    assert ((found - 15_000) ** 2 / 15_000).sum() < 20
    function = np.array([(phrases == i).sum() for i in FUNCTION[:3]], float)
    weights = LEXICON.frequencies[60:63] * [1, 2, 0.5]
    assert abs(excess(function[None], (weights / weights.sum())[None])) < 4.5


def test_words_that_follow_each_other_are_independent_given_the_point(drawn):
    _, phrases, points = drawn
    of = phrases[points == points[0]]
    first = of[(of[:, 0] < 40) & (of[:, 1] >= 40)]
    pairs = np.zeros((40, 20))
    np.add.at(pairs, (first[:, 0], first[:, 1] - 40), 1)
    shares = np.outer(pairs.sum(axis=1), pairs.sum(axis=0)).ravel() / pairs.sum() ** 2
    assert excess(pairs.ravel()[None], shares[None]) < 4.5


@pytest.mark.parametrize("step", [0.0, 0.3])
def test_classes_are_those_of_template_for_the_same_seed(step):
    kinds = np.repeat([0, 1, 2, 3], [40, 20, 3, 1])
    mine = draw(bind(law_of(k=4, step=step, longest=15)), 500, 33)
    its = draw(bind(law_of(name="template", longest=15)), 500, 33)
    assert (kinds[mine] == kinds[its]).all()
    assert (mine != its).any()


def test_without_a_tilt_words_are_those_of_template():
    """All vectors are equal, which stands for an infinite tau; a is 1."""
    phrases = draw(bind(law_of(vectors=write_vectors(np.ones((64, 3), np.float32)), a=1.0)), 40_000, 20)
    its = draw(bind(law_of(name="template", longest=24)), 40_000, 20, key=99)
    for members in (NOUNS, VERBS):
        found = np.array([(phrases == i).sum() for i in members], float)
        share = LEXICON.frequencies[list(members)] / LEXICON.frequencies[list(members)].sum()
        assert abs(excess(found[None], share[None])) < 4.5
        assert abs(excess(np.array([(its == i).sum() for i in members], float)[None], share[None])) < 4.5


def test_the_plain_version_draws_the_same_law(drawn):
    bound, phrases, _ = drawn
    space = word_space("gaussian", 64, LEXICON, None)
    made = plain.phrases(
        3, 3000, 20, 64, k=4,
        rules={"S": [(3, "NV"), (2, "FNVFN"), (1, "NVCS")]},
        tilted={"N": dict.fromkeys(NOUNS, 1.0), "V": dict.fromkeys(VERBS, 1.0)},
        plain={"F": {60: 1.0, 61: 2.0, 62: 0.5}, "C": {63: 1.0}},
        vectors=(space.rows / space.unit).tolist(), points=(bound.points / discourse.RADIUS).tolist(),
        frequencies=LEXICON.frequencies.tolist(),
    )  # fmt: skip
    expected = np.bincount(phrases.ravel(), minlength=64) / phrases.size
    found = np.bincount(np.array(made).ravel(), minlength=64)
    # words of a phrase share its point, so counts vary more than independent ones
    assert np.abs(found / found.sum() - expected).max() < 0.01


def test_a_mean_of_points_is_that_of_the_walk():
    """By an own walk over the words of the stream, a step at each word of a tilted class."""
    bound = bind(law_of(f"S -> N F V\nN ~ {named(NOUNS)}\nV ~ {named(VERBS)}\nF = w60 w61", k=30, step=0.5))
    near, seeds = discourse.near_points(bound.points), np.arange(50, dtype=np.uint64)
    words = np.empty(32, np.uint32)
    for seed, mean in zip(seeds, bound.discourses(5, seeds, np.full(50, 15)), strict=True):
        fill_words(words, 0, np.uint64(11), seed, np.uint64(5))
        point = (int(words[0]) * 2**32 + int(words[1])) * len(near) >> 64
        sums = bound.points[point].astype(int)
        for j in range(1, 10):  # words of the classes N and V
            if words[2 * j] < 2**31:
                point = near[point, words[2 * j + 1] >> 29]
            sums = sums + bound.points[point]
        assert np.allclose(mean, sums / 40960.0)


def test_entropies_are_those_of_the_law():
    """Of one sentence of two words; at one point; the mean of the points; a bound that holds for two points."""
    law = law_of(f"S -> N V\nN ~ {named(NOUNS)}\nV ~ {named(VERBS)}", k=2, longest=2)
    bound = bind(law)
    shares = [shares_of(bound, members, 0.25, 0.45) for members in (NOUNS, VERBS)]
    bits = sum(-(p * np.log2(p)).sum(axis=1).mean() for p in shares) / 2
    assert math.isclose(bound.entropy, bits, rel_tol=1e-3)
    alike = [np.einsum("kn,ln->kl", p, p) for p in shares]
    of_phrase = np.mean((alike[0] * alike[1]) ** 50)  # of 100 words, by two independent points
    assert bound.collision_entropy <= -math.log2(of_phrase) / 100 + 1e-9
    one = bind(law_of(f"S -> N V\nN ~ {named(NOUNS)}\nV ~ {named(VERBS)}", k=1, longest=2))
    alone = [(shares_of(one, members, 0.25, 0.45) ** 2).sum() for members in (NOUNS, VERBS)]
    assert math.isclose(one.collision_entropy, -math.log2(alone[0] * alone[1]) / 2, rel_tol=1e-3)
    moving = bind(law_of(f"S -> N V\nN ~ {named(NOUNS)}\nV ~ {named(VERBS)}", k=2, longest=2, step=0.1))
    assert moving.collision_entropy <= bound.collision_entropy


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40))
def test_a_table_draws_its_weights(weights):
    entries, figures, base = np.empty(len(weights), np.uint64), np.empty((2, 1)), np.array(weights)
    columns = scene_tables.Columns(np.zeros(len(base), np.int64), base, np.log2(base), np.array([len(base)], np.int64))
    exponentials = exponentials_of(SPACE, nats(SPACE, 1.0))
    scene_tables._fill_point(np.zeros(1, np.float32), exponentials, columns, entries, figures)
    own = (entries >> np.uint64(16)).astype(float) / 2**48
    shares = np.bincount((entries & np.uint64(0xFFFF)).astype(int), 1 - own, len(weights)) + own
    wanted = np.array(weights) / sum(weights)
    assert np.allclose(shares / len(weights), wanted, atol=1e-12, rtol=1e-6)
    assert math.isclose(figures[0, 0], -(wanted * np.log2(wanted)).sum(), abs_tol=1e-9)
    assert math.isclose(figures[1, 0], -math.log2((wanted**2).sum()), abs_tol=1e-9)


def test_equal_classes_share_a_table():
    members = (np.arange(5), np.ones(5))
    made = scene_tables.layout([members, (np.arange(4), np.ones(4)), members, members], [True, True, True, False])
    assert (len(made.tilted), len(made.plain), made.columns) == (2, 1, 9)
    assert made.table_of.tolist() == [0, 1, 0, 2]


def test_a_stop_follows_each_sentence():
    words = (*WORDS[:63], ".")
    lexicon = SimpleNamespace(words=words, frequencies=LEXICON.frequencies, digest="1" * 64, vocabulary=64)
    text = GRAMMAR.replace("| N V C S\n", "\n").replace(f"C = {named(FUNCTION[3:])}\n", "")
    kinds = "N" * 40 + "V" * 20 + "F" * 3 + "."
    for phrase in draw(bind(law_of(text, k=4, stop="true"), lexicon), 500, 30):
        assert re.fullmatch(r"((NV|FNVFN)\.)+", "".join(kinds[i] for i in phrase))
    with pytest.raises(InputError, match=r"no hyperword '\.' to end sentences with; take `lexicon=english:stop=true`"):
        bind(law_of(text, stop="true"))
    law = law_of("S -> N V\nN ~ w0 w1\nV ~ w2 w3", stop="true")
    assert law.makes(np.arange(1, 10), 64).tolist() == [n % 3 == 0 for n in range(1, 10)]


def test_a_recipe_keeps_grammar_and_vectors():
    values = np.random.default_rng(1).normal(size=(64, 7)).astype(np.float32)
    law = law_of(vectors=write_vectors(values), k=4)
    bare = law_from_json(law.to_json(), SYMBOL_LAWS)
    assert bare == law
    assert bare.attach(law.attached()) == law
    assert (draw(bind(bare.attach(law.attached())), 50, 20) == draw(bind(law), 50, 20)).all()
    with pytest.raises(CorruptError, match="digest"):
        bare.attach(GRAMMAR.encode())
    recipe = Recipe(law, Fixed(length=20), 64, "0" * 64)
    recipe.check()
    with pytest.raises(InputError, match="the file has 64 vectors and the lexicon 65 hyperwords"):
        Recipe(law, Fixed(length=20), 65, "0" * 64).check()


REFUSED = {
    "no tilted class": (GRAMMAR.replace("~", "="), {}, "no class of the grammar is tilted; write .* NAME ~ words"),
    "an empty class": (GRAMMAR + "X ~ strange\n", {}, "the lexicon has none of the 1 words of the class X"),
    "one word": (GRAMMAR + "X ~ w1 strange\n", {}, "one word only of the class X; add words"),
    "memory": (GRAMMAR, {"k": 4096}, r"the tables of 4,096 points would take .* GiB, the most is .*; give k=\d+ or"),
    "no vectors": (GRAMMAR, {}, "0 of the 60 words of the grammar's tilted classes have a vector; give vectors of"),
    "tau": (GRAMMAR, {"tau": 0.05}, r"tau=0\.05 is too small for vectors as long as .*; give "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_drawn_is_refused(case, monkeypatch):
    text, parameters, message = REFUSED[case]
    vectors = "gaussian"
    if case == "memory":
        monkeypatch.setattr(scene_tables, "MOST_BYTES", 1 << 20)
    if case == "tau":
        values = np.full((64, 64), 1.0, np.float32)
        values[0] = 100.0
        vectors = write_vectors(values)
    if case == "no vectors":
        values = np.zeros((64, 2), np.float32)
        values[63] = 1.0
        vectors = write_vectors(values)
    with pytest.raises(InputError, match=message):
        bind(law_of(text, vectors, **parameters))


def test_a_class_has_at_most_65536_words(monkeypatch):
    monkeypatch.setattr("hyperphrase.laws.scenes.scene.MOST_WORDS", 39)
    with pytest.raises(InputError, match="the class N has 40 words; give at most 39"):
        bind(law_of())


@pytest.mark.parametrize(("given", "message"), [
    ("tau=0", "tau=0.* is outside its range"),
    ("a=2", "a=2.* is outside its range"),
    ("k=0", "k=0 is outside its range"),
    ("vectors=word2vec", "word2vec cannot be read .*; give glove, navec, gaussian or the path"),
    ("file=nothing", "nothing is neither a grammar of this package nor a file"),
])  # fmt: skip
def test_options_out_of_range_are_refused(given, message):
    def nothing(path):
        raise FileNotFoundError(2, "No such file or directory", path)

    with pytest.raises(InputError, match=message):
        parse_law(f"scene:{given}", SYMBOL_LAWS, "law", nothing)


# The default, over real words


@functools.cache
def real(language):
    """Return a lexicon with ends of sentences, and the law over it."""
    lexicon = build_lexicon(f"{language}:stop=true", 60_000, "stable", lambda path: None)
    return lexicon, parse_law("scene:stop=true", SYMBOL_LAWS, "law", lambda path: None, language)


@functools.cache
def bound_to(language):
    lexicon, law = real(language)
    return bind(law, lexicon)


@pytest.mark.parametrize(("language", "digest"), [
    ("english", "7238f72604cb11f09b956f668f9b64a5"),
    ("russian", "f711287c89a227e8306f773625dfcf65"),
])  # fmt: skip
def test_streams_over_real_words_are_frozen(language, digest):
    ids = draw(bound_to(language), 300, 60)
    assert hashlib.sha256(ids.astype("<u4").tobytes()).hexdigest()[:32] == digest


def rules_of(text):
    """Return {(left, right): heads} and {one: heads} of a grammar's text, long alternatives cut in two; its classes."""
    pairs, ones, classes, start = defaultdict(set), defaultdict(set), defaultdict(set), None
    for line in text.split("\n"):
        name, sign, rest = [*line.split(maxsplit=2), "", "", ""][:3]
        if sign in ("=", "~"):
            for word in rest.split():
                classes[word.partition("*")[0]].add(name)
        elif sign == "->":
            start = start or name
            for part in rest.split("|"):
                symbols = [s for s in part.split() if not re.fullmatch(r"[\d.]+", s)]
                head = name
                while len(symbols) > 2:
                    tail = " ".join(symbols[1:])
                    pairs[symbols[0], tail].add(head)
                    head, symbols = tail, symbols[1:]
                (ones[symbols[0]] if len(symbols) == 1 else pairs[tuple(symbols)]).add(head)
    return pairs, ones, classes, start


def is_sentence(words, rules):
    """Tell whether the grammar derives the words: Cocke, Younger and Kasami's parser, written for this test."""
    pairs, ones, classes, start = rules

    def with_heads(found):
        waiting = list(found)
        while waiting:
            for head in ones[waiting.pop()] - found:
                found.add(head)
                waiting.append(head)
        return found

    spans = {(i, i + 1): with_heads(set(classes.get(word, ()))) for i, word in enumerate(words)}
    for n in range(2, len(words) + 1):
        for i in range(len(words) - n + 1):
            found = set()
            for j in range(i + 1, i + n):
                left, right = spans[i, j], spans[j, i + n]
                found.update(*(heads for (a, b), heads in pairs.items() if a in left and b in right))
            spans[i, i + n] = with_heads(found)
    return start in spans[0, len(words)]


@pytest.mark.parametrize("language", ["english", "russian"])
def test_phrases_are_sentences_of_the_grammar_and_shuffled_ones_are_not(language):
    lexicon, law = real(language)
    rules, rng = rules_of(law.text().decode()), random.Random(1)
    sentences = []
    for phrase in draw(bound_to(language), 8, 60).tolist():
        words = [lexicon.words[i] for i in phrase]
        assert words[-1] == "."
        sentences += [part.split() for part in " ".join(words).removesuffix(" .").split(" . ")]
    assert all(is_sentence(sentence, rules) for sentence in sentences)
    shuffled = [rng.sample(sentence, len(sentence)) for sentence in sentences if len(sentence) > 5]
    assert sum(is_sentence(sentence, rules) for sentence in shuffled) <= len(shuffled) / 5


def quality(bound, lexicon, law, rows):
    """Return cosine of content words in a phrase less that of two phrases, and the share of halves found among 100."""
    ids = {word: i for i, word in enumerate(lexicon.words)}
    content = np.zeros(len(ids), bool)
    for words, tilted in zip(law.grammar().classes, law.grammar().tilted, strict=True):
        content[[ids[word] for word in words if word in ids]] |= tilted
    content &= rows.any(axis=1)
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    inside, means, found = [], [], 0
    phrases = draw(bound, 300, 60)
    for first in range(0, 300, 100):
        halves = []
        for phrase in phrases[first : first + 100]:
            words = phrase[content[phrase]]
            total = unit[words].sum(axis=0)
            inside.append((total @ total - len(words)) / (len(words) * (len(words) - 1)))
            means.append(total / len(words))
            one, two = (part[content[part]] for part in (phrase[:30], phrase[30:]))
            halves.append((unit[one].sum(axis=0), unit[two[~np.isin(two, one)]].sum(axis=0)))
        one, two = (np.array(half) / np.linalg.norm(half, axis=1, keepdims=True) for half in zip(*halves, strict=True))
        found += int(((two @ one.T).argmax(axis=1) == np.arange(100)).sum())
    total = np.sum(means, axis=0)
    between = (total @ total - sum(mean @ mean for mean in means)) / (300 * 299)
    return float(np.mean(inside) - between), found / 300


@pytest.mark.parametrize(("language", "kind", "least"), [("english", "glove", 0.2), ("russian", "navec", 0.1)])
def test_scenes_stay_about_one_thing_and_sentences_alone_do_not(language, kind, least):
    lexicon, law = real(language)
    rows = vectors_of(lexicon, kind).values
    difference, halves = quality(bound_to(language), lexicon, law, rows)
    assert difference >= least
    assert halves >= 0.75
    template = parse_law("template", SYMBOL_LAWS, "law", lambda path: None, language)
    difference, halves = quality(bind(template, lexicon), lexicon, template, rows)
    assert abs(difference) < 0.02
    assert halves < 0.1


def test_a_mixture_draws_scenes_beside_other_laws():
    text = "mixture:1*scene:file=g.txt,vectors=gaussian,k=4+1*uniform"
    law = parse_law(text, SYMBOL_LAWS, "law", lambda path: io.BytesIO(GRAMMAR.encode()))
    again = law_from_json(law.to_json(), SYMBOL_LAWS).attach(law.attached())
    drawn, scenes = draw(bind(again), 400, 20), draw(bind(law_of(k=4)), 400, 20)
    same = (drawn == scenes).all(axis=1)
    assert 120 < same.sum() < 280
