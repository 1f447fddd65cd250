"""``loglinear``: the softmax of every point, the walk between points, and what RAND-WALK says of its words."""

import hashlib
import io
import json
import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.laws import loglinear as plain
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws import kept_tables
from hyperphrase.laws.grammar import law_from_json, parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.meaning import discourse, head_tables
from hyperphrase.laws.meaning.loglinear import Loglinear
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.word_vectors import GLOVE_DIGEST, NAVEC_DIGEST, WordVectors, write_vectors
from hyperphrase.numbers.batch import Batch
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe
from tests.domain.laws.plain_loglinear import phrase

# (options, vocabulary) -> first half of the SHA-256 of the ids of seeds 0..199, 100 symbols each.
# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    ("vectors=gaussian,k=200", 20_000): "fa303c7a376bc1c8d89d6a52f2af2579",
    ("vectors=gaussian,a=0,tau=1.0,step=0.5,k=16", 500): "1592741c9af42d242411efdf9ea08382",
    ("vectors=glove,k=64", 12): "16455ffe7cc50fa0964c6823a57d8ddd",
}
WORDS = ("the", "sea", "ocean", "ship", "tax", "income", "bank", "stormy", "night", "dog", "cat", "qqqq")


def law_of(options, data=b""):
    return parse_law(f"loglinear:{options}", SYMBOL_LAWS, "law", lambda path: io.BytesIO(data))


def bound_law_of(options, vocabulary, data=b""):
    words = WORDS[:vocabulary]
    lexicon = SimpleNamespace(words=words, frequencies=1.0 / np.arange(1.0, vocabulary + 1))
    law = law_of(options, data)
    law.check(vocabulary)
    return law.bind(vocabulary, lambda: lexicon)


def draw(law, count, length, key=1, first=0):
    """Return phrases as an array (count, length)."""
    seeds, offsets = seed_range(first, first + count), np.arange(count + 1) * length
    ids = np.empty(offsets[-1], np.uint32)
    law.draw(Batch(np.uint64(key), seeds, np.full(count, 2 * length), offsets, ids))
    return ids.reshape(count, length)


def softmax(law, a, tau):
    """Return p(w given c) of every point by the formula: (points, V)."""
    vectors = law.space.rows.astype(np.float64) / law.space.unit
    logs = law.points.astype(np.float64) @ vectors.T / (4096.0 * tau) - a * np.log(np.arange(1, len(vectors) + 1))
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def excess(ids, p):
    """Return by how many standard deviations chi-square of ``ids`` under ``p`` is too high (Wilson and Hilferty)."""
    expected = p * len(ids)
    common = expected >= 8
    observed = np.bincount(ids, minlength=len(p)).astype(np.float64)
    cells = np.append(expected[common], expected[~common].sum())
    seen = np.append(observed[common], observed[~common].sum())
    if cells[-1] == 0:
        assert seen[-1] == 0
        cells, seen = cells[:-1], seen[:-1]
    n = len(cells) - 1
    chi_square = ((seen - cells) ** 2 / cells).sum()
    return ((chi_square / n) ** (1 / 3) - (1 - 2 / (9 * n))) / np.sqrt(2 / (9 * n))


