"""Contexts for TensorFlow: one rank's batches as a ``tf.data.Dataset`` that begins at any step."""

import atexit
import functools
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from hyperphrase.corpus.request import in_range
from hyperphrase.libraries import library
from hyperphrase.training.contexts import ContextPlan
from hyperphrase.training.model_inputs import Batch, check_rows, for_keras
from hyperphrase.training.stream import AHEAD

_MOST = 1 << 40  # steps before the first one
_QUIET = 0.1  # seconds without a call, after which no thread of TensorFlow is about to make one
_LONGEST = 5.0  # seconds that the end of a program waits for it


def context_dataset(
    plan: ContextPlan,
    batch_size: int,
    rank: int = 0,
    world_size: int = 1,
    *,
    start: int = 0,
    form: Callable[[Batch], Any] = for_keras,
) -> Any:
    """Return the batches of one rank as a ``tf.data.Dataset`` without an end: those of ``plan.stream`` from a step on.

    By default an element is (ids, targets, weights), as ``fit`` of Keras takes it: int32, int32 and float32, of shape
    (batch_size, length). Steps run on across epochs; ``plan.steps(batch_size, world_size)`` is their number in one.

    start: the number of the first step. form: makes the elements; it takes contexts as a plan returns them, n of them,
    and returns arrays of n rows, in any nest of dictionaries and tuples. Raises InputError; ImportError without
    TensorFlow.
    """
    tf = library("tensorflow", extra="tensorflow")
    plan.stream(batch_size, rank, world_size)  # refuses wrong arguments
    example = form(plan.contexts(np.arange(batch_size)))
    arrays = [np.asarray(array) for array in tf.nest.flatten(example)]
    check_rows(form, arrays, batch_size)
    steps = max(1, AHEAD // (batch_size * plan.length))  # that are drawn at once
    empty = [np.zeros((steps, *array.shape), array.dtype) for array in arrays]

    def draw(first: Any) -> list[Any]:
        firsts = ((int(first) + np.arange(steps)) * world_size + rank) * batch_size
        rows = tf.nest.flatten(form(plan.contexts((firsts[:, None] + np.arange(batch_size)).ravel())))
        return [row.reshape(like.shape) for row, like in zip(rows, empty, strict=True)]

    def several(first: Any) -> Any:
        call = functools.partial(_calls().call, draw, empty)
        drawn = tf.numpy_function(call, [first], [like.dtype for like in empty], stateful=False)  # can be saved
        shaped = [tf.ensure_shape(array, like.shape) for array, like in zip(drawn, empty, strict=True)]
        return tf.nest.pack_sequence_as(example, shaped)

    numbers = tf.data.Dataset.range(in_range("start", start, 0, _MOST), tf.int64.max, steps)
    endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
    return numbers.map(several).unbatch().apply(endless)


class _Calls:
    """The calls that threads of TensorFlow make, and their end before that of the program.

    TensorFlow draws ahead without an end. A thread that waits for Python when the interpreter ends waits for ever, and
    the program with it. So in the end nothing is drawn any more, until the threads have filled their buffers.
    """

    def __init__(self) -> None:
        self._running: set[int] = set()  # threads
        self._last = 0.0
        self._ended = False
        atexit.register(self._end)

    def call(self, draw: Callable[[Any], list[Any]], empty: list[Any], first: Any) -> list[Any]:
        """Return ``draw(first)``, or ``empty`` when the program ends."""
        self._running.add(threading.get_ident())
        try:
            return empty if self._ended else draw(first)
        finally:
            self._last = time.monotonic()
            self._running.discard(threading.get_ident())

    def _end(self) -> None:
        self._ended = True
        latest = time.monotonic() + _LONGEST
        while (self._running or time.monotonic() < self._last + _QUIET) and time.monotonic() < latest:
            time.sleep(_QUIET / 10)


@functools.cache
def _calls() -> _Calls:
    return _Calls()
