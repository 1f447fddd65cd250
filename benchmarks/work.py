"""The work that is compared, and the command line that every peer takes."""

import argparse
from dataclasses import dataclass
from pathlib import Path

LAWS = ("zipf", "uniform")


@dataclass(frozen=True)
class Work:
    """Distinct phrases to make.

    law: ``zipf`` (s = 1: rank r has weight 1/(r + 1)) or ``uniform``. vocabulary: ids are 0..vocabulary-1.
    shortest, longest: lengths are uniform from the one to the other, both included.
    """

    phrases: int
    law: str = "zipf"
    vocabulary: int = 250_000
    shortest: int = 10
    longest: int = 190

    def options(self) -> list[str]:
        """Return the work as a peer's options."""
        return [f"--{name}={value}" for name, value in vars(self).items()]


@dataclass(frozen=True)
class Order:
    """What a peer is asked for: the work, an empty folder for its files, and the cores it may use."""

    work: Work
    output: Path
    workers: int


def read_order(description: str | None) -> Order:
    """Read a peer's command line; ``description`` is what it does."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--phrases", type=int, required=True)
    parser.add_argument("--law", choices=LAWS, default=Work.law)
    for name in ("vocabulary", "shortest", "longest"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Work, name))
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    given = vars(parser.parse_args())
    output, workers = given.pop("output"), given.pop("workers")
    return Order(Work(**given), output, workers)