@pytest.mark.parametrize(("recipe", "expected"), GOLDEN.items(), ids=str)
def test_streams_are_frozen(recipe, expected):
    assert expected == hashlib.sha256(draw(bound_law_of(*recipe), 200, 100).astype("<u4").tobytes()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("options", "vocabulary"), [("a=0.5,tau=1.0", 30_000), ("a=0.0,tau=0.4", 12_000), ("a=1.0,tau=0.7", 300)]
)
def test_words_follow_the_softmax_of_their_point(options, vocabulary):
    """Where there are more words than a head has, and where there are fewer."""
    law = bound_law_of(f"{options},k=1,vectors=gaussian", vocabulary)
    a, tau = (float(part[-3:]) for part in options.split(","))
    ids = draw(law, 10_000, 100).ravel()
    p = softmax(law, a, tau)[0]
    assert abs(excess(ids, p)) < 4.5
    assert excess(ids, softmax(law, a + 0.03, tau)[0]) > 6
    assert excess(ids, softmax(law, a, tau * 1.05)[0]) > 6
    assert np.isclose(-(p * np.log2(p)).sum(), law.entropy, rtol=1e-9)
    assert np.isclose(-np.log2((p * p).sum()), law.collision_entropy, rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "vocabulary", "lengths"),
    [
        ("a=0.5,tau=1.0,k=3,step=0.1", 30_000, [100] * 45),  # more than one group, and many proposals
        ("a=0.0,tau=0.4,k=40,step=0.5", 12_000, [0, 1, 0, 0, 4093, 3, 900, 0, 5, 0]),
        ("k=2,step=0", 300, [1] * 30 + [0]),
        ("k=1,step=1", 2, []),
    ],
)
def test_phrases_are_those_of_plain_python(options, vocabulary, lengths):
    law = bound_law_of(f"{options},vectors=gaussian", vocabulary)
    seeds, key = seed_range(7, 7 + len(lengths)) ** np.uint64(9), 0xC0FFEE << 40 | 5
    offsets = np.append(0, np.cumsum(lengths, dtype=np.int64))
    ids = np.empty(offsets[-1], np.uint32)
    law.draw(Batch(np.uint64(key), seeds, np.array(lengths, np.int64), offsets, ids))
    expected = [phrase(law, seed, length, key) for seed, length in zip(seeds.tolist(), lengths, strict=True)]
    assert [word for words in expected for word in words] == ids.tolist()


def test_ties_in_a_head_are_decided_by_all_bits():
    law = bound_law_of("a=0.5,tau=1.0,k=2,vectors=gaussian", 20_000)
    entries, tails = law.tables.heads
    columns = np.arange(8192, dtype=np.uint64)
    for point, more in ((0, -1), (1, 0), (1, 1)):
        threshold = ((entries[point] >> np.uint64(42)) << np.uint64(18)) | tails[point]
        bits = (columns << np.uint64(51)) | ((threshold + np.uint64(more % 2**64)) << np.uint64(11))
        both = (threshold > 0) & (threshold < (1 << 40) - 1)  # what is below and above is inside the column
        out, points = np.empty(8192, np.uint32), np.full(8192, point, np.uint32)
        firsts, seconds = (bits >> np.uint64(32)).astype(np.uint32), bits.astype(np.uint32)
        head_tables.look_up_heads(firsts, seconds, points, law.tables.heads, np.empty(8192, np.uint64), out)
        shift = np.uint64(21 if more < 0 else 0)
        expected = (entries[point] >> shift) & np.uint64((1 << 21) - 1)
        assert both.sum() > 4000
        np.testing.assert_array_equal(out[both], expected[both])


def test_words_outside_the_head_follow_it_too():
    law = bound_law_of("a=0.5,tau=1.0,k=1,vectors=gaussian", 30_000)
    assert law.acceptance < 0.8  # the rest is proposed often, and refused often
    scores = law.space.rows.astype(np.int64) @ law.points[0] + law.tables.rows.view(np.int32)[:, -1]
    outside = np.flatnonzero(scores <= law.tables.bounds[0])
    assert 30_000 - 8191 <= len(outside) < 30_000 - 7000
    p = softmax(law, 0.5, 1.0)[0]
    assert 0.05 < p[outside].sum() < 0.6
    ids = draw(law, 3000, 100).ravel()
    ids = ids[np.isin(ids, outside)]
    rest = np.zeros_like(p)
    rest[outside] = p[outside] / p[outside].sum()
    assert abs(excess(ids, rest)) < 4.5
    assert excess(ids, np.where(rest > 0, np.sqrt(rest), 0) / np.sqrt(rest).sum()) > 6


def test_a_prefix_is_the_beginning_of_the_phrase():
    law = bound_law_of("step=0.3,k=32,a=0.3,tau=0.7,vectors=gaussian", 20_000)
    whole = draw(law, 50, 400)
    for length in (1, 7, 8, 9, 127, 128, 129, 300):
        assert whole[:, :length].tolist() == draw(law, 50, length).tolist()


