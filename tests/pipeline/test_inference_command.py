"""inference: tables and JSON say the same, without a library for models, and bad input is one line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hyperphrase.costs.public_models import MODELS

ROOT = Path(__file__).parents[2]


def test_a_model_is_shown_with_its_source_and_formulas(program):
    outcome = program("inference", "--model=llama-3.1-8b")
    assert (0, "") == (outcome.status, outcome.error)
    assert "https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/config.json" in outcome.out
    rows = [line.split() for line in outcome.out.splitlines()]
    assert ["250,000", "9,027,588,096", "4.10", "GB", "2.05", "GB", "1.02", "GB"] in [row[:8] for row in rows]
    assert "memory saved from" in outcome.out
    assert "131,072 bytes a token" in outcome.out


def test_without_a_model_all_are_shown(program):
    lines = program("inference", "--vocabulary=250000,500000").out.splitlines()
    assert [name for name in MODELS for _ in range(2)] == [line.split()[0] for line in lines[1:-2]]


def test_json_has_the_figures_of_the_tables(program):
    options = ["--model=qwen2.5-0.5b", "--vocabulary=250000", "--tokens=1000", "--batch=4", "--ratio=2"]
    facts = json.loads(program("inference", *options, "--json").out)
    (model,) = facts["models"]
    (hyperwords,) = model["hyperwords"]
    assert (4, 2.0, 1000, 500.0) == (facts["batch"], facts["ratio"], model["tokens"], hyperwords["tokens"])
    assert (12_288, 4 * 500 * 12_288) == (model["kv_cache_bytes_a_token"], hyperwords["cache"])
    assert 250_000 * 896 * 2 == hyperwords["matrices"]["fp16"]
    even = hyperwords["break_even"]["tokens"]["fp16"]
    assert f"from {even['at']:,.0f} tokens" in program("inference", *options).out
    assert len(MODELS) == len(json.loads(program("inference", "--json").out)["models"])


@pytest.mark.parametrize(
    ("options", "mentioned"),
    [
        (["--model=llama-4"], "--model=llama-4: there is no such model here; the nearest are llama-"),
        (["--model="], "--model=: there is no such model here; known are gpt2, "),
        (["--vocabulary=32000,x"], "--vocabulary=x: give a whole number from 2 to 1000000000"),
        (["--tokens=0"], "--tokens=0: give a whole number from 1 to 1000000000"),
        (["--batch=-1"], "--batch=-1: give a whole number from 1 to 1000000"),
        (["--ratio=0"], "--ratio=0: give a number above 0, at most 1000, as in 1.07"),
        (["--ratio=nan"], "--ratio=nan: give a number above 0"),
        (["--ratio=1001"], "--ratio=1001: give a number above 0"),
    ],
)
def test_bad_input_is_one_line(program, options, mentioned):
    outcome = program("inference", *options)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith("hyperphrase inference: ")
    assert mentioned in outcome.error


def test_no_library_for_models_is_loaded():
    probe = "import sys; from beam_pipeline.inference import main; main([]); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {"torch", "transformers"} & loaded == set()
    assert "hyperphrase.costs.inference" in loaded
