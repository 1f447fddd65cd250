"""The pages in evidence/results are made from the data beside them."""

import json

import pytest

from evidence.command import RESULTS
from evidence.experiments import EXPERIMENTS, Options
from evidence.experiments.base import SEEDS


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_page_is_made_from_the_data_beside_it(name):
    rows = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    results = {(row["arm"], row["seed"]): row for row in rows}
    text, _ = EXPERIMENTS[name].report(Options(SEEDS), results)
    assert text in (RESULTS / f"{name}.md").read_text(encoding="utf-8")
