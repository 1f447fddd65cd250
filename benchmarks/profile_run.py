"""Where the time of a run goes: ``python -m benchmarks.profile_run --phrases=10000000 --sampler=zipf --output=OUT``.

Takes the options of ``hyperphrase run`` and makes the corpus in this process on the local engine, with a clock around
each step of the work. A step's share is its time in all worker threads, of all the time that the cores had from the
start of the program to its end. What no step accounts for while the pipeline ran is Beam: its graph, its start, its
shuffle, and workers waiting for each other. The clocks cost some 1% themselves.
"""

import functools
import importlib
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

_BEGIN = time.perf_counter()

#: (module, class or None, function, step); a step's time does not count what steps inside it take.
_CLOCKED = [
    ("transforms.fingerprint_phrases", None, "distinct_in_span", "first pass: sort, own duplicates"),
    ("hyperphrase.deduplication.duplicates", None, "fingerprints", "first pass: prefix fingerprints"),
    ("transforms.fingerprint_phrases", None, "store_runs", "first pass: keys out"),
    ("transforms.find_duplicates", None, "load_run", "duplicates: keys in"),
    ("transforms.find_duplicates", None, "duplicates_in_bucket", "duplicates: compare"),
    ("hyperphrase.phrases.phrases", "Phrases", "draw", "draw"),
    ("hyperphrase.corpus.statistics", "Counter", "add", "count"),
    ("hyperphrase.codecs.tfrecord", "TFRecordEncoder", "encode", "encode"),
    ("hyperphrase.codecs.avro", "AvroEncoder", "encode", "encode"),
    ("hyperphrase.codecs.line_writing", "LineEncoder", "encode", "encode"),
    ("google_crc32c", None, "extend", "checksum of the file"),
    ("transforms.files.direct_file", "DirectFile", "write", "write"),
    ("transforms.files.direct_file", "DirectFile", "close", "write"),
    ("transforms.write_manifest", None, "_finish", "manifest and report"),
    ("beam_pipeline.run", "_Run", "_run_pipeline", "(pipeline)"),
]


class _Clock:
    """Seconds by step, over all threads; nested steps are taken off the step around them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside = threading.local()
        self._lock = threading.Lock()

    def clocked(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        """Return ``function`` with a clock around it; what it yields, if it is a generator, is made at once."""

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            outer = getattr(self._inside, "seconds", 0.0)
            self._inside.seconds = 0.0
            begin = time.perf_counter()
            try:
                result = function(*args, **kwargs)
                return iter(list(result)) if hasattr(result, "send") else result
            finally:
                took = time.perf_counter() - begin
                with self._lock:
                    self.seconds[step] += took - self._inside.seconds
                self._inside.seconds = outer + took

        return run

    def install(self) -> None:
        """Put the clocks in."""
        for module_name, class_name, name, step in _CLOCKED:
            module = importlib.import_module(module_name)
            place = getattr(module, class_name) if class_name else module
            setattr(place, name, self.clocked(getattr(place, name), step))


def main(arguments: list[str]) -> int:
    """Run ``hyperphrase run`` under the clocks and print the table; returns its exit status."""
    from beam_pipeline import run

    clock = _Clock()
    clock.install()
    ready = time.perf_counter()
    status = run.main(arguments)
    wall = time.perf_counter() - _BEGIN
    if status or "(pipeline)" not in clock.seconds:
        return status
    workers = next((int(a.partition("=")[2]) for a in arguments if a.startswith("--direct_num_workers=")), 0)
    cores = workers or len(os.sched_getaffinity(0))
    pipeline = clock.seconds.pop("(pipeline)")
    work = sum(clock.seconds.values())
    rows = [
        ("start-up: imports", (ready - _BEGIN) * cores),
        ("start-up: options, lexicon, folder", (wall - (ready - _BEGIN) - pipeline) * cores),
        *clock.seconds.items(),
        ("Beam, and workers waiting", pipeline * cores - work),
    ]
    print(f"\n{wall:.2f} s, {pipeline:.2f} s of them in the pipeline; {cores} workers\n")
    print(f"{'step':36}{'seconds x workers':>18}{'share':>8}{'of the pipeline':>17}")
    for step, seconds in rows:
        inside = "" if step.startswith("start-up") else f"{seconds / (pipeline * cores):16.1%}"
        print(f"{step:36}{seconds:18.2f}{seconds / (wall * cores):8.1%} {inside}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
