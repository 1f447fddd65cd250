"""Contexts as a dataset of Hugging Face: shards for ranks and workers, states, and what else datasets offers."""

import itertools
from types import SimpleNamespace

import datasets
import numpy as np
import pytest
import torch
from datasets.distributed import split_dataset_by_node
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from hyperphrase import Corpus, InputError, make_corpus
from hyperphrase.training import hugging_face
from hyperphrase.training.hugging_face import iterable_dataset
from hyperphrase.training.model_inputs import for_jax, for_transformers, for_variable_length_attention
from tests.training.small import LEXICON, PLAN, RECIPE, TOKENS, blocks_of

GLOBAL = 24  # contexts of a step


def is_step(batch, begin, end, form=for_transformers):
    """Tell whether a batch, or a list of rows, has these contexts of the plan, in their order."""
    expected = form(PLAN[begin:end])
    columns = {name: [row[name] for row in batch] for name in batch[0]} if isinstance(batch, list) else batch
    return columns.keys() == expected.keys() and all(
        np.array_equal(np.asarray(columns[name]), rows) for name, rows in expected.items()
    )


def loader(rank, world_size, workers=0, load=DataLoader, **options):
    """Return the batches of a rank as the docs make them."""
    batch_size = GLOBAL // world_size
    dataset = iterable_dataset(PLAN, batch_size, num_shards=world_size * max(1, workers), **options)
    return load(split_dataset_by_node(dataset, rank, world_size), batch_size=batch_size, num_workers=workers)


def joined(batches):
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def test_rows_are_the_contexts_of_the_plan():
    dataset = iterable_dataset(PLAN)
    rows = list(dataset)
    assert is_step(rows, 0, len(PLAN))
    assert {column.dtype for column in rows[0].values()} == {np.dtype(np.int64)}
    assert dataset.column_names == ["input_ids", "labels", "position_ids"]
    assert dataset.features["labels"] == datasets.List(datasets.Value("int64"), length=16)


def test_features_are_those_of_the_form():
    dataset = iterable_dataset(PLAN, form=for_jax)
    assert is_step(list(dataset.take(9)), 0, 9, for_jax)
    assert dataset.features["targets_position"] == datasets.List(datasets.Value("int32"), length=16)


def test_epochs_run_on():
    n = len(PLAN)
    assert is_step(list(iterable_dataset(PLAN, epochs=2)), 0, 2 * n)
    assert is_step(list(iterable_dataset(PLAN, start=n - 5, epochs=2)), n - 5, 2 * n)


@pytest.mark.parametrize(("world_size", "workers"), [(1, 0), (2, 0), (4, 0), (8, 0), (1, 1), (1, 3), (2, 2), (8, 1)])
def test_any_number_of_ranks_and_workers_has_the_contexts_of_each_step(world_size, workers):
    loaders = [loader(rank, world_size, workers) for rank in range(world_size)]
    steps = len(PLAN) // GLOBAL // max(1, workers) * max(1, workers)
    for step, batches in enumerate(zip(*loaders, strict=True)):
        assert is_step(joined(batches), step * GLOBAL, (step + 1) * GLOBAL)
    assert step == steps - 1


@pytest.mark.parametrize(("num_shards", "world_size"), [(8, 2), (8, 4), (3, 2), (1, 4)])
def test_other_numbers_of_shards_give_each_context_to_one_rank(num_shards, world_size):
    dataset = iterable_dataset(PLAN, 2, num_shards)
    rows = [list(split_dataset_by_node(dataset, rank, world_size)) for rank in range(world_size)]
    found = sorted(tuple(row["input_ids"]) for part in rows for row in part)
    count = len(PLAN) // (2 * num_shards) * 2 * num_shards
    assert found == sorted(map(tuple, PLAN[0:count]["input_ids"].tolist()))
    if num_shards % world_size == 0:
        assert len(set(map(len, rows))) == 1


