"""What the commands of the benchmarks read from and write to the terminal."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Collection


def some_of(known: Collection[str]) -> Callable[[str], list[str]]:
    """Return a type of argument: some of ``known``, with commas between them."""

    def read(text: str) -> list[str]:
        names = text.split(",")
        if unknown := [name for name in names if name not in known]:
            raise ArgumentTypeError(f"{unknown[0]!r:.40} does not take part; choose from {', '.join(known)}")
        return names

    return read


def say(line: str) -> None:
    """Tell how far the work is."""
    print(line, file=sys.stderr, flush=True)
