"""``python -m benchmarks.readers.preparing MODULE TOKENS FOLDER LENGTH``: make a reader's files of a file of tokens."""

import importlib
import sys
from pathlib import Path

import numpy as np


def main(module: str, tokens: str, folder: str, length: str) -> None:
    """Write the files of ``benchmarks.readers.peers.MODULE`` into ``folder``."""
    peer = importlib.import_module(f"benchmarks.readers.peers.{module}")
    peer.prepare(np.memmap(tokens, np.int32, "r"), Path(folder), int(length))


if __name__ == "__main__":
    main(*sys.argv[1:])
