"""``python -m benchmarks.startup``: where the time of a small run goes, from the shell's command to its end.

Makes 1,000 phrases five times, each in a new process, and prints the median of each part. A part's time does not count
what parts inside it take, so that all add up. Kernels are compiled before. What Beam's workers do is part of Beam's
time, and stands below the sum again.
"""

import contextlib
import functools
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

RUN = ["--phrases=1000", "--sampler=zipf", "--quiet"]
START, REST, END = "interpreter", "options and the rest", "interpreter's end"
OTHER = "import of other packages"
IMPORTS = {
    "apache_beam": "import of Beam",
    "numpy": "import of numpy",
    **dict.fromkeys(("numba", "llvmlite"), "import of numba"),
    **dict.fromkeys(("google", "grpc", "proto"), "import of google and grpc"),
    **dict.fromkeys(("hyperphrase", "transforms", "beam_pipeline"), "import of the project"),
}
#: (module, class or None, function, part)
PARTS = [
    ("beam_pipeline.terminal.options", None, "_read_lexicon", "lexicon"),
    ("transforms.worker.context", None, "load_lexicon", "lexicon"),
    ("beam_pipeline.terminal.options", None, "read_job", "recipe and its tables"),
    ("hyperphrase.phrases.phrases", "Phrases", "__init__", "recipe and its tables"),
    ("hyperphrase.planning.job", None, "enough_seeds", "recipe and its tables"),
    ("beam_pipeline.make", None, "deduplication", "recipe and its tables"),
    ("hyperphrase.kernels.cache", "KernelCache", "_load_overload", "kernels from their cache"),
    ("beam_pipeline.folder.output_folder", None, "check", "files"),
    ("beam_pipeline.folder.output_folder", None, "begin", "files"),
    ("beam_pipeline.folder.output_folder", None, "open_corpus", "files"),
    ("beam_pipeline.folder.output_folder", None, "clean", "files"),
    ("beam_pipeline.make", None, "apply_pipeline", "Beam: graph"),
    ("apache_beam", "Pipeline", "run", "Beam: start and stages"),
    ("transforms.write_shards", "_Write", "process", "shards"),
    ("transforms.write_manifest", None, "_finish", "manifest"),
    ("beam_pipeline.folder.report_page", None, "try_to_write", "report"),
]


class Stopwatch:
    """Seconds by part: of the main thread in ``main``, of all others in ``workers``."""

    def __init__(self) -> None:
        self.main: dict[str, float] = defaultdict(float)
        self.workers: dict[str, float] = defaultdict(float)
        self._thread = threading.local()

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Give the time of the block to ``name``, less that of parts inside it."""
        outer = getattr(self._thread, "inside", 0.0)
        self._thread.inside = 0.0
        begin = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - begin
            seconds = self.main if threading.current_thread() is threading.main_thread() else self.workers
            seconds[name] += took - self._thread.inside
            self._thread.inside = outer + took

    def watch_imports(self) -> None:
        """Give the time of each import from now on to its package's part."""
        bootstrap: Any = sys.modules["_frozen_importlib"]  # where the interpreter finds modules
        find_and_load = bootstrap._find_and_load

        def watched(name: str, load: Any) -> Any:
            with self.part(IMPORTS.get(name.partition(".")[0], OTHER)):
                return find_and_load(name, load)

        bootstrap._find_and_load = watched

    def watch_parts(self) -> None:
        """Give the time of the functions in :data:`PARTS` to their parts."""
        for module_name, class_name, name, part in PARTS:
            module = importlib.import_module(module_name)
            place = getattr(module, class_name) if class_name else module
            setattr(place, name, self._watched(getattr(place, name), part))

    def _watched(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.part(part):
                result = function(*args, **kwargs)
                return iter(list(result)) if hasattr(result, "send") else result  # a generator works when it is read

        return call


def child(begin: float, output: str, report: str) -> int:
    """Run the program in this process under a stopwatch and write {main: ..., workers: ..., end: ...} to ``report``."""
    watch = Stopwatch()
    watch.main[START] = time.monotonic() - begin
    with watch.part(REST):
        watch.watch_imports()
        run = importlib.import_module("beam_pipeline.run")
        watch.watch_parts()
        status: int = run.main([*RUN, f"--output={output}"])
    Path(report).write_text(json.dumps({"main": watch.main, "workers": watch.workers, "end": time.monotonic()}))
    return status


def measured(folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return (seconds of the main thread by part, those of the workers) of one new process."""
    report = folder / "report.json"
    with tempfile.TemporaryDirectory(dir=folder) as output:
        command = [sys.executable, "-m", "benchmarks.startup", "child", repr(time.monotonic()), output, str(report)]
        subprocess.run(command, check=True)  # noqa: S603 - ourselves
        done = time.monotonic()
    result = json.loads(report.read_text())
    return {**result["main"], END: done - result["end"]}, result["workers"]


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table; returns the exit status."""
    if arguments[:1] == ["child"]:
        return child(float(arguments[1]), *arguments[2:])
    repeats = int(arguments[0].removeprefix("--repeats=")) if arguments else 5
    with tempfile.TemporaryDirectory() as name:
        measured(Path(name))  # compiles what has to be
        runs = [measured(Path(name)) for _ in range(repeats)]
    totals = [sum(seconds.values()) for seconds, _ in runs]
    print(f"{'part':32}{'seconds, median':>16}{'least':>8}{'most':>8}")
    _print_parts([seconds for seconds, _ in runs])
    print(f"{'sum':32}{statistics.median(totals):16.3f}{min(totals):8.3f}{max(totals):8.3f}\n")
    print("in Beam's workers, within its time")
    _print_parts([seconds for _, seconds in runs])
    return 0


def _print_parts(runs: list[dict[str, float]]) -> None:
    rows = {part: [run.get(part, 0.0) for run in runs] for part in dict.fromkeys(part for run in runs for part in run)}
    for part, seconds in sorted(rows.items(), key=lambda row: -statistics.median(row[1])):
        print(f"{part:32}{statistics.median(seconds):16.3f}{min(seconds):8.3f}{max(seconds):8.3f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
