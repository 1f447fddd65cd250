"""The program with every work item done twice, as engines do that start backup workers and retry what may be lost.

    TWICE=in_turn python -m tests.faults.twice ARGUMENTS OF run

TWICE: ``in_turn``, and the first result is thrown away; ``at_once`` in two threads, and the first result is taken;
``late``: a second time only after the run has ended, as by a worker that was thought dead. Reports on stderr how many
items were done twice.
"""

import functools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait

from beam_pipeline.terminal.process import prepare_process

prepare_process()  # before Beam is imported, as the program does

from beam_pipeline import run  # noqa: E402
from transforms import (  # noqa: E402
    find_duplicates,
    fingerprint_phrases,
    generate_phrases,
    write_dictionary,
    write_manifest,
)
from transforms import write_shards as shards  # noqa: E402

ITEMS = [  # all functions that do work on elements
    (fingerprint_phrases._Fingerprint, "process"),
    (find_duplicates, "_compare"),
    (generate_phrases, "_keep"),
    (shards._Write, "process"),
    (write_dictionary, "_write"),
    (write_manifest, "_finish"),
]
_POOL = ThreadPoolExecutor(8)
_LATE, _DONE = [], []


def twice(function, how):
    """Return ``function`` doing its work twice."""

    @functools.wraps(function)
    def done(*arguments):
        def work():
            found = function(*arguments)
            return found if found is None or isinstance(found, str) else list(found)

        _DONE.append(function.__qualname__)
        if how == "late":
            _LATE.append(work)
            return work()
        if how == "in_turn":
            work()
            return work()
        together = threading.Barrier(2)

        def at_once():
            together.wait()
            return work()

        first, second = attempts = [_POOL.submit(at_once) for _ in range(2)]
        wait(attempts)
        first.result()
        return second.result()

    return done


def main():
    """Run the program; return its exit status."""
    how = os.environ["TWICE"]
    for owner, name in ITEMS:
        setattr(owner, name, twice(getattr(owner, name), how))
    status = run.main(sys.argv[1:])
    for work in _LATE:
        work()
    print(f"{len(_DONE)} items of {len(set(_DONE))} kinds were done twice", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
