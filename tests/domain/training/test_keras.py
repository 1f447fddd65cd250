"""Keras trains on batches of a corpus, and TensorFlow distributes them."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from hyperphrase import Corpus
from hyperphrase.training.tensorflow_data import context_dataset
from tests.training.small import PLAN, TOKENS, blocks_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keras():
    """Keras on TensorFlow: they take seconds to load, so not whenever tests are collected."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


def loss_of(keras):
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")


def test_a_model_of_keras_learns_from_contexts(keras):
    model = keras.Sequential([keras.layers.Embedding(TOKENS, TOKENS, embeddings_initializer="zeros")])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss=loss_of(keras))
    history = model.fit(context_dataset(PLAN, 16), steps_per_epoch=20, epochs=2, verbose=0).history["loss"]
    assert history[1] < history[0] < np.log(TOKENS)


def test_the_loss_is_the_mean_over_the_predicted_tokens(keras):
    """Of a model that knows nothing, it is that of the vocabulary's size, whatever is not predicted."""
    model = keras.Sequential([keras.layers.Embedding(TOKENS, TOKENS, embeddings_initializer="zeros")])
    model.compile(loss=loss_of(keras))
    assert model.evaluate(context_dataset(PLAN, 16), steps=3, verbose=0) == pytest.approx(np.log(TOKENS), rel=1e-5)


def test_the_page_of_tensorflow(keras, monkeypatch):
    """The code of the docs, on a small corpus: the second epoch of ``fit`` is that of the plan."""
    monkeypatch.setattr(Corpus, "open", lambda folder: SimpleNamespace(contexts=lambda length: PLAN))
    quick, distributed = blocks_of("### TensorFlow")
    assert "strategy" in distributed  # it is run below
    seen = []

    class Recorder(keras.Model):
        def train_step(self, data):
            seen.append(data[0].numpy())
            return {"loss": self.compute_loss(None, data[1], keras.ops.one_hot(data[1], TOKENS), data[2])}

        def compile(self, *arguments):
            super().compile(*arguments, run_eagerly=True)

    names = {"model": Recorder()}
    exec(quick, names)
    count = 2 * PLAN.steps(8) * 8
    assert np.array_equal(np.concatenate(seen)[:count], PLAN[0:count]["input_ids"])
    assert len(PLAN) < count


DISTRIBUTED = """
import tensorflow as tf
from tests.domain.training.test_keras import PLAN, blocks_of, context_dataset

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
plan = PLAN
(page,) = [block for block in blocks_of("### TensorFlow") if "strategy" in block]
exec(page)
steps = iter(batches_of_replicas)
for step in range(3):
    parts = strategy.experimental_local_results(next(steps)[0])
    assert len(parts) == 2
    assert (tf.concat(parts, 0).numpy() == PLAN[64 * step : 64 * step + 64]["input_ids"]).all()

ahead = iter(context_dataset(PLAN, 4).prefetch(8))
next(ahead)
"""


def test_replicas_share_the_contexts_of_a_step_and_the_program_ends_while_more_are_drawn():
    """TensorFlow draws ahead in threads that must not ask for Python when it ends: the program would wait for ever."""
    subprocess.run([sys.executable, "-c", DISTRIBUTED], check=True, timeout=180)
