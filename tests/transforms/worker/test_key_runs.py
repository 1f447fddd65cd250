"""Keys come back from files as they come back from the engine's shuffle."""

import dataclasses

import pytest

from hyperphrase.corpus.layout import KEYS_FOLDER
from hyperphrase.deduplication.duplicates import distinct_in_span
from transforms.worker.key_runs import load_run, store_runs


@pytest.fixture
def made(context_of, dedup_of):
    """Return a site with its keys in files, the keys of span 3 by bucket and their runs."""
    context = dataclasses.replace(context_of(), keys_in_files=True)
    keys, _ = distinct_in_span(context.phrases(), context.request.unit(3), dedup_of(context))
    return context, keys, dict(store_runs(context, 3, keys))


def test_runs_are_the_keys_in_order(made):
    context, keys, runs = made
    assert sorted(runs) == list(runs)
    assert {bucket: run.tobytes() for bucket, run in keys} == {b: load_run(context, 3, run) for b, run in runs.items()}


def test_runs_in_files_and_in_the_shuffle_are_the_same(made):
    context, keys, runs = made
    shuffled = dict(store_runs(dataclasses.replace(context, keys_in_files=False), 3, keys))
    assert shuffled == {bucket: load_run(context, 3, run) for bucket, run in runs.items()}
    assert all(isinstance(run, bytes) for run in shuffled.values())


@pytest.mark.parametrize("damage", ["cut", "removed"])
def test_a_run_that_is_not_there_is_an_error(made, tmp_path, damage):
    context, _, runs = made
    path = tmp_path / KEYS_FOLDER / "00003"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()
    with pytest.raises(OSError, match="00003"):
        load_run(context, 3, runs[max(runs)])