@pytest.fixture(params=[1, 3, 1000])
def together(request, monkeypatch):
    """The number of batches of two contexts that are drawn at once."""
    monkeypatch.setattr(hugging_face, "AHEAD", request.param * 2 * 16)


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize("torch_tensors", [False, True])
def test_a_dataset_goes_on_from_its_state_wherever_it_stopped(torch_tensors):
    def made():
        dataset = iterable_dataset(PLAN, 2, 4)
        return dataset.with_format("torch") if torch_tensors else dataset

    rows = list(made())
    for counts in ([1, 1, 150], [64, 64, 1], [50, 30, 80], [7, 1, 1], [len(rows) // 4, 1, 1]):
        state, at = None, 0
        for count in counts:  # each a run that is stopped
            dataset = made()
            if state is not None:
                dataset.load_state_dict(state)
            for row in itertools.islice(dataset, count):
                assert np.array_equal(row["input_ids"], rows[at]["input_ids"])
                at += 1
            state = dataset.state_dict()


def test_what_was_read_is_not_drawn_again(monkeypatch):
    """A part is skipped as a whole: to resume near the end of a shard takes no longer than near its beginning."""
    monkeypatch.setattr(hugging_face, "AHEAD", 4 * 16)
    dataset = iterable_dataset(PLAN)
    count = len(PLAN) - 2
    assert len(list(itertools.islice(dataset, count))) == count
    drawn = []
    plan_contexts = PLAN.contexts
    monkeypatch.setattr(PLAN, "contexts", lambda indices: drawn.append(len(indices)) or plan_contexts(indices))
    resumed = iterable_dataset(PLAN)
    resumed.load_state_dict(dataset.state_dict())
    assert len(list(resumed)) == 2
    assert sum(drawn) <= 1 + 2 * 4  # of the features, and of two parts


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stateful_loader_goes_on_from_its_state_twice(workers):
    state, at = None, 0
    for count in (3, 2, 4):
        batches = loader(0, 2, workers, StatefulDataLoader)
        if state is not None:
            batches.load_state_dict(state)
        for batch in itertools.islice(batches, count):
            assert is_step(batch, at * GLOBAL, at * GLOBAL + GLOBAL // 2)
            at += 1
        state = batches.state_dict()
    assert at == 9


def test_a_run_goes_on_with_other_ranks_from_where_it_starts():
    at = 0
    for world_size, workers, count in ((1, 0, 3), (4, 0, 2), (2, 1, 4)):
        ranks = [iter(loader(rank, world_size, workers, start=at * GLOBAL)) for rank in range(world_size)]
        for _ in range(count):
            assert is_step(joined([next(rank) for rank in ranks]), at * GLOBAL, (at + 1) * GLOBAL)
            at += 1


def test_other_operations_of_datasets_work():
    dataset = iterable_dataset(PLAN, num_shards=4)
    assert dataset.num_shards == 4
    assert len(list(dataset.shuffle(seed=1, buffer_size=10))) == len(PLAN) // 4 * 4
    sums = dataset.map(lambda row: {"sum": row["input_ids"].sum()}, remove_columns=dataset.column_names)
    assert next(iter(sums))["sum"] == PLAN[0]["input_ids"].sum()
    batch = next(iterable_dataset(PLAN).iter(batch_size=5))
    assert is_step(batch, 0, 5)


def test_a_map_style_dataset_draws_the_rows_that_are_asked_for():
    numbers = datasets.Dataset.from_dict({"context": np.arange(2 * len(PLAN))})
    dataset = numbers.with_transform(lambda rows: for_transformers(PLAN[rows["context"]]))
    assert len(dataset) == 2 * len(PLAN)
    assert is_step(dataset[3:9], 3, 9)
    for step, batch in enumerate(DataLoader(dataset, batch_size=8, drop_last=True)):
        assert is_step(batch, 8 * step, 8 * step + 8)


def test_the_phrases_of_a_corpus_in_parquet_are_loaded(tmp_path):
    corpus = make_corpus(RECIPE, LEXICON, tmp_path / "out", phrases=1000, phrases_per_shard=300, formats=["parquet"])
    files, cache = str(tmp_path / "out/shards/*.parquet"), str(tmp_path / "cache")
    phrases = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=cache)
    assert phrases["seed"][:] == corpus.seeds[:].tolist()
    assert phrases["input_ids"][:] == [phrase.ids.tolist() for phrase in corpus]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"num_shards": 0}, "num_shards"),
        ({"num_shards": len(PLAN) + 1}, "num_shards"),
        ({"batch_size": 5, "num_shards": len(PLAN) // 4}, "num_shards"),
        ({"start": len(PLAN)}, "num_shards"),
        ({"start": len(PLAN) + 1}, "start"),
        ({"epochs": 0}, "epochs"),
        ({"form": for_variable_length_attention}, "form"),
    ],
)
def test_wrong_arguments_are_refused(arguments, field):
    with pytest.raises(InputError) as caught:
        iterable_dataset(PLAN, **arguments)
    assert caught.value.field == field


class Recorder:
    """A model that keeps its batches, and stops the program before a step."""

    def __init__(self, stop=None):
        self.taken, self.stop = [], stop

    def __call__(self, *, use_cache, **batch):
        assert not use_cache
        if len(self.taken) == self.stop:
            raise EOFError
        self.taken.append(batch)
        return SimpleNamespace(loss=0.0)


def test_the_page_of_datasets(monkeypatch):
    """The code of the docs, on a small corpus: a rank stops in the second epoch and goes on."""
    monkeypatch.setattr(Corpus, "open", lambda folder: SimpleNamespace(contexts=lambda length: PLAN))
    quick, ranks, mapped = blocks_of("### Hugging Face datasets")
    names = {"model": Recorder()}
    exec(quick, names)
    assert len(names["model"].taken) == len(PLAN) // 8
    assert all(is_step(batch, 8 * step, 8 * step + 8) for step, batch in enumerate(names["model"].taken))
    names |= {"rank": 1, "world_size": 2, "saved": None, "model": Recorder(stop=40)}
    with pytest.raises(EOFError):
        exec(ranks, names)
    first = names["model"].taken
    names["model"] = Recorder()
    exec(ranks, names)
    batches = first + names["model"].taken
    assert len(batches) == 3 * len(PLAN) // 32 * 2
    assert all(is_step(batch, 16 * step + 8, 16 * step + 16) for step, batch in enumerate(batches))
    exec(mapped, names)
    assert is_step(names["dataset"][600:610], 600, 610)


def test_a_model_of_torch_learns_from_contexts():
    torch.manual_seed(0)
    model = torch.nn.Embedding(TOKENS, TOKENS)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    losses = []
    for batch in loader(0, 1):
        scores = model(batch["input_ids"][:, :-1])
        loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), batch["labels"][:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.5
