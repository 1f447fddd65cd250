"""Contexts in the conventions of training libraries, token by token."""

import numpy as np
import pytest

from hyperphrase import Corpus, Lexicon, Recipe
from hyperphrase.training import model_inputs

LEXICON = Lexicon.load("synthetic", vocabulary=50)
RECIPE = Recipe.create("uniform", lengths="uniform:min=1,max=9", lexicon=LEXICON)
CORPUS = Corpus.virtual(RECIPE, LEXICON, (0, 500))
HAND = {  # two contexts: phrases [7 8 9] [5] and padding; [1] [2 3 4] and no padding but one
    "input_ids": np.array([[7, 8, 9, 5, 0, 0], [1, 2, 3, 4, 0, 0]], np.int32),
    "document_ids": np.array([[0, 0, 0, 1, -1, -1], [0, 1, 1, 1, 2, 2]], np.int32),
    "position_ids": np.array([[0, 1, 2, 0, 0, 0], [0, 0, 1, 2, 0, 1]], np.int32),
}


def test_labels_of_transformers_begin_no_phrase():
    batch = model_inputs.for_transformers(HAND)
    assert {name: column.dtype for name, column in batch.items()} == dict.fromkeys(batch, np.int64)
    assert batch["labels"].tolist() == [[-100, 8, 9, -100, -100, -100], [-100, -100, 3, 4, -100, 0]]
    assert batch["input_ids"].tolist() == HAND["input_ids"].tolist()


def test_a_mask_of_flex_attention_joins_no_two_phrases_and_leaves_no_token_alone():
    batch = model_inputs.for_flex_attention(HAND)
    documents = batch.pop("document_ids")
    assert documents.dtype == np.int32
    assert [column.tolist() for column in model_inputs.for_transformers(HAND).values()] == [
        column.tolist() for column in batch.values()
    ]
    seen = (documents[:, :, None] == documents[:, None, :]) & np.tri(6, dtype=bool)  # [context, who sees, whom]
    assert [row.tolist().count(True) for row in seen[0]] == [1, 2, 3, 1, 1, 2]
    assert seen[0, 5].tolist() == [False, False, False, False, True, True]  # padding sees padding alone


def test_sequences_of_variable_length_are_the_phrases():
    batch = model_inputs.for_variable_length_attention(HAND)
    assert batch["cu_seq_lens_q"].tolist() == [0, 3, 4, 6, 7, 10, 12]
    assert batch["cu_seq_lens_k"].dtype == np.int32
    assert (batch["max_length_q"], type(batch["max_length_k"])) == (3, int)
    assert batch["seq_idx"].tolist() == [[0, 0, 0, 1, 2, 2, 3, 4, 4, 4, 5, 5]]
    assert batch["labels"].shape == (1, 12)


def test_targets_of_jax_are_the_next_token_of_the_same_phrase():
    batch = model_inputs.for_jax(HAND)
    assert batch["targets"].tolist() == [[8, 9, 0, 0, 0, 0], [0, 3, 4, 0, 0, 0]]
    assert batch["targets_segmentation"].tolist() == [[1, 1, 0, 0, 0, 0], [0, 2, 2, 0, 3, 0]]
    assert batch["inputs_segmentation"].tolist() == [[1, 1, 1, 2, 0, 0], [1, 2, 2, 2, 3, 3]]
    assert {column.dtype for column in batch.values()} == {np.dtype(np.int32)}


def test_megatron_masks_the_loss_between_phrases():
    batch = model_inputs.for_megatron(HAND)
    assert batch["loss_mask"].tolist() == [[1, 1, 0, 0, 0, 0], [0, 1, 1, 0, 1, 0]]
    assert batch["labels"].tolist() == [[8, 9, 0, 0, 0, 0], [0, 3, 4, 0, 0, 0]]


def test_packed_megatron_has_one_row_and_the_bounds_of_its_phrases():
    batch = model_inputs.for_packed_megatron(HAND)
    assert batch["cu_seqlens"].tolist() == [[0, 3, 4, 6, 7, 10, 12]]
    assert batch["max_seqlen"].tolist() == [3]
    assert {batch[name].dtype for name in ("cu_seqlens", "max_seqlen")} == {np.dtype(np.int32)}
    assert batch["loss_mask"].tolist() == [[1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0]]
    assert {batch[name].shape for name in ("tokens", "labels", "position_ids")} == {(1, 12)}


def test_keras_weighs_what_is_predicted():
    ids, targets, weights = model_inputs.for_keras(HAND)
    assert ids.tolist() == HAND["input_ids"].tolist()
    assert targets.tolist() == [[8, 9, 0, 0, 0, 0], [0, 3, 4, 0, 0, 0]]
    assert weights.tolist() == [[1, 1, 0, 0, 0, 0], [0, 1, 1, 0, 1, 0]]
    assert (targets.dtype, weights.dtype) == (np.int32, np.float32)


@pytest.mark.parametrize("packing", ["concat", "best_fit", "pad"])
def test_all_of_them_predict_the_same_tokens(packing):
    """Each library's loss is over the same (context, place of the predicted token) pairs."""
    rows = CORPUS.contexts(length=12, packing=packing, separator=50)[0:64]
    labels = model_inputs.for_transformers(rows)["labels"]
    predicted = set(zip(*np.nonzero(labels[:, 1:] != model_inputs.IGNORED), strict=True))
    masks = [model_inputs.for_jax(rows)["targets_segmentation"], model_inputs.for_megatron(rows)["loss_mask"]]
    for mask in (*masks, model_inputs.for_keras(rows)[2]):
        assert set(zip(*np.nonzero(mask[:, :-1]), strict=True)) == predicted
        assert not mask[:, -1].any()
    assert len(predicted) == (rows["position_ids"] > 0).sum()


def test_a_loader_of_pytorch_or_grain_takes_a_plan_as_it_is():
    plan = CORPUS.contexts(length=12)
    for rows in (plan.__getitems__([3, 1]), plan._getitems([3, 1])):
        assert [row["input_ids"].tolist() for row in rows] == plan[[3, 1]]["input_ids"].tolist()
