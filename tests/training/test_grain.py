"""Grain reads contexts: one by one and in batches, on any number of shards and workers, and again from any state."""

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import grain
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from absl import flags

from hyperphrase import Corpus, InputError
from hyperphrase.training.jax_grain import ContextSource
from hyperphrase.training.model_inputs import for_jax, for_megatron
from tests.training.small import PLAN, TOKENS, blocks_of, plan_of

SOURCE = ContextSource(PLAN, epochs=3)
FEW = grain.ReadOptions(num_threads=2, prefetch_buffer_size=4)
GLOBAL = 24  # contexts of a step


NUMBERS = grain.MapDataset.range(len(SOURCE) // GLOBAL * GLOBAL)  # of whole steps, so that all ranks have as many


@pytest.fixture(scope="module", autouse=True)
def parsed_flags():
    """Grain's workers ask for flags of absl, which a program of absl has parsed."""
    flags.FLAGS.mark_as_parsed()


def drawn_at_once(batch_size):
    """Return batches as the docs make them: Grain batches the numbers, and one call draws each batch."""
    return NUMBERS.batch(batch_size).map(SOURCE.contexts)


def one_by_one(batch_size):
    return grain.MapDataset.source(SOURCE).batch(batch_size, drop_remainder=True)


def the_plan_itself(batch_size):
    """Return batches of the first epoch, without a :class:`ContextSource`."""
    return grain.MapDataset.source(PLAN).batch(batch_size, drop_remainder=True).map(for_jax)


def elastic(rank, world_size):
    shard = grain.sharding.ShardOptions(rank, world_size)
    unbuffered = grain.ReadOptions(prefetch_buffer_size=0)
    return grain.experimental.ElasticIterator(NUMBERS, GLOBAL, shard, read_options=unbuffered).map(SOURCE.contexts)


def is_step(batch, numbers):
    """Tell whether a batch has the contexts of these numbers, in their order."""
    expected = for_jax(PLAN[numbers])
    return batch.keys() == expected.keys() and all(np.array_equal(batch[name], expected[name]) for name in expected)


@pytest.mark.parametrize("batches", [drawn_at_once, one_by_one, the_plan_itself])
def test_batches_are_those_of_the_plan(batches):
    found = list(batches(8).to_iter_dataset(FEW))
    assert (
        len(found) == {drawn_at_once: len(NUMBERS), one_by_one: len(SOURCE), the_plan_itself: len(PLAN)}[batches] // 8
    )
    for step, batch in enumerate(found):
        assert is_step(batch, range(8 * step, 8 * step + 8))
        assert {column.dtype for column in batch.values()} == {np.dtype(np.int32)}


def test_each_epoch_has_an_order_of_its_own_unless_grain_repeats_one():
    n = len(PLAN)
    rows = grain.MapDataset.source(SOURCE)
    again = grain.MapDataset.source(ContextSource(PLAN)).repeat(2)
    assert len(rows) == 3 * n
    assert any(not np.array_equal(rows[i]["inputs"], rows[n + i]["inputs"]) for i in range(9))
    assert all(np.array_equal(again[i]["inputs"], again[n + i]["inputs"]) for i in range(9))


@pytest.mark.parametrize("world_size", [1, 2, 4, 8])
def test_slices_of_the_batches_are_the_streams_of_ranks(world_size):
    batch_size = GLOBAL // world_size
    for rank in range(world_size):
        stream = PLAN.stream(batch_size, rank, world_size)
        for batch in drawn_at_once(batch_size)[rank::world_size].to_iter_dataset(FEW):
            assert np.array_equal(batch["inputs"], next(stream)["input_ids"])
        assert stream.state_dict()["contexts"] == len(NUMBERS)


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_change_nothing_and_resume(workers):
    batches = drawn_at_once(8)[: 6 * workers + 1].to_iter_dataset(FEW)
    batches = batches.mp_prefetch(grain.MultiprocessingOptions(num_workers=workers))
    iterator = iter(batches)
    assert all(is_step(next(iterator), range(8 * step, 8 * step + 8)) for step in range(4))
    state = iterator.get_state()
    next(iterator)
    iterator.set_state(state)
    rest = list(iterator)
    assert len(rest) == 6 * workers - 3
    assert all(is_step(batch, range(8 * step, 8 * step + 8)) for step, batch in enumerate(rest, 4))


@pytest.mark.parametrize("batches", [drawn_at_once, one_by_one])
def test_an_iterator_goes_on_from_its_state_twice(batches):
    state, at = None, 0
    for count in (5, 1, 7):
        iterator = iter(batches(8).to_iter_dataset(FEW))
        if state is not None:
            iterator.set_state(state)
        for _ in range(count):
            assert is_step(next(iterator), range(8 * at, 8 * at + 8))
            at += 1
        state = iterator.get_state()
        next(iterator)  # what is read after the state does not count
    assert at == 13


def sliced(rank, world_size):
    return drawn_at_once(GLOBAL // world_size)[rank::world_size].to_iter_dataset(FEW)


def ahead(rank, world_size):
    return grain.experimental.ThreadPrefetchIterDataset(elastic(rank, world_size), prefetch_buffer_size=2)


@pytest.mark.parametrize("ranks", [sliced, elastic, ahead])
def test_a_run_goes_on_with_any_number_of_processes(ranks):
    state, at = None, 0
    for world_size, count in ((1, 3), (4, 2), (8, 1), (2, 5)):
        iterators = [iter(ranks(rank, world_size)) for rank in range(world_size)]
        for iterator in iterators:
            if state is not None:
                iterator.set_state(state)
        for _ in range(count):
            step, each = range(GLOBAL * at, GLOBAL * (at + 1)), GLOBAL // world_size
            for rank, iterator in enumerate(iterators):
                own = step[rank * each :][:each] if ranks is sliced else step[rank::world_size]
                assert is_step(next(iterator), own)
            at += 1
        states = [iterator.get_state() for iterator in iterators]
        assert states.count(states[0]) == world_size
        state = states[0]
    assert at == 11


def test_an_elastic_iterator_goes_on_with_another_global_batch():
    iterator = iter(elastic(0, 1))
    next(iterator)
    shard = grain.sharding.ShardOptions(1, 2)
    other = iter(grain.experimental.ElasticIterator(NUMBERS, 8, shard).map(SOURCE.contexts))
    other.set_state(iterator.get_state())
    assert is_step(next(other), range(GLOBAL + 1, GLOBAL + 8, 2))


def loader(source, workers=0):
    sampler = grain.samplers.SequentialSampler(len(source), grain.sharding.NoSharding())
    operations = [grain.transforms.Batch(8, drop_remainder=True)]
    return grain.DataLoader(data_source=source, sampler=sampler, operations=operations, worker_count=workers)


def test_a_data_loader_reads_contexts_and_goes_on_from_its_state():
    iterator = iter(loader(SOURCE))
    assert all(is_step(next(iterator), range(8 * step, 8 * step + 8)) for step in range(3))
    state = iterator.get_state()
    again = iter(loader(ContextSource(PLAN, epochs=3)))
    again.set_state(state)
    assert is_step(next(again), range(24, 32))


def test_a_data_loader_refuses_the_state_of_another_plan_or_form():
    state = iter(loader(SOURCE)).get_state()
    for source in (ContextSource(plan_of(seed=1), epochs=3), ContextSource(PLAN, for_megatron, epochs=3)):
        with pytest.raises(ValueError, match="data source"):
            iter(loader(source)).set_state(state)


def test_a_source_is_pickled_and_described_alike_in_every_process():
    copy = pickle.loads(pickle.dumps(SOURCE))
    assert is_step(copy.contexts([3, 1]), [3, 1])
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer))"
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(SOURCE), capture_output=True, check=True)
    assert done.stdout.decode().strip() == repr(SOURCE)
    assert PLAN.fingerprint in repr(SOURCE)
    assert "for_jax" in repr(SOURCE)


