"""``python -m tools.scale_table``: the table of docs/scale.md, from 10^6 to 10^12 phrases.

By what ``hyperphrase plan --workers=100 --machine=n2-standard-8`` computes, with one calibration for all rows.
"""

import sys

from beam_pipeline.planning.calibration import calibrate
from beam_pipeline.terminal import options
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.formatting import format_bytes
from hyperphrase.planning.job import Job
from hyperphrase.planning.machines import MACHINES
from hyperphrase.planning.prices import requests
from hyperphrase.planning.schedule import phases
from hyperphrase.planning.size_warnings import shard_size_for
from hyperphrase.planning.work import memory, shuffle, work_of

WORKERS, MACHINE = 100, MACHINES["n2-standard-8"]
BYTES_A_PHRASE = 235.7  # TFRecord of zipf, 100 symbols
COLUMNS = [
    "phrases", "spans x phrases", "buckets x keys", "keys in a run", "elements", "shuffled", "bits", "by chance",
    "shards", "memory", "writes", "fingerprint", "compare", "write",
]  # fmt: skip


def job_of(phrases: int, per_shard: int) -> Job:
    """Return the job of so many phrases."""
    line = ["--sampler=zipf", f"--phrases={phrases}", f"--phrases_per_shard={per_shard}"]
    given, _ = options.parser("plan", "").parse_known_args(line)
    return options.read_job(given)


def main() -> int:
    """Print the table as Markdown."""
    print("| " + " | ".join(COLUMNS) + " |\n|" + "--:|" * len(COLUMNS))
    small = job_of(10**8, 1 << 18)
    measured = calibrate(small, deduplication(small.phrases, small.request), in_files=False)
    for exponent in range(6, 13):
        drawn = 10**exponent
        for per_shard in sorted({1 << 18, max(shard_size_for(drawn, 100_000), 1 << 18)}):
            job = job_of(drawn, per_shard)
            work = work_of(job.request, job.space, deduplication(job.phrases, job.request), 100.0, (BYTES_A_PHRASE,))
            sent, needed = shuffle(work), memory(work, MACHINE, measured.base, local=False)
            _, *parts = phases(work, WORKERS, MACHINE, measured.speed, local=False)
            print(
                f"| 10^{exponent} | {work.spans:,} x {work.span:,} | {sent.buckets:,} x {sent.mean:,.0f} "
                f"| {sent.run:,.0f} | {sent.elements:,.0f} | {format_bytes(sent.bytes)} | "
                f"{work.dedup.width if work.dedup else 0} "
                f"| {sent.candidates:,.2g} | {work.units:,} | {format_bytes(needed.peak)} "
                f"| {requests(work, WORKERS * MACHINE.cores).writes:,.0f} | "
                + " | ".join(f"{phase.seconds:,.1f} s" for phase in parts)
                + " |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
