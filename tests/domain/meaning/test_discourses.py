"""The dictionary of discourse: estimate and truth lie in one space, and are what they are said to be."""

import hashlib
import itertools
import pickle
from pathlib import Path

import numpy as np
import pytest

from hyperphrase.errors import CorruptError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.dictionary import dictionary_rows
from hyperphrase.meaning.discourses import TrueDiscourses, discourse_meanings
from hyperphrase.meaning.phrase_meanings import SIF_A
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe

VOCABULARY, KEY = 600, 3
LAW = "loglinear:vectors=gaussian,k=20,step=0.2"
GOLDEN = ("6548869ed7e2049d", "552b2656db903297", "52a056c3f93e89ba")  # of rows, estimates and truths of seeds 0 to 99


def opened(path):
    return Path(path).open("rb")


@pytest.fixture(scope="module")
def lexicon():
    words = tuple("".join(letters) for letters in itertools.product("abcdefgh", "aeiou", "lmnrs", "aei"))
    return Lexicon("made up", words, 1.0 / np.arange(1, VOCABULARY + 1), code_points("stable", VOCABULARY))


@pytest.fixture(scope="module")
def phrases_of(lexicon):
    """Return a maker of phrases: (law, lengths) -> Phrases."""

    def make(law, lengths="uniform:min=3,max=60"):
        laws = parse_law(law, SYMBOL_LAWS, "", opened), parse_law(lengths, LENGTH_LAWS, "", opened)
        return Phrases(Recipe(*laws, VOCABULARY, lexicon.digest, KEY), lambda: lexicon)

    return make


def directions(vectors):
    """Return vectors with the largest component 127, in floating point, not rounded."""
    return vectors * (127.0 / np.abs(vectors).max(axis=1, keepdims=True))


def cosines(a, b):
    a, b = a.astype(float), b.astype(float)
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_rows_are_the_laws_vectors_weighted_by_frequency(lexicon, phrases_of):
    phrases = phrases_of(LAW)
    rows = discourse_meanings(lexicon, phrases).rows
    own, p = phrases.law.space.rows.astype(float), lexicon.frequencies / lexicon.frequencies.sum()
    assert (VOCABULARY, 50) == rows.shape
    assert not own[:, 50:].any()
    expected = own[:, :50] * (SIF_A / (SIF_A + p))[:, None]
    assert np.abs(rows - expected * (32767 / np.abs(expected).max())).max() <= 0.5
    wrong = own[:, :50] * (2 * SIF_A / (2 * SIF_A + p))[:, None]
    assert np.abs(rows - wrong * (32767 / np.abs(wrong).max())).max() > 50


def test_a_truth_is_the_mean_of_the_points_that_the_words_were_drawn_at(phrases_of):
    phrases = phrases_of(LAW)
    block = phrases.draw(seed_range(0, 300))
    law = phrases.law
    one_by_one = np.zeros((len(block), law.points.shape[1]))
    for i, (seed, length) in enumerate(zip(block.seeds, block.lengths.tolist(), strict=True)):
        sums = [law.discourses(KEY, np.array([seed]), np.array([n]))[0].astype(float) * n for n in range(length + 1)]
        steps = np.diff(np.array(sums), axis=0) * 4096.0
        places = ((steps[:, None, :] - law.points) ** 2).sum(axis=2).argmin(axis=1)
        one_by_one[i] = law.points[places].sum(axis=0)
    found = TrueDiscourses(phrases, 50).of(block)
    assert np.abs(directions(one_by_one[:, :50]) - found).max() <= 0.51  # means are rounded to 24 bits
    assert ((np.abs(found.astype(int)).max(axis=1)) == 127).all()


def test_estimates_are_near_their_own_truth_alone(lexicon, phrases_of):
    phrases = phrases_of(LAW)
    block = phrases.draw(seed_range(0, 1000))
    estimates = discourse_meanings(lexicon, phrases).of(block)
    truths = TrueDiscourses(phrases, 50).of(block)
    assert cosines(estimates, truths).mean() > 0.65
    assert abs(cosines(estimates, np.roll(truths, 1, axis=0)).mean()) < 0.1