def test_threads_share_a_source():
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(SOURCE.__getitem__, range(200)))
    assert is_step({name: np.stack([row[name] for row in rows]) for name in rows[0]}, range(200))


def test_several_contexts_are_read_at_once():
    for read in (SOURCE._getitems, SOURCE.__getitems__):
        rows = read([9, 2, 9])
        assert is_step({name: np.stack([row[name] for row in rows]) for name in rows[0]}, [9, 2, 9])
        assert read([]) == []


def test_what_is_outside_is_refused():
    for index in (-1, len(SOURCE)):
        with pytest.raises(IndexError):
            SOURCE[index]
    for epochs in (0, -1, 1.5, None):
        with pytest.raises(InputError, match=r"^epochs"):
            ContextSource(PLAN, epochs=epochs)


def test_the_page_of_grain(monkeypatch):
    """The code of the docs, on a small corpus: two epochs, then two processes that begin where one has stopped."""
    monkeypatch.setattr(Corpus, "open", lambda folder: SimpleNamespace(contexts=lambda length: PLAN))
    quick, processes = blocks_of("### JAX with Grain")
    names = {"train_step": lambda state, batch: ([*state, batch], 0.0), "state": []}
    exec(quick, names)
    assert len(names["source"]) == 2 * len(PLAN)
    for step, batch in enumerate(names["state"]):
        assert is_step(batch, range(8 * step, min(8 * step + 8, 2 * len(PLAN))))

    def stops(state, batch):
        if len(state) == 3:
            raise EOFError
        return [*state, batch], 0.0

    names |= {"train_step": stops, "state": [], "saved": None}
    with pytest.raises(EOFError):
        exec(processes, names)
    assert all(is_step(batch, range(64 * step, 64 * step + 64)) for step, batch in enumerate(names["state"]))
    assert len(names["state"]) == 3
    for rank in range(2):
        monkeypatch.setattr(jax, "process_index", lambda rank=rank: rank)
        monkeypatch.setattr(jax, "process_count", lambda: 2)
        second = names | {"state": [], "train_step": lambda state, batch: ([*state, batch], 0.0)}
        exec(processes, second)
        assert len(second["state"]) == 2 * len(PLAN) // 64 - 3
        for step, batch in enumerate(second["state"], 3):
            assert is_step(batch, range(64 * step + 32 * rank, 64 * step + 32 * rank + 32))


def test_a_model_of_jax_learns_from_contexts():
    def loss(table, batch):
        scores = jax.nn.log_softmax(table[batch["inputs"]])
        mask = batch["targets_segmentation"] > 0
        found = jnp.take_along_axis(scores, batch["targets"][..., None], axis=-1)[..., 0]
        return -(found * mask).sum() / mask.sum()

    @jax.jit
    def train_step(table, batch):
        value, gradient = jax.value_and_grad(loss)(table, batch)
        return table - 20 * gradient, value

    table = jnp.zeros((TOKENS, TOKENS))
    losses = []
    for batch in drawn_at_once(16).to_iter_dataset(FEW):
        table, value = train_step(table, batch)
        losses.append(float(value))
    assert losses[0] == pytest.approx(np.log(TOKENS), rel=1e-5)
    assert np.mean(losses[-5:]) < losses[0] - 0.5
