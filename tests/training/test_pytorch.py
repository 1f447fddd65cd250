"""PyTorch reads contexts: one by one and in batches, on any number of ranks and workers, and again from any state."""

import os
import pickle
import random
import signal
import time
from itertools import islice

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from hyperphrase import InputError
from hyperphrase.training import model_inputs
from hyperphrase.training.pytorch import ContextBatches, ContextDataset, ContextLoader
from tests.training.processes import finish, start
from tests.training.small import CORPUS, PLAN, places, places_of, plan_of

torch.set_num_threads(1)

GLOBAL = 168  # contexts of a step: a multiple of all world sizes below
WORLDS = (1, 2, 3, 4, 7, 8)

pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create 3 worker")  # more than processors


def seen(batch):
    return places_of(batch["input_ids"].numpy())


def together(batches):
    return [place for batch in batches for place in seen(batch)]


def loaders(workers, **options):
    """Return the loaders of ranks with so many workers each, for global batches of GLOBAL contexts."""
    ranks = len(workers)
    return [
        ContextLoader(PLAN, GLOBAL // ranks, rank, ranks, num_workers=own, **options)
        for rank, own in enumerate(workers)
    ]


def test_a_context_is_a_dictionary_of_tensors():
    for form, dtypes in {
        model_inputs.for_transformers: [torch.int64] * 3,
        model_inputs.for_flex_attention: [torch.int64] * 3 + [torch.int32],
        model_inputs.for_jax: [torch.int32] * 6,
        model_inputs.for_megatron: [torch.int64] * 2 + [torch.float32, torch.int64],
    }.items():
        dataset = ContextDataset(PLAN, form)
        expected = form(PLAN[7:9])
        for got in (dataset[7], dataset.__getitems__([7, 8])[0]):
            assert [(name, column.dtype, tuple(column.shape)) for name, column in got.items()] == [
                (name, dtype, (16,)) for name, dtype in zip(expected, dtypes, strict=True)
            ]
            assert all(np.array_equal(got[name], expected[name][0]) for name in expected)


def test_a_dataset_ends_with_its_epochs():
    dataset = ContextDataset(PLAN, epochs=2)
    assert len(dataset) == 2 * len(PLAN)
    assert places_of([dataset[len(PLAN) + 3]["input_ids"]]) == places(len(PLAN) + 3, len(PLAN) + 4)
    assert dataset.__getitems__([]) == []
    for wrong in (2 * len(PLAN), -1):
        with pytest.raises(IndexError, match=f"990 contexts are numbered from 0; there is no {wrong}"):
            dataset[wrong]
    with pytest.raises(InputError, match=r"^epochs"):
        ContextDataset(PLAN, epochs=0)


@pytest.mark.parametrize("indices", [[0], [0, 1], [0, 1, 2, 3]])
def test_a_form_without_a_row_for_each_context_is_refused(indices):
    dataset = ContextDataset(PLAN, model_inputs.for_variable_length_attention)
    with pytest.raises(InputError, match=r"^form=for_variable_length_attention: .*no row for each context"):
        dataset.__getitems__(indices)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_data_loader_makes_batches_of_a_dataset(workers):
    loader = DataLoader(ContextDataset(PLAN), batch_size=7, num_workers=workers)
    read = [seen(batch) for batch in loader]
    assert [place for places in read for place in places] == list(range(len(PLAN)))
    assert {len(batch) for batch in read[:-1]} == {7}


@pytest.mark.parametrize("packing", ["concat", "best_fit", "pad"])
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_a_data_loader_takes_whole_batches(workers, packing):
    plan = plan_of(packing=packing)
    expected = plan.stream(4, 1, 2)
    loader = DataLoader(ContextBatches(plan.stream(4, 1, 2)), batch_size=None, num_workers=workers)
    for batch, rows in zip(islice(loader, 11), islice(expected, 11), strict=True):
        assert all(np.array_equal(batch[name], it) for name, it in model_inputs.for_transformers(rows).items())


def test_numbers_stay_numbers():
    form = model_inputs.for_variable_length_attention
    for workers in (0, 1):
        (batch,) = ContextLoader(PLAN, 4, form=form, steps=1, num_workers=workers)
        assert (batch["input_ids"].shape, type(batch["max_length_q"])) == ((1, 64), int)
        assert np.array_equal(batch["cu_seq_lens_q"], form(PLAN[0:4])["cu_seq_lens_q"])


@pytest.mark.parametrize(
    "workers",
    [[number] * ranks for ranks in (1, 2, 3, 4) for number in range(4)]
    + [[rank % 4 for rank in range(ranks)] for ranks in WORLDS],
)
def test_any_number_of_ranks_and_workers_sees_the_same_contexts_at_each_step(workers):
    for step, batches in enumerate(zip(*loaders(workers, steps=4), strict=True)):
        assert together(batches) == places(GLOBAL * step, GLOBAL * (step + 1))
    assert step == 3  # in the second epoch


@pytest.mark.parametrize("case", range(6))
def test_a_run_that_stops_twice_goes_on_with_other_ranks_and_workers(case):
    choose = random.Random(case)
    state, consumed = PLAN.stream(1).state_dict(), 0
    for steps in (choose.randrange(5), choose.choice([0, 1, 6]), 2):
        group = loaders([choose.randrange(4) for _ in range(choose.choice(WORLDS))])
        for loader in group:
            loader.load_state_dict(state)
        passes = [iter(()) for _ in group]
        for _ in range(steps):
            batches = [next(one, None) for one in passes]
            if batches[0] is None:  # a pass has ended, or none has begun
                passes = list(map(iter, group))
                batches = [next(one) for one in passes]
            assert together(batches) == places(consumed, consumed + GLOBAL)
            consumed += GLOBAL
        (state,) = {tuple(loader.state_dict().items()) for loader in group}
        state = dict(state)
        assert state["contexts"] == consumed


@pytest.mark.parametrize("workers", [0, 2])
def test_each_pass_goes_on_where_the_last_one_ended(workers):
    loader = ContextLoader(PLAN, 100, num_workers=workers)
    assert len(loader) == PLAN.steps(100) == 4
    for epoch in range(3):
        assert loader.epoch == epoch
        assert [seen(batch) for batch in loader] == [
            places(100 * step, 100 * step + 100) for step in range(4 * epoch, 4 * epoch + 4)
        ]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_pass_that_was_left_goes_on_with_its_rest(workers):
    loader = ContextLoader(PLAN, 50, num_workers=workers, steps=5)
    for batch in loader:
        if seen(batch) == places(50, 100):
            break
    assert loader.state_dict()["contexts"] == 100  # what was taken, not what was made
    assert [seen(batch) for batch in loader] == [places(100, 150), places(150, 200), places(200, 250)]
    resumed = ContextLoader(PLAN, 25, 1, 2, steps=5)
    resumed.load_state_dict({**loader.state_dict(), "contexts": 350})
    assert resumed.epoch == 1
    assert [seen(batch) for batch in resumed] == [places(375, 400), places(425, 450), places(475, 500)]
    assert resumed.epoch == 2


def test_another_global_batch_goes_on_at_the_next_context():
    loader = ContextLoader(PLAN, 8, steps=10)
    loader.load_state_dict({**loader.state_dict(), "contexts": 77})
    assert [seen(batch) for batch in loader] == [places(77, 85)]
    assert seen(next(iter(loader))) == places(85, 93)


def test_a_loader_and_a_stream_have_the_same_states():
    loader, stream = ContextLoader(PLAN, 8, 1, 2), PLAN.stream(8, 0, 2)
    for _ in islice(loader, 3):
        next(stream)
    next(stream)
    assert loader.state_dict() != stream.state_dict()
    stream.load_state_dict(loader.state_dict())
    next(stream)
    next(iter(loader))
    assert loader.state_dict() == stream.state_dict()


def test_another_state_ends_the_workers_and_starts_new_ones():
    for options in ({}, {"persistent_workers": True}, {"prefetch_factor": 5}):
        loader = ContextLoader(PLAN, 8, num_workers=2, **options)
        for start_at in (0, 30, 10):
            loader.load_state_dict({**loader.state_dict(), "contexts": start_at})
            assert seen(next(iter(loader))) == places(start_at, start_at + 8)
        assert len(torch.multiprocessing.active_children()) == 2
        del loader
        assert torch.multiprocessing.active_children() == []


def test_what_a_loader_cannot_do_is_refused():
    with pytest.raises(InputError, match=r"^steps=0"):
        ContextLoader(PLAN, 500)  # more than an epoch has
    assert len(ContextLoader(PLAN, 500, steps=3)) == 3
    with pytest.raises(InputError, match=r"^rank=2"):
        ContextLoader(PLAN, 8, 2, 2)
    with pytest.raises(InputError, match=r"^state=.*another corpus or of other options"):
        ContextLoader(PLAN, 8).load_state_dict(plan_of(seed=1).stream(8).state_dict())
    for options in ({"in_order": False}, {"batches": 3}):
        with pytest.raises(TypeError):
            ContextLoader(PLAN, 8, **options)
    with pytest.raises(ValueError, match="sampler"):
        ContextLoader(PLAN, 8, sampler=range(9))


@pytest.mark.parametrize("workers", [0, 2])
def test_torchdata_keeps_the_state_of_each_worker(workers):
    def loader():
        return StatefulDataLoader(ContextBatches(PLAN.stream(8)), batch_size=None, num_workers=workers)

    first, step = loader(), 0
    for leg in (5, 1, 0, 4):
        for batch in islice(first, leg):
            assert seen(batch) == places(8 * step, 8 * step + 8)
            step += 1
        state = pickle.loads(pickle.dumps(first.state_dict()))
        first = loader()
        first.load_state_dict(state)


def test_what_workers_get_can_be_pickled():
    dataset, batches = pickle.loads(
        pickle.dumps((ContextDataset(PLAN, epochs=2), ContextBatches(PLAN.stream(3, 1, 2))))
    )
    assert places_of([dataset[5]["input_ids"]]) == [5]
    assert seen(next(iter(batches))) == [3, 4, 5]


def test_spawned_workers_make_the_same_batches():
    loader = ContextLoader(PLAN, 8, num_workers=1, steps=3, multiprocessing_context="spawn")
    assert [seen(batch) for batch in loader] == [places(0, 8), places(8, 16), places(16, 24)]


LOADING = """
import sys
from hyperphrase.training.pytorch import ContextLoader
from tests.training.small import PLAN
loader = ContextLoader(PLAN, 4, num_workers=2, steps=1 << 30)
"""


def test_a_program_ends_with_its_workers_running(tmp_path):
    status, out, err = finish(start(LOADING + "batches = iter(loader)\nprint(next(batches).keys())", tmp_path))
    assert (status, err) == (0, "")
    assert out == "dict_keys(['input_ids', 'labels', 'position_ids'])\n"


def test_an_interrupt_ends_a_program_and_its_workers(tmp_path):
    process = start(LOADING + "for batch in loader: print('taken', flush=True)", tmp_path)
    assert process.stdout.readline() == "taken\n"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    began = time.monotonic()
    status, _, err = finish(process)
    assert (status, err.splitlines()[-1]) == (-signal.SIGINT, "KeyboardInterrupt")
    assert time.monotonic() - began < 10


def test_a_mask_of_flex_attention_keeps_phrases_apart():
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    plan = plan_of(packing="best_fit", length=32)  # with padding
    (batch,) = ContextLoader(plan, 3, form=model_inputs.for_flex_attention, steps=1)
    documents = batch["document_ids"]
    assert (documents < 0).any()

    def same_phrase(row, head, query, key):
        return (query >= key) & (documents[row, query] == documents[row, key])

    values = torch.randn(3, 3, 2, 32, 16, generator=torch.Generator().manual_seed(0))  # q, k, v
    mask = create_block_mask(same_phrase, 3, None, 32, 32, device="cpu")
    together = flex_attention(*values, block_mask=mask)
    assert torch.isfinite(together).all()
    for row in range(3):
        for document in documents[row].unique():
            at = (documents[row] == document).nonzero()[:, 0]
            alone = torch.nn.functional.scaled_dot_product_attention(*values[:, row, :, at], is_causal=True)
            assert torch.allclose(together[row][:, at], alone, atol=1e-5)


def test_a_corpus_of_shards_is_read_by_workers(tmp_path):
    from hyperphrase import Corpus, make_corpus

    make_corpus(CORPUS.recipe, CORPUS.lexicon, tmp_path / "out", seeds=(0, 1400), phrases_per_shard=500)
    plan = Corpus.open(tmp_path / "out", source="shards").contexts(length=16, separator=50)
    assert places_of([pickle.loads(pickle.dumps(ContextDataset(plan)))[7]["input_ids"]]) == [7]
    for workers in (0, 2):
        loader = ContextLoader(plan, 11, num_workers=workers, steps=5)
        assert [seen(batch) for batch in loader] == [places(11 * step, 11 * step + 11) for step in range(5)]