def test_bytes_are_frozen(lexicon, phrases_of):
    phrases = phrases_of(LAW)
    block, meanings = phrases.draw(seed_range(0, 100)), dictionary_rows("discourse", "glove", lexicon, phrases)
    made = meanings.rows.astype("<i2"), meanings.of(block), TrueDiscourses(phrases, 50).of(block)
    assert tuple(hashlib.sha256(part.tobytes()).hexdigest()[:16] for part in made) == GOLDEN


def test_a_truth_does_not_depend_on_the_block(phrases_of):
    phrases = phrases_of(LAW)
    truths = TrueDiscourses(phrases, 50)
    whole = truths.of(phrases.draw(seed_range(0, 50)))
    alone = [truths.of(phrases.draw([seed]))[0].tolist() for seed in range(50)]
    assert whole.tolist() == alone


def test_phrases_of_a_mixture_have_the_truth_of_their_own_law(lexicon, phrases_of):
    """And none if their law has none."""
    other = LAW.replace("step=0.2", "step=0.9")
    mixed = phrases_of(f"mixture:1*{LAW}+1*zipf+1*{other}", "fixed:length=20")
    block = mixed.draw(seed_range(0, 400))
    found = TrueDiscourses(mixed, 50).of(block)
    single = [phrases_of(law, "fixed:length=20") for law in (LAW, "zipf", other)]
    drawn = [law.draw(seed_range(0, 400)).ids.reshape(400, 20) for law in single]
    truths = [TrueDiscourses(single[i], 50).of(block) if i != 1 else np.zeros((400, 50), np.int8) for i in range(3)]
    own = block.ids.reshape(400, 20)
    seen = set()
    for i in range(400):
        law = next(j for j in range(3) if (drawn[j][i] == own[i]).all())
        seen.add(law)
        assert truths[law][i].tolist() == found[i].tolist()
    assert seen == {0, 1, 2}
    assert discourse_meanings(lexicon, mixed).rows.tolist() == discourse_meanings(lexicon, single[0]).rows.tolist()


def test_a_mixture_of_other_word_vectors_has_no_discourse(lexicon, phrases_of, tmp_path):
    path = tmp_path / "vectors.npy"
    np.save(path, np.random.default_rng(1).normal(size=(VOCABULARY, 50)).astype(np.float32))
    assert phrases_of(f"mixture:1*{LAW}+1*{LAW}").law.discourse() is not None
    mixed = phrases_of(f"mixture:1*{LAW}+1*loglinear:vectors={path},k=20")
    assert mixed.law.discourse() is None
    with pytest.raises(CorruptError, match="the law mixture has no discourse"):
        discourse_meanings(lexicon, mixed)


@pytest.mark.parametrize(("law", "dimensions"), [("zipf", 50), ("topics", 1), (LAW, 65)])
def test_a_discourse_that_the_law_does_not_have_is_refused(phrases_of, law, dimensions):
    with pytest.raises(CorruptError, match=f"has no discourse of {dimensions} components"):
        TrueDiscourses(phrases_of(law), dimensions)


def test_another_process_has_the_space_of_a_scene_too(lexicon, phrases_of, tmp_path):
    """Laws are pickled without their files, and a user's vectors stand in one."""
    np.save(tmp_path / "v.npy", np.random.default_rng(1).normal(size=(VOCABULARY, 6)).astype(np.float32))
    nouns, verbs = " ".join(lexicon.words[:40]), " ".join(lexicon.words[40:60])
    (tmp_path / "g.txt").write_text(f"S -> Noun Verb Noun\nNoun ~ {nouns}\nVerb ~ {verbs}\n")
    phrases = phrases_of(f"scene:file={tmp_path}/g.txt,vectors={tmp_path}/v.npy,k=5", "fixed:length=9")
    again = pickle.loads(pickle.dumps(phrases))
    assert discourse_meanings(lexicon, again).rows.tolist() == discourse_meanings(lexicon, phrases).rows.tolist()
    block = phrases.draw(seed_range(0, 50))
    assert TrueDiscourses(again, 6).of(block).tolist() == TrueDiscourses(phrases, 6).of(block).tolist()
