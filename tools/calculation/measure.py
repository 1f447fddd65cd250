"""Run the commands whose figures the page shows, each in a process of its own, and keep what they print as JSON.

In one process the tables of one law would count as the memory that a plan of the next one needs.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hyperphrase
from benchmarks.machine import machine
from tools.calculation.inference import read_check
from tools.calculation.plans import kept, plan_lines
from tools.calculation.texts import CONTEXTS, LICENCE, UNION, write_contexts, write_union_addresses
from tools.calculation.tokens import ratios

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "benchmarks" / "results" / "inference.md"
TOKENS = {
    "scene-english": "tokens --preset=scene-english",
    "scene-russian": "tokens --preset=scene-russian",
    "lexicon-english": "tokens --sampler=lexicon",
    "lexicon-russian": "tokens --sampler=lexicon --lexicon=russian",
    "uniform-english": "tokens --sampler=uniform",
    "uniform-russian": "tokens --sampler=uniform --lexicon=russian",
    "licence": f"tokens {LICENCE}",
}
PEOPLE = {"union": f"tokens {UNION}", "contexts": f"tokens {CONTEXTS} --lexicon=russian"}
#: Runs of ``inference``: the model, what is written, and by which tokenizer's ratio. That of Llama 3 extends GPT-4's.
INFERENCE = {
    "llama-english": ("llama-3.1-8b", "scene-english", "cl100k"),
    "llama-russian": ("llama-3.1-8b", "scene-russian", "cl100k"),
    "llama-union": ("llama-3.1-8b", "union", "cl100k"),
    "llama-contexts": ("llama-3.1-8b", "contexts", "cl100k"),
    "gpt2-english": ("gpt2", "scene-english", "gpt2"),
    "gpt2-russian": ("gpt2", "scene-russian", "gpt2"),
}
Runs = dict[str, dict[str, Any]]


def measured(english: Path | None, russian: Path | None, prices: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Return all measurements. english, russian: archives of texts of people, or None to count none.

    prices: of ``plan --prices``, an example. say: is told what runs next. Raises CalledProcessError if a command fails.
    """
    began, load = time.monotonic(), []

    def run(line: str) -> dict[str, Any]:
        say(f"hyperphrase {line}")
        load.append(os.getloadavg()[0])
        return _run(line, folder)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / LICENCE).write_bytes((ROOT / LICENCE).read_bytes())
        lines = dict(TOKENS)
        if english:
            write_union_addresses(english, folder)
            lines["union"] = PEOPLE["union"]
        if russian:
            write_contexts(russian, folder)
            lines["contexts"] = PEOPLE["contexts"]
        tokens = {name: run(line) for name, line in lines.items()}
        inference = {name: run(line) for name, line in _inference_lines(tokens)}
        plans = {name: run(line) for name, line in plan_lines(prices).items()}
        plans = {name: {**run, "facts": kept(run["facts"])} for name, run in plans.items()}
    return {
        "measured": datetime.now(UTC).date().isoformat(),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "processor_minutes": round(_processor_seconds() / 60, 1),
        "load": round(statistics.mean(load), 1),
        "hyperphrase": hyperphrase.__version__,
        "machine": machine(),
        "prices": prices,
        "runs": {"tokens": tokens, "inference": inference, "plans": plans},
        "check": read_check(CHECK.read_text(encoding="utf-8")),
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _inference_lines(tokens: Runs) -> Iterator[tuple[str, str]]:
    for name, (model, text, tokenizer) in INFERENCE.items():
        if text in tokens:
            yield name, f"inference --model={model} --ratio={ratios(tokens, text)[tokenizer]:.2f}"


def _run(line: str, folder: Path) -> dict[str, Any]:
    """Return the command and what it prints as JSON."""
    command = [sys.executable, "-m", "beam_pipeline", *line.split(), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603  # our own
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return {"command": f"hyperphrase {line}", "facts": json.loads(done.stdout)}
