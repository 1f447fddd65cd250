"""Meanings: the rows are what the papers say, sums are exact, bytes are frozen and those of strangers refused."""

import hashlib
import itertools

import numpy as np
import pytest

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.word_vectors import WordVectors
from hyperphrase.meaning import phrase_meanings as meanings
from hyperphrase.meaning.phrase_meanings import SIF_A, Meanings, build_meanings
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe

VOCABULARY, DIMENSIONS = 600, 5
OF_WORDS = ("sif", "whitening")
GOLDEN = {  # digests of the rows of all words, and of the meanings of seeds 0 to 99
    "sif": ("aedab7aa06ed6f5a", "e0d139c57ef4c210"),
    "whitening": ("7d43a9b569754fb8", "7cd54a6cebfbefb2"),
}


def made_up_vectors():
    """Return vectors around a common one, as those of words are; every seventh word has none."""
    numbers = np.arange(VOCABULARY * DIMENSIONS, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    values = (numbers >> np.uint64(40)).reshape(VOCABULARY, DIMENSIONS) / 2.0**23 - 1.0 + np.arange(DIMENSIONS) / 4.0
    present = np.arange(VOCABULARY) % 7 != 6
    return WordVectors(np.where(present[:, None], values, 0.0).astype(np.float32), present)


@pytest.fixture(scope="module")
def lexicon():
    words = tuple("".join(letters) for letters in itertools.product("abcdefgh", "aeiou", "lmnrs", "aei"))
    frequencies = 1.0 / np.arange(1, VOCABULARY + 1)
    return Lexicon("made up", words, frequencies, code_points("stable", VOCABULARY))


@pytest.fixture(scope="module")
def phrases(lexicon):
    law, lengths = (
        parse_law("lexicon", SYMBOL_LAWS, "", open),
        parse_law("uniform:min=3,max=40", LENGTH_LAWS, "", open),
    )
    return Phrases(Recipe(law, lengths, VOCABULARY, lexicon.digest), lambda: lexicon)


@pytest.fixture(scope="module")
def built(lexicon, phrases):
    """Return {kind: Meanings} of the made-up vectors."""
    return {kind: build_meanings(kind, made_up_vectors(), lexicon, phrases) for kind in OF_WORDS}


def phrases_of(block):
    return [block.ids[a:b].tolist() for a, b in itertools.pairwise(block.offsets.tolist())]


def plain_direction(rows, ids):
    """Return a meaning by Python's own whole numbers."""
    sums = [sum(int(rows[i, j]) for i in ids) for j in range(rows.shape[1])]
    largest = max(map(abs, sums))
    rounded = [(254 * abs(x) + largest) // (2 * largest) if largest else 0 for x in sums]
    return [size if x >= 0 else -size for size, x in zip(rounded, sums, strict=True)]


def shares(lexicon, vectors):
    used = np.where(vectors.present, lexicon.frequencies, 0.0)
    return used / used.sum()


def cosine(a, b):
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def mean_cosine(vectors):
    """Return the mean cosine of all pairs of rows that are not zero."""
    x = vectors.astype(float)
    x = x[x.any(axis=1)]
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return ((x.sum(axis=0) ** 2).sum() / len(x) - 1) / (len(x) - 1)


@pytest.mark.parametrize("kind", OF_WORDS)
def test_a_meaning_is_the_direction_of_the_sum(built, phrases, kind):
    block = phrases.draw(seed_range(0, 300))
    expected = [plain_direction(built[kind].rows, ids) for ids in phrases_of(block)]
    assert expected == built[kind].of(block).tolist()


@pytest.mark.parametrize("kind", OF_WORDS)
def test_a_meaning_is_the_same_in_any_company(built, phrases, kind):
    together = built[kind].of(phrases.draw(seed_range(0, 50)))
    alone = [built[kind].of(phrases.draw(seed_range(i, i + 1)))[0] for i in range(50)]
    assert np.array_equal(together, alone)


def test_sif_is_that_of_the_paper(built, lexicon, phrases):
    """By numpy's singular vectors, on means in floating point."""
    vectors = made_up_vectors()
    weights = np.where(vectors.present, SIF_A / (SIF_A + shares(lexicon, vectors)), 0.0)
    weighted = weights[:, None] * vectors.values
    block = phrases.draw(seed_range(0, 2048))
    means = np.array([weighted[ids].mean(axis=0) for ids in phrases_of(block)])
    component = np.linalg.svd(means)[2][0]
    expected = means - np.outer(means @ component, component)
    found = built["sif"].of(block)
    worst = min(cosine(a, b) for a, b in zip(expected, found.astype(float), strict=True) if a.any() and b.any())
    assert worst > 0.999
    assert abs((found @ component) / np.linalg.norm(found, axis=1).clip(1)).max() < 0.01


def test_what_is_common_to_all_phrases_is_gone(built, lexicon, phrases):
    """The check of the one before on a wrong law: without the projection, all phrases lie on one side."""
    vectors, block = made_up_vectors(), phrases.draw(seed_range(0, 500))
    weights = np.where(vectors.present, SIF_A / (SIF_A + shares(lexicon, vectors)), 0.0)
    unprojected = Meanings(np.round(weights[:, None] * vectors.values * 10_000).astype(np.int16))
    assert mean_cosine(unprojected.of(block)) > 0.5
    assert abs(mean_cosine(built["sif"].of(block))) < 0.1
    assert abs(mean_cosine(built["whitening"].of(block))) < 0.1


def test_whitening_whitens(built, lexicon):
    vectors = made_up_vectors()
    p, rows = shares(lexicon, vectors), built["whitening"].rows.astype(float)
    mean = p @ rows
    covariance = (p[:, None] * (rows - mean)).T @ (rows - mean)
    scale = np.trace(covariance) / DIMENSIONS
    assert np.abs(mean).max() < 1e-3 * np.sqrt(scale)
    assert np.abs(covariance / scale - np.eye(DIMENSIONS)).max() < 1e-3
    uniform = np.cov(rows[vectors.present].T)  # whitened under p, and not under another law
    assert np.abs(uniform / (np.trace(uniform) / DIMENSIONS) - np.eye(DIMENSIONS)).max() > 0.01


def test_words_without_a_vector_mean_nothing(built):
    nothing = PhraseBlock(np.array([6, 13, 20], np.uint32), np.array([0, 3]), np.array([0], np.uint64))
    for made in built.values():
        assert not made.rows[6::7].any()
        assert [[0] * DIMENSIONS] == made.of(nothing).tolist()


@pytest.mark.parametrize("kind", OF_WORDS)
def test_bytes_are_frozen(built, phrases, kind):
    rows = hashlib.sha256(built[kind].dumps()).hexdigest()
    directions = hashlib.sha256(built[kind].of(phrases.draw(seed_range(0, 100))).tobytes()).hexdigest()
    assert GOLDEN[kind] == (rows[:16], directions[:16])


def test_the_longest_phrase_does_not_overflow():
    rows = np.full((1, 2), 32767, np.int16)
    rows[0, 1] = -32767
    block = PhraseBlock(np.zeros(65_535, np.uint32), np.array([0, 65_535]), np.array([0], np.uint64))
    assert [[127, -127]] == Meanings(rows).of(block).tolist()


def test_a_lexicon_that_the_vectors_do_not_know_is_refused(lexicon, phrases):
    unknown = WordVectors(np.zeros((VOCABULARY, DIMENSIONS), np.float32), np.arange(VOCABULARY) == 599)
    with pytest.raises(InputError, match=r"dictionary=sif: 0\.0% of the lexicon made up have word vectors"):
        build_meanings("sif", unknown, lexicon, phrases)


def test_rows_are_read_back(built):
    for made in built.values():
        again = meanings.loads(made.dumps(), VOCABULARY, "words.npy")
        assert np.array_equal(made.rows, again.rows)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0" * 2000,
        lambda data: b"",
        lambda data: data[:40],
        lambda data: data.replace(b"<i2", b"|O8"),
        lambda data: data.replace(b"<i2", b"<f2"),
        lambda data: data.replace(b"(600, 5)", b"(500, 6)"),
        lambda data: data.replace(b"(600, 5)", b"(3000,) "),
        lambda data: data.replace(b"(600, 5)", b"(600, 9999999999999)"),
    ],
)
def test_other_bytes_are_refused(built, change):
    with pytest.raises(CorruptError, match=r"^words\.npy: "):
        meanings.loads(change(built["sif"].dumps()), VOCABULARY, "words.npy")