def test_repetitions_are_no_more_than_stated():
    for options in ("k=5,a=0.5,tau=0.3", "k=40,tau=0.2,step=0.3", "k=1,tau=1.0"):
        law = bound_law_of(f"{options},vectors=gaussian", 50)
        for length in (1, 2, 4):
            counts = np.unique(draw(law, 20_000, length), axis=0, return_counts=True)[1].astype(np.float64)
            alike = (counts * (counts - 1)).sum() / (20_000 * 19_999)
            assert alike < 2.0 ** (-law.collision_entropy * length) * 1.1
    p = softmax(law, 0.75, 1.0)[0]
    assert np.isclose(-np.log2((p**2).sum()), law.collision_entropy, rtol=1e-9)  # exact where c is at rest


def places_of(law, count, length):
    """Return the number of the point at each symbol: (count, length)."""
    seeds = seed_range(0, count)
    sums = [law.discourses(1, seeds, np.full(count, n)).astype(np.float64) * n for n in range(length + 1)]
    found = np.diff(np.array(sums), axis=0) * 4096.0
    distances = ((found[:, :, None, :] - law.points) ** 2).sum(axis=3)
    return distances.argmin(axis=2).T


def test_the_discourse_walks_where_it_should():
    law = bound_law_of("step=0.3,k=24,vectors=gaussian", 2000)
    near = discourse.near_points(law.points)
    places = places_of(law, 3000, 5)
    before, after = places[:, :-1].ravel(), places[:, 1:].ravel()
    moves = np.eye(24) * 0.7
    np.add.at(moves, (np.repeat(np.arange(24), 8), near.ravel()), 0.3 / 8)
    np.testing.assert_allclose(moves, moves.T)  # as likely forth as back
    flat = np.full(24, 1 / 24)
    for symbol in range(5):
        assert abs(excess(places[:, symbol], flat)) < 4.5
    assert abs(excess(24 * before + after, (moves / 24).ravel())) < 4.5
    faster = (np.eye(24) + (moves - np.eye(24)) * 0.36 / 0.3) / 24
    assert excess(24 * before + after, faster.ravel()) > 6
    words, p = draw(law, 3000, 5), softmax(law, 0.75, 0.5)
    for point in range(3):
        assert abs(excess(words[places == point], p[point])) < 4.5


def test_near_points_are_near_in_turn():
    places = discourse.points(discourse.scaled(discourse.gaussian_vectors(3000, 50)), 100)
    near = discourse.near_points(places)
    dots = places.astype(np.int64) @ places.T.astype(np.int64)
    np.fill_diagonal(dots, -(2**60))
    nearest = [set(np.argsort(-row, kind="stable")[:8].tolist()) for row in dots]
    for i, row in enumerate(near.tolist()):
        assert sorted(j for j in nearest[i] if i in nearest[j]) == sorted(set(row) - {i})
    lengths = np.sqrt((places.astype(np.float64) ** 2).sum(axis=1))
    assert np.abs(lengths - 4096).max() < 4


def test_words_are_as_rand_walk_says():
    """Arora et al. 2016, theorem 2.2: log p(w) = |v|^2 / 2d - log Z, PMI(v, v') = v . v' / d, for tau = 1, a = 0."""
    law = bound_law_of("a=0.0,tau=1.0,k=400,vectors=gaussian", 13_000)
    p = softmax(law, 0.0, 1.0)[:, 12_000:]  # the points lie among the words before these
    vectors = law.space.rows[12_000:].astype(np.float64) / law.space.unit
    lengths = (vectors**2).sum(axis=1) / (2 * 50)
    marginal = p.mean(axis=0)
    assert np.corrcoef(lengths, np.log(marginal))[0, 1] > 0.7
    assert 0.7 < np.polyfit(lengths, np.log(marginal), 1)[0] < 1.3
    pmi = np.log(p.T @ p / len(p) / np.outer(marginal, marginal))
    above = np.triu_indices(len(pmi), 1)
    dots = (vectors @ vectors.T)[above] / 50
    assert np.corrcoef(dots, pmi[above])[0, 1] > 0.8
    assert 0.8 < np.polyfit(dots, pmi[above], 1)[0] < 1.2


