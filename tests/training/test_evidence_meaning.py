"""Word vectors learned from phrases: PPMI by hand, planted vectors found again, and chance where none were planted."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

import hyperphrase as hp
from evidence.experiments import Options
from evidence.experiments.meaning import MEANING, PROSE
from evidence.meaning import WITHIN, Meaning, classes_of, learn_meaning
from evidence.word_vectors import counts_near, nearest, ppmi, shared_neighbours, word_vectors
from hyperphrase.lexicon.alphabet import code_points

VOCABULARY, PHRASES, LENGTH = 300, 2000, 60


def test_pairs_are_counted_in_both_directions_and_not_across_phrases():
    counts = counts_near(np.array([[0, 1, 2], [1, 1, 0]], np.uint32), 4, window=2)
    assert [[0, 3, 1, 0], [3, 2, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]] == counts.toarray().tolist()
    assert [[0, 2, 0], [2, 2, 1], [0, 1, 0]] == counts_near(np.array([[0, 1, 2], [1, 1, 0]]), 3, 1).toarray().tolist()


def test_ppmi_is_what_it_is_by_hand():
    """Of 8 pairs, words 0 and 1 stand in 4 each of the first places, and near each other in 3."""
    counts = counts_near(np.array([[0, 1], [0, 1], [0, 1], [0, 0], [1, 1]]), 2, window=1)
    assert [[2, 3], [3, 2]] == counts.toarray().tolist()
    found = ppmi(counts).toarray()
    assert found == pytest.approx(np.array([[0.0, math.log(3 * 10 / 25)], [math.log(3 * 10 / 25), 0.0]]))


def test_neighbours_are_those_by_cosine_and_not_the_word_itself():
    vectors = np.array([[1.0, 0.0], [5.0, 0.1], [0.0, 1.0], [0.1, 9.0]])
    assert [[1], [0], [3], [2]] == nearest(vectors, 1).tolist()
    assert [1.0] * 4 == shared_neighbours(vectors, vectors * 3.0, 1).tolist()
    assert [0.0] * 4 == shared_neighbours(vectors, vectors[[2, 1, 0, 3]], 1).tolist()


def shares_of(law):
    """Return the shares in common with the vectors that drew, of words as they are and in another order."""
    words = tuple(f"word{number}" for number in range(VOCABULARY))
    lexicon = hp.Lexicon("words", words, 1.0 / np.arange(1, VOCABULARY + 1), code_points("stable", VOCABULARY))
    recipe = hp.Recipe.create(law, lengths=f"fixed:length={LENGTH}", lexicon=lexicon, key=3)
    phrases = hp.Phrases(recipe, lexicon)
    ids = phrases.draw(range(PHRASES)).ids.reshape(-1, LENGTH)
    learned, rows = word_vectors(counts_near(ids, VOCABULARY, 5), 50), phrases.law.word_rows()
    order = np.random.default_rng(0).permutation(VOCABULARY)
    return shared_neighbours(learned, rows, 10).mean(), shared_neighbours(learned[order], rows, 10).mean()


def test_planted_vectors_are_found_again_and_not_by_chance():
    planted, shuffled = shares_of("loglinear:vectors=gaussian,k=256")
    assert planted > 0.3
    assert shuffled == pytest.approx(10 / (VOCABULARY - 1), abs=0.015)


def test_a_law_whose_words_have_no_meaning_is_at_chance():
    (found,) = learn_meaning(Meaning("zipf:s=1.0", 0, sizes=(500,), vocabulary=VOCABULARY), None)["scores"].values()
    assert found["share"][0] == pytest.approx(found["chance"][0], abs=0.02)


def test_words_are_grouped_by_all_their_tilted_classes(tmp_path):
    grammar = tmp_path / "grammar.txt"
    grammar.write_text("S -> Det A B | A\nDet = the\nA ~ time people way day\nB ~ day life", encoding="utf-8")
    lexicon = hp.Lexicon.load("english", vocabulary=VOCABULARY)
    law = hp.Recipe.create(f"scene:file={grammar}", lengths="fixed:length=4", lexicon=lexicon).law
    groups = [sorted(lexicon.words[i] for i in words) for words in classes_of(law, lexicon)]
    assert [["day"], ["life"], ["people", "time", "way"]] == sorted(groups)


def result(share, within):
    """Return what a job returns, of a law with a grammar."""
    scores = {"glove": share, f"glove{WITHIN}": within}
    return {
        "sizes": [10_000],
        "scores": {name: {"share": [value], "chance": [0.005], "words": [900]} for name, value in scores.items()},
    }


def test_the_report_has_every_seed_and_tests_what_was_fixed_in_advance():
    found = {("scene", seed): result(0.3 + seed / 100, 0.5) for seed in range(4)}
    found |= {("template", seed): result(0.02, 0.2) for seed in range(4)}
    text, pictures = MEANING.report(Options(range(4)), found)
    assert ".300 .310 .320 .330" in text
    assert "| `scene` less `template`, words of the same classes | .300 (.300 to .300) | 0.12 |" in text
    assert "`loglinear` less" not in text
    assert isinstance(pictures["meaning"], Figure)


def test_quick_has_the_arms_that_decide_and_whole_has_natural_text_too():
    quick, whole = MEANING.jobs(Options(range(2), quick=True)), MEANING.jobs(Options(range(2)))
    assert {"loglinear", "zipf", "scene"} == {arm for arm, _ in quick}
    assert {(10_000,)} == {job.settings.sizes for job in quick.values()}
    assert (len(quick), len(whole)) == (6, 7 * 2 + 1)
    assert [PROSE] == [arm for arm, _ in whole if arm not in {arm for arm, _ in whole if (arm, 1) in whole}]
