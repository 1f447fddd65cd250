"""docs/evidence.md and README.md say what the results of the experiments say."""

import json
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from evidence.reporting import probability, ratio, share, whole
from evidence.statistics import mean_interval, ratio_of_medians, share_interval, sign_flip_test

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "evidence" / "results"
SEEDS = list(range(100, 108))
BUDGET = 1000  # steps of recall
PAGE = " ".join((ROOT / "docs" / "evidence.md").read_text(encoding="utf-8").split())
README = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def by_arm(name, value):
    """Return values by arm, those of its seeds in their order."""
    found = {}
    for row in json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")):
        found.setdefault(row["arm"], []).append(value(row))
    return found


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_results_have_all_seeds_and_the_page_shows_them(path):
    rows = json.loads(path.read_text(encoding="utf-8"))
    for arm in {row["arm"] for row in rows if row["seed"] in SEEDS}:
        assert [row["seed"] for row in rows if row["arm"] == arm] in (SEEDS, SEEDS[:1]), arm
    assert f"(../evidence/results/{path.stem}.md)" in PAGE
    assert f"(../evidence/results/{path.stem}.png)" in PAGE


def test_copying_is_what_was_measured():
    copied = by_arm("copying", lambda row: row["copy_mean"])
    taught = copied["repetition, varied"]
    formed = sum(accuracy > 0.5 for accuracy in taught)
    low, high = map(share, share_interval(formed, 8))
    for text in (PAGE, README):
        assert f"in {formed} of 8 seeds (95%: {low} to {high})" in text
    assert f"with a median of {share(median(taught))}" in PAGE
    assert f"the same mixture: at most {share(max(copied['repetition, varied, 1 layer']))}" in PAGE


ROWS = {
    "`repetition`, six lengths": "repetition, varied",
    "`copy`, short and varied": "copy, varied",
    "`set`": "set",
    "`delete`": "delete",
    "`pitman_yor`": "pitman_yor",
    "`repetition`, weights shuffled": "repetition, varied; weights shuffled",
    "`zipf`": "zipf",
}


@pytest.mark.parametrize("words", ROWS)
def test_recall_is_what_was_measured(words):
    steps = by_arm("plateau", lambda row: row["steps"] or BUDGET + 1)
    ours, scratch = steps[ROWS[words]], steps["nothing (scratch)"]
    p = sign_flip_test(np.log(ours) - np.log(scratch)) * (2 if "varied" in words or "six" in words else 1)
    row = f"| {words} | {whole(median(ours))} | {ratio(*ratio_of_medians(ours, scratch))} | {probability(p)}"
    assert row.replace("| 0.0", "| .0") in PAGE
    assert f"| nothing | {whole(median(scratch))} | 1 | |" in PAGE


FROZEN = {
    "`cross`": "cross",
    "`nest`": "nest",
    "`flat`": "flat",
    "`uniform`": "uniform",
    "`zipf`": "zipf",
    "`nest`, weights shuffled": "nest, weights shuffled",
    "English, frozen": "English, frozen",
    "English, nothing frozen": "English, nothing frozen",
}


@pytest.mark.parametrize("words", FROZEN)
def test_frozen_encoders_are_what_was_measured(words):
    losses = by_arm("frozen", lambda row: row["loss"])
    ours, random = losses[FROZEN[words]], losses["random weights"]
    mean, low, high = mean_interval(np.subtract(ours, random))
    assert f"| {words} | {median(np.exp(ours)):.1f} | {mean:+.3f} ({low:+.3f} to {high:+.3f}) |" in PAGE
    assert f"| random weights | {median(np.exp(random)):.1f} | 0 | |" in PAGE