def kinship(phrases, vectors):
    """Return the mean cosine of words in one phrase, less that of words of two phrases."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    means = unit[phrases].mean(axis=1)
    n, length = phrases.shape
    within = ((means**2).sum(axis=1) * length - 1).mean() / (length - 1)
    across = ((means.sum(axis=0) ** 2).sum() - (means**2).sum()) / (n * (n - 1))
    return within - across


def test_words_of_a_phrase_are_kin_as_in_plain_python():
    values = discourse.gaussian_vectors(400, 8).values.astype(np.float64)
    data = write_vectors(values.astype(np.float32))
    options = {"a": 0.5, "tau": 0.5, "step": 0.02, "k": 400}
    law = bound_law_of("a=0.5,tau=0.5,step=0.02,k=400,vectors=v.npy", 400, data)
    ours = kinship(draw(law, 2000, 20), values)
    theirs = kinship(np.array(plain.phrases(3, 200, 20, 400, **options, vectors=values.tolist())), values)
    assert ours > 0.2
    assert abs(ours - theirs) < 0.06
    assert (
        abs(kinship(draw(bound_law_of("step=1.0,k=400,tau=100.0,vectors=v.npy", 400, data), 2000, 20), values)) < 0.01
    )


def test_plain_python_and_ours_give_the_words_the_same_shares():
    """At one point: ours is where the mean of 30 words points to, plain Python's is where the first word does."""
    values = discourse.gaussian_vectors(60, 8).values
    mean = values[:30].astype(np.float64).mean(axis=0)
    ids = np.array(plain.phrases(5, 300, 100, 60, a=0.5, tau=0.8, k=1, vectors=[mean.tolist(), *values[1:].tolist()]))
    law = bound_law_of("a=0.5,tau=0.8,k=1,vectors=v.npy", 60, write_vectors(values))
    weights = np.exp(values @ (mean / np.linalg.norm(mean)) / 0.8) * np.arange(1, 61) ** -0.5
    p = weights / weights.sum()
    scaled = softmax(law, 0.5, 0.8)[0]
    assert excess(ids[ids > 0], np.append(0, p[1:] / p[1:].sum())) < 4.5
    assert np.abs(scaled - p).max() < 0.02  # but for the unit and eight bits
    assert excess(draw(law, 300, 100).ravel(), scaled) < 4.5


def test_glove_puts_words_of_a_kind_together():
    vocabulary = len(WORDS)
    law = bound_law_of("tau=0.3,a=0.0,k=11,vectors=glove", vocabulary)
    assert not law.space.rows[-1].any()  # no vector
    ids = draw(law, 500, 100)
    sea, ocean, tax, income = (WORDS.index(word) for word in ("sea", "ocean", "tax", "income"))
    counts = {word: (ids == word).sum(axis=1) for word in (sea, ocean, tax, income)}
    related = {(v, w): np.corrcoef(counts[v], counts[w])[0, 1] for v in counts for w in counts}
    assert related[sea, ocean] > related[sea, tax]
    assert related[tax, income] > related[ocean, income]


def test_whitened_vectors_are_white_and_of_one_length():
    values = np.ascontiguousarray(discourse.gaussian_vectors(4000, 40).values)
    values = values @ np.array(np.tril(np.ones((40, 40))) / 20 + np.eye(40), np.float32) + np.float32(1)
    present = np.ones(4000, np.bool_)
    present[7] = False
    space = discourse.whitened(WordVectors(values, present), values)
    rows = space.rows[present].astype(np.float64) / space.unit
    assert not space.rows[7].any()
    assert np.abs(np.linalg.norm(rows, axis=1) - np.sqrt(40)).max() < 0.1
    assert np.abs(rows.mean(axis=0)).max() < 0.1
    np.testing.assert_allclose(np.cov(rows[:, :40].T), np.eye(40), atol=0.1)


