"""Mixtures of corpora: exact shares, each corpus in its own order, one stream on any number of ranks."""

import pickle

import numpy as np
import pytest

from hyperphrase import Corpus, InputError, Lexicon, Recipe, mix_contexts
from hyperphrase.training.mixing import BLOCK

LEXICON = Lexicon.load("synthetic", vocabulary=50)
OPTIONS = {"length": 16, "separator": 50}


def corpus_of(low, seeds):
    """Return a corpus whose phrases begin at other lengths, so that its contexts are told apart by their first ids."""
    recipe = Recipe.create("uniform", lengths=f"fixed:length={low}", lexicon=LEXICON, key=low)
    return Corpus.virtual(recipe, LEXICON, seeds)


CORPORA = [corpus_of(15, (0, 1000)), corpus_of(7, (0, 300))]


def owners_of(rows):
    """Return which corpus each context is of: the second one's has two phrases."""
    return rows["document_ids"].max(axis=1)


@pytest.mark.parametrize(
    ("weights", "shares"), [((1, 1), (2048, 2048)), ((3.0, 1.0), (3072, 1024)), ((1e9, 1), (4095, 1))]
)
def test_each_block_has_the_shares_of_the_weights(weights, shares):
    plan = mix_contexts(list(zip(CORPORA, weights, strict=True)), **OPTIONS)
    assert len(plan) == 1000 + 150
    for block in range(3):
        owners = owners_of(plan[block * BLOCK : (block + 1) * BLOCK])
        assert tuple(np.bincount(owners, minlength=2)) == shares


def test_each_corpus_runs_through_its_own_epochs():
    plan = mix_contexts([(CORPORA[0], 3), (CORPORA[1], 1)], **OPTIONS)
    rows = plan[0 : 2 * BLOCK]
    own = [corpus.contexts(**OPTIONS) for corpus in CORPORA]
    for owner, count in ((0, 6144), (1, 2048)):
        found = rows["input_ids"][owners_of(rows) == owner]
        expected = own[owner][0:count]["input_ids"]
        assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, expected.tolist()))


def test_neighbours_are_of_any_corpus():
    owners = owners_of(mix_contexts([(CORPORA[0], 1), (CORPORA[1], 1)], **OPTIONS)[0:BLOCK])
    assert abs(np.corrcoef(owners[:-1], owners[1:])[0, 1]) < 0.05


def test_any_indices_and_ranks_see_the_same():
    plan = pickle.loads(pickle.dumps(mix_contexts([(CORPORA[0], 2), (CORPORA[1], 1)], **OPTIONS)))
    streams = [plan.stream(3, rank, 4) for rank in range(4)]
    for step in range(5):
        seen = np.concatenate([next(stream)["input_ids"] for stream in streams])
        assert np.array_equal(seen, plan[[*range(12 * step, 12 * step + 12)]]["input_ids"])
    assert np.array_equal(plan[7]["input_ids"], plan[0:8]["input_ids"][7])


def test_other_weights_are_another_plan():
    state = mix_contexts([(CORPORA[0], 2), (CORPORA[1], 1)], **OPTIONS).stream(1).state_dict()
    mix_contexts([(CORPORA[0], 4), (CORPORA[1], 2)], **OPTIONS).stream(1).load_state_dict(state)
    with pytest.raises(InputError, match="another corpus"):
        mix_contexts([(CORPORA[0], 1), (CORPORA[1], 1)], **OPTIONS).stream(1).load_state_dict(state)


@pytest.mark.parametrize("weights", [(0, 1), (-1, 1), (float("nan"), 1), (float("inf"), 1), ("1", 1), (True, 1)])
def test_weights_that_are_not_positive_are_refused(weights):
    with pytest.raises(InputError, match=r"^weights=.*positive"):
        mix_contexts(list(zip(CORPORA, weights, strict=True)), **OPTIONS)


def test_weights_change_from_a_context_on():
    """2 : 1 for a block, then the second corpus alone for two, then 1 : 1; each corpus goes on where it was."""
    weights = [(0, 2), (BLOCK, 0), (3 * BLOCK - 5, 1)], 1
    plan = mix_contexts(list(zip(CORPORA, weights, strict=True)), **OPTIONS)
    rows = plan[0 : 4 * BLOCK]
    owners = owners_of(rows)
    counts = [np.bincount(owners[i * BLOCK : (i + 1) * BLOCK], minlength=2).tolist() for i in range(4)]
    assert counts == [[2730, 1366], [0, 4096], [0, 4096], [2048, 2048]]
    for owner, corpus in enumerate(CORPORA):
        seen = rows["input_ids"][owners == owner]
        expected = corpus.contexts(**OPTIONS)[0 : len(seen)]["input_ids"]
        assert sorted(map(tuple, seen.tolist())) == sorted(map(tuple, expected.tolist()))
    assert np.array_equal(plan[3 * BLOCK + 7]["input_ids"], rows["input_ids"][3 * BLOCK + 7])
    assert plan.fingerprint != mix_contexts([(CORPORA[0], 2), (CORPORA[1], 1)], **OPTIONS).fingerprint


@pytest.mark.parametrize(
    ("weights", "problem"),
    [
        (([], 1), "from context 0 on first"),
        (([(1, 1.0)], 1), "from context 0 on first"),
        (([(0, 1.0), (8, 2), (8, 3)], 1), "ascending"),
        (([(0, -1.0)], 1), "pairs of a context and a weight"),
        (([0, 1.0], 1), "pairs of a context and a weight"),
        (([(0, 1), (-4, 2)], 1), "whole number"),
        (([(0, 1), (4096, 0)], [(0, 1), (4096, 0)]), "all weights are 0 from context 4096 on"),
    ],
)
def test_wrong_curricula_are_refused(weights, problem):
    with pytest.raises(InputError, match=rf"^weights.*{problem}"):
        mix_contexts(list(zip(CORPORA, weights, strict=True)), **OPTIONS)


def test_no_corpora_and_too_small_ones_are_refused():
    for wrong in ([], CORPORA[0], CORPORA, [(CORPORA[0], 1, 1)], [("out", 1)], None):
        with pytest.raises(InputError, match=r"^corpora: give one or more pairs"):
            mix_contexts(wrong, **OPTIONS)
    with pytest.raises(InputError, match=r"^length=100000.*too few tokens"):
        mix_contexts([(CORPORA[0], 1)], length=100_000)
