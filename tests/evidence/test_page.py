"""docs/evidence.md and README.md say what the results of the experiments say."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "evidence" / "results"
SEEDS = list(range(100, 108))
PAGE = " ".join((ROOT / "docs" / "evidence.md").read_text(encoding="utf-8").split())
README = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
EXPERIMENTS = ["copying", "plateau", "frozen", "meaning", "language", "hyperwords"]


def by_arm(name, value):
    """Return values by arm, those of its seeds in their order."""
    found = {}
    for row in json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")):
        found.setdefault(row["arm"], []).append(value(row))
    return found


def differences(found, arm, other):
    return [ours - theirs for ours, theirs in zip(found[arm], found[other], strict=True)]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_results_have_all_seeds_and_are_linked(name):
    rows = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    measured = {row["arm"] for row in rows if row["seed"] in SEEDS}
    assert measured
    for arm in measured - {"prose"}:
        assert [row["seed"] for row in rows if row["arm"] == arm] == SEEDS, arm
    assert f"(../evidence/results/{name}.md)" in PAGE
    assert f"(../evidence/results/{name}.png)" in PAGE
