"""The long campaign: every fault of this folder, many times, and one table of what became of the runs.

    python tests/faults/campaign.py --rounds=20

A fault is tried as often as its own command tries it, times ``--rounds`` / 20: at 20 that takes half an
hour on two cores. Exit status 0 if nothing was lost.
"""

import argparse
import importlib
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the checkout, when run as a command

from tests.faults import harness  # noqa: E402

TIMES = {  # tries at 20 rounds
    "test_killed_run": 40,
    "test_interrupts": 20,
    "test_killed_worker": 20,
    "test_slow_worker": 12,
    "test_full_disk": 40,
    "test_failing_calls": 70,
    "test_done_twice": 12,
    "test_jumping_clock": 8,
    "test_dask_workers": 24,
}


def main():
    """Parse the options and run the campaign; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="of the random moments; default: others each time")
    parser.add_argument("--folder", type=Path, default=None, help="where the corpora are made; default a temporary one")
    parser.add_argument("--only", default=",".join(TIMES), help="some of the faults, separated by commas")
    given = parser.parse_args()
    moments = random.Random(given.seed)

    def trials(folder):
        for name in given.only.split(","):
            fault = importlib.import_module(f"tests.faults.{name}")
            (folder / name).mkdir()
            yield from fault.trials(folder / name, -(-TIMES[name] * given.rounds // 20), moments)

    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        return harness.report(trials(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
