"""docs/evidence.md and README.md say what the results of the experiments say."""

import json
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from evidence.reporting import difference, probability, ratio, share, thousandths, whole
from evidence.statistics import holm, mean_interval, ratio_of_medians, share_interval, sign_flip_test

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
    assert row.replace("| 0.", "| .") in PAGE
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


LANGUAGE = {
    "`repetition`, six lengths": "repetition, varied",
    "`zipf`": "zipf",
    "`shuffle_dyck`": "shuffle_dyck",
    "`repetition`, weights shuffled": "repetition, varied; weights shuffled",
}


@pytest.mark.parametrize("words", LANGUAGE)
def test_the_loss_on_english_is_what_was_measured(words):
    losses = by_arm("language", lambda row: row["curve"][-1])
    scratch = losses["nothing (scratch)"]
    tests = [sign_flip_test(np.subtract(losses[arm], scratch)) for arm in LANGUAGE.values()]
    p = dict(zip(LANGUAGE, holm(tests), strict=True))
    ours = losses[LANGUAGE[words]]
    change = difference(*mean_interval(np.subtract(ours, scratch)))
    row = f"| {words} | {np.mean(ours):.3f} | {change} | {probability(p[words])} |"
    assert row.replace("| 0.", "| .") in PAGE
    assert f"| nothing | {np.mean(scratch):.3f} | | |" in PAGE


READERS = ["hyperwords, 4,096", "BPE tokens, 4,096, case marked", "hyperwords, 8,192", "characters"]


@pytest.mark.parametrize("reader", READERS)
def test_hyperwords_and_bpe_are_what_was_measured(reader):
    bits = by_arm("hyperwords", lambda row: row["bits"][-1])
    ours, bpe = bits[reader], bits["BPE tokens, 4,096"]
    result = (RESULTS / "hyperwords.md").read_text(encoding="utf-8")
    equal_text = next(line for line in result.splitlines() if line.startswith(f"| {reader} |")).split(" | ")[5]
    equal_compute = difference(*mean_interval(np.subtract(ours, bpe)))
    assert f"| {reader} | {np.mean(ours):.3f} | {equal_compute} | {equal_text} |" in PAGE
    assert f"| BPE tokens, 4,096 | {np.mean(bpe):.3f} | | |" in PAGE


MEANING = {  # what the page says: (arm, vectors)
    "`loglinear` | GloVe, which drew it": ("loglinear", "glove"),
    "`loglinear`, drawn by Gaussian vectors | those vectors": ("loglinear, gaussian", "gaussian"),
    "`zipf` | GloVe": ("zipf", "glove"),
    "`topics` | GloVe": ("topics", "glove"),
    "`scene` | GloVe, which drew it": ("scene", "glove"),
    "`scene`, drawn by Gaussian vectors | those vectors": ("scene, gaussian", "gaussian"),
    "`template`, the same grammar without vectors | GloVe": ("template", "glove"),
}


@pytest.mark.parametrize("words", MEANING)
def test_neighbours_found_again_are_what_was_measured(words):
    arm, vectors = MEANING[words]
    scores = by_arm("meaning", lambda row: row["scores"])[arm]
    all_words, same_class = (
        thousandths(np.mean([score[name]["share"][-1] for score in scores])) if name in scores[0] else ""
        for name in (vectors, f"{vectors}, same classes")
    )
    assert f"| {words} | {all_words} | {same_class} |".replace("|  |", "| |") in PAGE
