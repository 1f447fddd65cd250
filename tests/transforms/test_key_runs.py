"""Keys come back from files as they come back from the engine's shuffle."""

import dataclasses

import pytest

from hyperphrase.duplicates import distinct_in_span
from transforms.key_runs import KEYS_FOLDER, put_runs, take_run


@pytest.fixture
def made(site_of, how_of):
    """Return a site with its keys in files, the keys of span 3 by bucket and their runs."""
    site = dataclasses.replace(site_of(), keys_in_files=True)
    keys, _ = distinct_in_span(site.phrases(), site.request.unit(3), how_of(site))
    return site, keys, dict(put_runs(site, 3, keys))


def test_runs_are_the_keys_in_order(made):
    site, keys, runs = made
    assert sorted(runs) == list(runs)
    assert {bucket: run.tobytes() for bucket, run in keys} == {b: take_run(site, 3, run) for b, run in runs.items()}


def test_runs_in_files_and_in_the_shuffle_are_the_same(made):
    site, keys, runs = made
    shuffled = dict(put_runs(dataclasses.replace(site, keys_in_files=False), 3, keys))
    assert shuffled == {bucket: take_run(site, 3, run) for bucket, run in runs.items()}
    assert all(isinstance(run, bytes) for run in shuffled.values())


@pytest.mark.parametrize("damage", ["cut", "removed"])
def test_a_run_that_is_not_there_is_an_error(made, tmp_path, damage):
    site, _, runs = made
    path = tmp_path / KEYS_FOLDER / "00003"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()
    with pytest.raises(OSError, match="00003"):
        take_run(site, 3, runs[max(runs)])
