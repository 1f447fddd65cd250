"""Batches as a ``tf.data.Dataset``: the stream of the plan, from any step, on any number of ranks."""

import atexit
import os

import numpy as np
import pytest

from hyperphrase import InputError
from hyperphrase.training import tensorflow_data
from hyperphrase.training.model_inputs import for_jax, for_keras, for_variable_length_attention
from hyperphrase.training.tensorflow_data import context_dataset
from tests.training.small import CORPUS, PLAN

GLOBAL = 24  # contexts of a step


@pytest.fixture(scope="module", autouse=True)
def tf():
    """TensorFlow: it takes seconds to load, so not whenever tests are collected."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    return tensorflow


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch):
    """Draw a few steps at once, not thousands of such short contexts."""
    monkeypatch.setattr(tensorflow_data, "AHEAD", 4 * GLOBAL * PLAN.length)


def steps_of(world_size, start, count, **options):
    """Return the contexts of ``count`` steps, those of all ranks in a row."""
    batch_size = GLOBAL // world_size
    ranks = [
        context_dataset(PLAN, batch_size, rank, world_size, start=start, form=dict, **options).take(count)
        for rank in range(world_size)
    ]
    return [
        {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
        for batches in zip(*(rank.as_numpy_iterator() for rank in ranks), strict=True)
    ]


def equal(ours, theirs):
    return ours.keys() == theirs.keys() and all(np.array_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("world_size", [1, 2, 4, 8])
def test_any_number_of_ranks_has_the_contexts_of_each_step(world_size):
    count = len(PLAN) // GLOBAL + 3  # into the second epoch
    for step, seen in enumerate(steps_of(world_size, 0, count)):
        assert equal(seen, PLAN[step * GLOBAL : (step + 1) * GLOBAL])


def test_a_run_goes_on_at_any_step_on_another_number_of_ranks():
    at = 0
    for world_size, count in ((1, 3), (4, 1), (2, 5), (8, 2)):
        for seen in steps_of(world_size, at, count):
            assert equal(seen, PLAN[at * GLOBAL : (at + 1) * GLOBAL])
            at += 1
    assert at == 11


def test_elements_are_what_fit_of_keras_takes():
    dataset = context_dataset(PLAN, 4, start=2)
    assert [(spec.shape, spec.dtype.name) for spec in dataset.element_spec] == [
        ((4, 16), "int32"), ((4, 16), "int32"), ((4, 16), "float32"),
    ]  # fmt: skip
    for found, expected in zip(next(dataset.as_numpy_iterator()), for_keras(PLAN[8:12]), strict=True):
        assert np.array_equal(found, expected)


def test_elements_may_be_nested():
    def form(contexts):
        ids, targets, weights = for_keras(contexts)
        return {"tokens": ids, "positions": contexts["position_ids"]}, targets, weights

    dataset = context_dataset(PLAN, 3, form=form)
    inputs, targets, _ = next(dataset.as_numpy_iterator())
    assert {name: spec.shape for name, spec in dataset.element_spec[0].items()} == dict.fromkeys(inputs, (3, 16))
    assert np.array_equal(inputs["positions"], PLAN[0:3]["position_ids"])
    assert np.array_equal(targets, for_jax(PLAN[0:3])["targets"])


def test_long_contexts_are_drawn_one_by_one():
    plan = CORPUS.contexts(length=100_000, tail="wrap")  # one context
    for batch_size in (1, 2, 3):
        batches = context_dataset(plan, batch_size, start=1, form=dict).take(3).as_numpy_iterator()
        for step, batch in enumerate(batches, 1):
            assert equal(batch, plan[step * batch_size : (step + 1) * batch_size])


def test_it_has_no_end_and_a_graph_may_iterate_over_it(tf):
    dataset = context_dataset(PLAN, 4)
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY

    @tf.function
    def total(batches):
        return batches.reduce(tf.constant(0, tf.int32), lambda sum_, batch: sum_ + tf.reduce_sum(batch[0]))

    assert total(dataset.take(5)) == PLAN[0:20]["input_ids"].sum()


def test_a_checkpoint_of_the_iterator_goes_on_there(tf, tmp_path):
    iterator = iter(context_dataset(PLAN, 4))
    next(iterator), next(iterator)
    path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / "first"))
    for begin in (8, 12):  # stopped twice
        iterator = iter(context_dataset(PLAN, 4))
        tf.train.Checkpoint(iterator=iterator).read(path).assert_consumed()
        assert np.array_equal(next(iterator)[0], PLAN[begin : begin + 4]["input_ids"])
        path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / str(begin)))


def test_nothing_is_drawn_when_the_program_ends():
    calls = tensorflow_data._Calls()
    atexit.unregister(calls._end)
    assert calls.call(lambda step: [step], ["empty"], 3) == [3]
    calls._end()
    assert calls.call(lambda step: [step], ["empty"], 3) == ["empty"]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 1, "rank": 2, "world_size": 2}, "rank"),
        ({"batch_size": 1, "world_size": 0}, "world_size"),
        ({"batch_size": 1, "start": -1}, "start"),
        ({"batch_size": 1, "start": 1.5}, "start"),
        ({"batch_size": 2, "form": for_variable_length_attention}, "form"),
    ],
)
def test_wrong_arguments_are_refused(arguments, field):
    with pytest.raises(InputError) as caught:
        context_dataset(PLAN, **arguments)
    assert caught.value.field == field
