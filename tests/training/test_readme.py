"""The lines for each training library, of README.md and docs/training.md, run as they are, on a small corpus."""

from pathlib import Path

import pytest

import hyperphrase as hp
from tests.training.small import LEXICON, RECIPE, TOKENS, blocks_of

README = blocks_of("## Train on it", Path(__file__).parents[2] / "README.md")
IN_SHORT = blocks_of("## In short")
SMALL = {"length=1024": "length=16", "separator=250_000": "separator=50"}


def block_with(text, blocks=IN_SHORT):
    """Return the one block of the page's code in which ``text`` is, with small numbers."""
    (block,) = [block for block in blocks if text in block]
    for large, small in SMALL.items():
        block = block.replace(large, small)
    return block


@pytest.fixture
def names(tmp_path, monkeypatch):
    """What the blocks before have named: the plan of a corpus in the folder ``out``."""
    monkeypatch.chdir(tmp_path)
    hp.make_corpus(RECIPE, LEXICON, "out", phrases=1000)
    found = {}
    exec(block_with("Corpus.open"), found)
    return found


@pytest.fixture
def model():
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    return LlamaForCausalLM(LlamaConfig(vocab_size=TOKENS, max_position_embeddings=64, **sizes))


@pytest.mark.parametrize("blocks", [README, IN_SHORT], ids=["README", "training"])
def test_pytorch(names, model, blocks):
    seen = []
    model.register_forward_pre_hook(lambda _, __, given: seen.append(given["input_ids"]), with_kwargs=True)
    names["model"] = model
    exec(block_with("ContextLoader(plan", blocks), names)
    assert len(seen) == names["plan"].steps(8)
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_jax(names):
    import jax
    import jax.numpy as jnp

    def loss_of(table, inputs, targets, segmentation):
        losses = -jnp.take_along_axis(jax.nn.log_softmax(table[inputs]), targets[..., None], axis=-1)[..., 0]
        return jnp.sum(losses * (segmentation > 0)) / jnp.sum(segmentation > 0)

    losses = []

    def train_step(table, *batch):
        loss, slope = jax.value_and_grad(loss_of)(table, *batch)
        losses.append(float(loss))
        return table - 30.0 * slope

    names |= {"train_step": train_step, "state": jnp.zeros((TOKENS, TOKENS))}
    exec(block_with("MapDataset"), names)
    assert len(losses) == -(-len(names["plan"]) // 8)
    assert losses[-1] < 0.9 * losses[0]


def test_keras(names):
    import keras

    keras_model = keras.Sequential([keras.layers.Embedding(TOKENS, 8), keras.layers.Dense(TOKENS)])
    keras_model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    names["keras_model"] = keras_model
    exec(block_with("keras_model.fit"), names)
    assert keras_model.history.epoch == [0]


def test_trainer_and_datasets(names, model, tmp_path):
    from transformers import Trainer, TrainingArguments

    names["Trainer"], names["model"] = Trainer, model
    names["arguments"] = TrainingArguments(str(tmp_path / "checkpoints"), max_steps=2, report_to=[], use_cpu=True)
    exec(block_with("train_dataset=ContextDataset(plan)"), names)
    assert sum(1 for _ in names["rows"]) == len(names["plan"])


def test_tensorflow_reads_the_shards(names):
    block = block_with("TFRecordDataset")
    exec(block, names)
    first = next(iter(names["phrases"]))
    assert first["input_ids"].numpy().tolist() == hp.Corpus.open("out")[0].ids.tolist()
