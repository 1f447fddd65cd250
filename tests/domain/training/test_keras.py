"""Keras trains on batches of a corpus, and TensorFlow distributes them."""

import os
import subprocess
import sys

import numpy as np
import pytest

from hyperphrase import Corpus, Lexicon, Recipe
from hyperphrase.training.tensorflow_data import context_dataset

pytestmark = pytest.mark.slow
LEXICON = Lexicon.load("synthetic", vocabulary=50)
RECIPE = Recipe.create("zipf:s=1.0", lengths="uniform:min=1,max=9", lexicon=LEXICON)
PLAN = Corpus.virtual(RECIPE, LEXICON, (0, 2000)).contexts(length=16, separator=50)


@pytest.fixture(scope="module")
def keras():
    """Keras on TensorFlow: they take seconds to load, so not whenever tests are collected."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


def loss_of(keras):
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")


def test_a_model_of_keras_learns_from_contexts(keras):
    model = keras.Sequential([keras.layers.Embedding(51, 51, embeddings_initializer="zeros")])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss=loss_of(keras))
    history = model.fit(context_dataset(PLAN, 16), steps_per_epoch=20, epochs=2, verbose=0).history["loss"]
    assert history[1] < history[0] < np.log(51)


def test_the_loss_is_the_mean_over_the_predicted_tokens(keras):
    """Of a model that knows nothing: log 51 for each of them, and nothing for first tokens of phrases."""
    model = keras.Sequential([keras.layers.Embedding(51, 51, embeddings_initializer="zeros")])
    model.compile(loss=loss_of(keras))
    assert model.evaluate(context_dataset(PLAN, 16), steps=3, verbose=0) == pytest.approx(np.log(51), rel=1e-5)


def test_each_epoch_of_fit_goes_on_where_the_last_one_ended(keras):
    seen = []

    class Recorder(keras.Model):
        def train_step(self, data):
            seen.append(data[0].numpy())
            return {"loss": 0.0}

    model = Recorder()
    model.compile(run_eagerly=True)
    model.fit(context_dataset(PLAN, 4, start=2), steps_per_epoch=3, epochs=2, verbose=0)
    assert np.array_equal(np.concatenate(seen)[: 6 * 4], PLAN[8:32]["input_ids"])


DISTRIBUTED = """
import tensorflow as tf
from tests.domain.training.test_keras import PLAN, context_dataset

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def batches(context):
    size = context.get_per_replica_batch_size(24)
    return context_dataset(PLAN, size, context.input_pipeline_id, context.num_input_pipelines)


steps = iter(strategy.distribute_datasets_from_function(batches))
for step in range(3):
    parts = strategy.experimental_local_results(next(steps)[0])
    assert len(parts) == 2
    assert (tf.concat(parts, 0).numpy() == PLAN[24 * step : 24 * step + 24]["input_ids"]).all()

ahead = iter(context_dataset(PLAN, 4).prefetch(8))
next(ahead)
"""


def test_replicas_share_the_contexts_of_a_step_and_the_program_ends_while_more_are_drawn():
    """TensorFlow draws ahead in threads that must not ask for Python when it ends: the program would wait for ever."""
    subprocess.run([sys.executable, "-c", DISTRIBUTED], check=True, timeout=180)
