"""``python -m benchmarks.plan_intervals``: how often the bytes of whole corpora fall into the 95% intervals of plan.

For each recipe and each of several keys: what plan expects of every format and compression, and the bytes that the
shards really have, all of them encoded here as a run does. The table goes to results/plan_intervals.md.
"""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beam_pipeline.terminal import options
from benchmarks.machine import machine
from benchmarks.shuffle_simulation import markdown
from hyperphrase.corpus.loading import encoder_of, texts_of
from hyperphrase.corpus.request import Output, outputs_of, parts
from hyperphrase.phrases.phrases import CHUNK, Phrases
from hyperphrase.planning.corpus_sample import kept_seeds, sample_of
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.intervals import Interval
from hyperphrase.planning.job import Job
from hyperphrase.planning.stored_bytes import bytes_of, choices

RESULTS = Path(__file__).parent / "results" / "plan_intervals.md"
RECIPES = (
    "--sampler=lexicon --lengths=uniform",
    "--sampler=zipf --lengths=fixed:length=128",
    "--sampler=uniform --lengths=uniform:min=10,max=100 --phrases_per_shard=65536",
    "--sampler=zipf --vocabulary=1000 --lengths=geometric:min=1,max=200,p=0.03 --phrases_per_shard=2000",
    "--preset=scene-english",
    "--sampler=shuffle_dyck --lengths=uniform:min=10,max=100",
)


@dataclass(frozen=True)
class Case:
    """One recipe, key and output: what was planned and what the shards have."""

    recipe: str
    output: str
    planned: Interval
    real: int

    @property
    def covered(self) -> bool:
        """Whether the interval has the real bytes."""
        return self.planned.low <= self.real <= self.planned.high

    @property
    def off(self) -> float:
        """The error, as a share."""
        return self.planned.value / self.real - 1.0


def cases_of(recipe: str, key: int, phrases: int) -> Iterator[Case]:
    """Plan a corpus, encode all of it, and yield a case for each format and compression."""
    given = options.parser("plan", "").parse_args([*recipe.split(), f"--key={key}", f"--phrases={phrases}"])
    job = options.read_job(given)
    expected = ExpectedCorpus(job)
    sample = sample_of(expected)
    chosen, units = [outputs_of(*choice) for choice in choices()], kept_seeds(job)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        planned = list(pool.map(lambda outputs: bytes_of(expected, sample, outputs), chosen))
        real = list(pool.map(lambda outputs: _real(job, outputs, units), chosen))
    for outputs, interval, taken in zip(chosen, planned, real, strict=True):
        yield Case(recipe, f"{outputs[0].format} {outputs[0].compression}", interval, taken)


def _real(job: Job, outputs: Sequence[Output], units: Sequence[np.ndarray]) -> int:
    return sum(_shard_bytes(job, job.phrases, output, seeds) for output in outputs for seeds in units)


def _shard_bytes(job: Job, phrases: Phrases, output: Output, seeds: np.ndarray) -> int:
    encoder = encoder_of(output, job.lexicon.vocabulary, lambda: texts_of(job.lexicon, output.text))
    total = len(encoder.begin())
    for part in parts(seeds, CHUNK):
        total += len(encoder.encode(phrases.draw_reused(part)))
    return total + len(encoder.end())


def rows_of(cases: Sequence[Case]) -> Iterator[tuple[str, ...]]:
    """Yield the table: how many of the cases of each recipe, of each output and of all are covered, and how far off."""
    yield "what", "corpora x files", "in the interval", "share", "half an interval", "error, 95% of them below"
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[f"`{case.recipe}`"].append(case)
    for case in cases:
        groups[case.output].append(case)
    groups["all"] = list(cases)
    for name, members in groups.items():
        covered = sum(case.covered for case in members)
        half = float(np.median([(case.planned.high - case.planned.low) / 2 / case.real for case in members]))
        off = float(np.quantile([abs(case.off) for case in members], 0.95))
        yield name, f"{len(members):,}", f"{covered:,}", f"{covered / len(members):.1%}", f"{half:.3%}", f"{off:.3%}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check and write the table; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phrases", type=int, default=200_000)
    parser.add_argument("--keys", type=int, default=20)
    parser.add_argument("--recipes", nargs="*", default=RECIPES)
    given = parser.parse_args(arguments)
    cases: list[Case] = []
    for place, recipe in enumerate(given.recipes):
        for key in range(given.keys * place, given.keys * (place + 1)):  # the same key would give the same lengths
            cases += cases_of(recipe, key, given.phrases)
        print(
            "\n".join(" ".join(row) for row in rows_of([case for case in cases if case.recipe == recipe])), flush=True
        )
    here = machine()
    text = (
        f"`python -m benchmarks.plan_intervals --keys={given.keys}` on {here['cores']} cores of {here['processor']}: "
        f"corpora of {given.phrases:,} phrases."
    )
    table = markdown("Intervals of plan, and the bytes of whole corpora", text, list(rows_of(cases)))
    RESULTS.write_text(f"#{table[2:]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