def test_a_users_vectors_go_with_the_law():
    values = discourse.gaussian_vectors(50, 3).values
    law = law_of("vectors=my/v.npy,k=4", write_vectors(values.astype(np.float64)))
    recorded = law_from_json(json.loads(json.dumps(law.to_json())), SYMBOL_LAWS)
    assert law == recorded
    assert write_vectors(values) == law.attached()
    assert recorded.attached() is None
    assert pickle.loads(pickle.dumps(law)).attached() is None
    assert f"loglinear:a=0.75,tau=0.5,step=0.02,k=4,vectors={law.vectors[:12]}" == str(law)
    assert recorded.attach(law.attached()).attached() == law.attached()
    with pytest.raises(CorruptError, match=r"other vectors than the recipe says"):
        recorded.attach(law.attached() + b"x")
    with pytest.raises(CorruptError, match=r"are missing"):
        recorded.bind(50, lambda: SimpleNamespace(frequencies=np.ones(50)))


def test_the_recipe_names_the_release_of_glove():
    law = law_of("a=0.5")
    assert GLOVE_DIGEST == law.to_json()["vectors"]
    assert law == law_from_json(law.to_json(), SYMBOL_LAWS)
    assert law.attached() is None


def test_the_lexicons_language_chooses_the_vectors():
    assert {"vectors": "glove"} == type(law_of("")).defaults("english")
    assert {"vectors": "navec"} == type(law_of("")).defaults("russian")
    law = law_of("vectors=navec")
    assert "loglinear:a=0.75,tau=0.7,step=0.02,k=1024,vectors=navec" == str(law)
    assert NAVEC_DIGEST == law.to_json()["vectors"]
    assert law == law_from_json(law.to_json(), SYMBOL_LAWS)
    assert 0.4 == law_of("vectors=navec,tau=0.4").tau


def test_navec_puts_russian_words_of_a_kind_together():
    words = ("и", "море", "океан", "корабль", "налог", "бюджет", "банк", "буря", "ночь", "пёс", "кот", "ыыыы")
    lexicon = SimpleNamespace(words=words, frequencies=1.0 / np.arange(1.0, len(words) + 1))
    law = law_of("a=0.0,k=11,tau=0.4,vectors=navec").bind(len(words), lambda: lexicon)
    assert not law.space.rows[-1].any()
    ids = draw(law, 500, 100)
    golden = "d153e004e37efbe1870767399f081304"
    assert golden == hashlib.sha256(ids.astype("<u4").tobytes()).hexdigest()[:32]
    counts = {word: (ids == words.index(word)).sum(axis=1) for word in ("море", "океан", "налог")}
    related = {(v, w): np.corrcoef(counts[v], counts[w])[0, 1] for v in counts for w in counts}
    assert related["море", "океан"] > related["море", "налог"]


def bind(options, vocabulary=60, data=b"", words=None):
    law = law_of(options, data)
    recipe = Recipe(law, parse_law("fixed:length=5", LENGTH_LAWS, "lengths", None), vocabulary, "5eed" * 16)
    recipe.check()
    lexicon = SimpleNamespace(words=words or ["q" * 40] * vocabulary, frequencies=np.ones(vocabulary))
    return Phrases(recipe, lambda: lexicon)


BAD = {
    "a=1.5": (60, b"", "law=loglinear:a=1.5: loglinear:a=1.5 is outside its range"),
    "tau=0": (60, b"", "tau=0.0 is outside its range; temperature"),
    "step=-1": (60, b"", "step=-1.0 is outside its range"),
    "k=0": (60, b"", "k=0 is outside its range"),
    "vector=glove": (60, b"", "has no parameter 'vector' (did you mean 'vectors'?); its parameters: a ("),
    "vectors=v.npy": (60, b"no vectors", "v.npy is not a .npy file"),
    "vectors=v.npy,k=5": (60, write_vectors(np.ones((50, 3))), "the file has 50 vectors and the lexicon 60 hyperwords"),
    "vectors=v.npy,k=6": (60, write_vectors(np.zeros((60, 3))), "all vectors are zero"),
    "vectors=v.npy,tau=0.05": (
        4000,
        write_vectors(np.vstack([np.full((1, 3), 99.0), np.full((3999, 3), 0.1)])),
        "tau=0.05 is too small for vectors as long as",
    ),
    "vectors=navec": (
        60,
        b"",
        "Navec has vectors of 0 of the 60 words of this lexicon; take `lexicon=russian`",
    ),
    "vectors=glove": (60, b"", "GloVe has vectors of 0 of the 60 words of this lexicon; take `lexicon=english`"),
}


