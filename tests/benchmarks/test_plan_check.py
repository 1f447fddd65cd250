"""The check of plans against runs, on a small corpus; and the simulated workers, on times that can be added by hand."""

import numpy as np
import pytest

from benchmarks.plan_check import check
from benchmarks.shuffle_simulation import ends_dealt, ends_taken

SMALL = ["--vocabulary=1000", "--sampler=zipf", "--phrases_per_shard=3000"]


@pytest.mark.slow
def test_a_small_corpus_is_planned_run_and_compared():
    found = check(20_000, 1, SMALL)
    for exact in ("shuffled", "elements", "shards"):
        assert found.planned[0][exact] == found.real[0][exact]
    assert abs(found.error("shard")) < 0.01
    assert abs(found.error("largest")) < 0.05
    assert found.cell("shards") == "7 / 7 (+0.0%)"
    assert found.real[0]["seconds"] > 0
    assert found.planned[0]["memory"] > 100


@pytest.mark.parametrize(
    ("slowness", "dealt", "taken"),
    [([1.0, 1.0], 5.0, 4.0), ([1.0, 3.0], 9.0, 6.0), ([1.0], 8.0, 8.0)],
)
def test_workers_dealt_to_and_taking_one_by_one(slowness, dealt, taken):
    times = np.array([3.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert dealt == ends_dealt(times, np.array(slowness))
    assert taken == ends_taken(times, np.array(slowness))