@pytest.mark.parametrize("options", BAD)
def test_wrong_input_is_refused_in_one_line(options):
    vocabulary, data, message = BAD[options]
    with pytest.raises(InputError) as caught:
        bind(options, vocabulary, data)
    assert message in str(caught.value)
    assert str(caught.value).startswith("law=loglinear")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named():
    def missing(path):
        raise FileNotFoundError(2, "No such file or directory", path)

    with pytest.raises(InputError, match=r"v\.npy cannot be read \(No such file or directory\); give glove, navec"):
        parse_law("loglinear:vectors=v.npy", SYMBOL_LAWS, "law", missing)


@pytest.mark.parametrize("options", ["vectors=gaussian,k=20", "vectors=glove,k=5", "vectors=v.npy,k=9"])
def test_phrases_by_kept_tables_are_the_same(options, tmp_path, monkeypatch):
    data = write_vectors(discourse.gaussian_vectors(12, 70).values)
    expected = bound_law_of(options, 12, data)
    monkeypatch.setenv(kept_tables.VARIABLE, str(tmp_path))
    monkeypatch.setattr(kept_tables, "WORTH_SECONDS", 0.0)
    bound_law_of(options, 12, data)
    with monkeypatch.context() as patch:
        patch.setattr(Loglinear, "_arrays", None)  # cannot be built
        found = bound_law_of(f"{options},step=0.02", 12, data)
    assert draw(found, 300, 30).tolist() == draw(expected, 300, 30).tolist()
    np.testing.assert_array_equal(found.space.rows, expected.space.rows)
    for name in ("entropy", "collision_entropy", "acceptance"):
        assert getattr(found, name) == getattr(expected, name)
    assert found.space.unit == expected.space.unit
    bound_law_of(f"{options},step=0.5", 12, data)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_bound_law_is_pickled_whole_and_draws_by_the_same_kernels():
    law = bound_law_of("vectors=gaussian,k=20", 500)
    copy = pickle.loads(pickle.dumps(law, protocol=4))
    assert not copy.tables.heads.entries.flags.writeable
    assert draw(copy, 100, 10).tolist() == draw(law, 100, 10).tolist()
    assert (copy.entropy, copy.space.unit) == (law.entropy, law.space.unit)


def test_tables_are_kept_for_all_that_they_depend_on(tmp_path, monkeypatch):
    def keep(options="k=9", vocabulary=12, seed=0, words=WORDS, slope=1.0, vectors="glove"):
        lexicon = SimpleNamespace(words=words[:vocabulary], frequencies=np.arange(1.0, vocabulary + 1) ** -slope)
        data = write_vectors(discourse.gaussian_vectors(12 + seed, 70).values[seed:])
        law_of(f"{options},vectors={vectors}", data).bind(vocabulary, lambda: lexicon)
        return len(list(tmp_path.iterdir()))

    monkeypatch.setenv(kept_tables.VARIABLE, str(tmp_path))
    monkeypatch.setattr(kept_tables, "WORTH_SECONDS", 0.0)
    assert keep() == 1
    assert keep(slope=1.1) == 2
    assert keep(words=WORDS[::-1]) == 3
    assert keep("k=10") == 4
    assert keep("k=9,tau=0.6") == 5
    assert keep("k=9,a=0.6") == 6
    assert keep(vocabulary=11) == 7
    assert keep(vectors="gaussian") == 8
    assert keep(vectors="gaussian", words=()) == 8
    assert keep(vectors="v.npy") == 9
    assert keep(vectors="v.npy", seed=1) == 10
    assert keep() == 10
