"""The program, and a notebook's cell, are interrupted at moments from the first import to the end, kernels uncompiled.

    python tests/faults/test_interrupts.py --times=40

The program has to end at once with one line and status 130. A cell has to end with KeyboardInterrupt and nothing else,
and the same cell, run again in the same process, to make the right corpus.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import CLEAN, LOGGED, LOST, ROOT, SAME, Trial
from tests.signals import heed_signals

SECONDS = 3  # that an interrupted program may take to end on a loaded machine
SMALL = ["--seeds=0:1000", "--vocabulary=100", "--lexicon=synthetic", "--format=txt", "--sampler=zipf"]
MODES = ["multi_threading", "in_memory", "multi_processing"]
LINE = "hyperphrase run: interrupted; rerun the same command to resume"

# A cell that is interrupted after some seconds, and run again; "made" or "interrupted" is printed each time.
CELL = """
import os, signal, sys, threading, time

def cell():
    import hyperphrase as hp
    lexicon = hp.Lexicon.load("synthetic", vocabulary=100)
    recipe = hp.Recipe.create("zipf", lexicon=lexicon)
    options = {"formats": ["txt"], "beam_options": [f"--direct_running_mode={sys.argv[3]}"]}
    hp.make_corpus(recipe, lexicon, sys.argv[2], seeds=(0, 1000), **options)

signal.signal(signal.SIGINT, signal.default_int_handler)
timer = threading.Timer(float(sys.argv[1]), os.kill, (os.getpid(), signal.SIGINT))
try:
    timer.start()
    cell()
    timer.cancel()
    timer.join()
    print("made")
except KeyboardInterrupt:
    print("interrupted")
cell()
time.sleep(1)  # for what threads of the first attempt may still write
print("made")
"""


def trials(folder, times, moments):
    """Interrupt the program and the cell at ``times`` moments each, spread over a whole run and a bit random."""
    digest = harness.make(folder / "undisturbed", SMALL)
    copy = uncompiled(folder / "copy")
    longest = program(folder, copy, MODES[0], None, digest)
    for what in (program, cell):
        for i in range(times):
            mode, seconds = MODES[i % len(MODES)], longest * (i + moments.random()) / times
            result, why = what(folder, copy, mode, seconds, digest)
            yield Trial(f"{what.__name__} interrupted, {mode}", f"{seconds:.1f} s", result, why)


def uncompiled(folder):
    """Return a copy of the packages without compiled kernels beside the sources."""
    for package in ("beam_pipeline", "hyperphrase", "transforms"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def start(folder, copy, *line):
    """Start Python with the copied packages and an empty cache, as the leader of a process group of its own."""
    for name in ("cache", "out"):
        shutil.rmtree(folder / name, ignore_errors=True)
    env = {"PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(
        [sys.executable, *line],
        cwd=folder,
        env=os.environ | env,
        start_new_session=True,
        preexec_fn=heed_signals,
        **pipes,
    )


def program(folder, copy, mode, seconds, digest):
    """Interrupt the program ``seconds`` after it began; return (result, why). Without: the seconds that it takes."""
    line = ["-m", "beam_pipeline.run", *SMALL, f"--direct_running_mode={mode}", f"--output={folder}/out"]
    process = start(folder, copy, *line)
    while not catches(process.pid, signal.SIGTERM):  # before, it is Python that is loaded, not the program
        time.sleep(0.001)
    begin = time.monotonic()
    if seconds is None:
        process.communicate(timeout=harness.LONGEST)
        return time.monotonic() - begin
    time.sleep(seconds)
    over = process.poll() is not None
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    _, error = process.communicate(timeout=harness.LONGEST)
    took, lines = time.monotonic() - begin, [one for one in error.splitlines() if not one.startswith(LOGGED)]
    if not over and (process.returncode, lines) != (130, [LINE]):
        return LOST, f"status {process.returncode}: {error:.2000}"
    if took > SECONDS:
        return LOST, f"it took {took:.1f} s to end"
    if left := living(process.pid):
        return LOST, f"processes {left} live on"
    same = harness.make(folder / "out", SMALL) == digest
    return (SAME if over else CLEAN, "") if same else (LOST, "the rerun ended with other bytes")


def cell(folder, copy, mode, seconds, digest):
    """Interrupt a cell ``seconds`` after it began; return (result, why)."""
    process = start(folder, copy, "-c", CELL, str(seconds), f"{folder}/out", mode)
    out, error = process.communicate(timeout=harness.LONGEST)
    lines = [one for one in error.splitlines() if "apitools" not in one]  # Beam's warning when it is imported
    if process.returncode or lines or out not in ("interrupted\nmade\n", "made\nmade\n"):
        return LOST, f"status {process.returncode}: {out} {error:.2000}"
    if left := living(process.pid):
        return LOST, f"processes {left} live on"
    if harness.digest(folder / "out") != digest:
        return LOST, "the cell ended with other bytes"
    return (CLEAN if out.startswith("interrupted") else SAME), ""


def catches(pid, number):
    """Return whether a process has a handler of a signal."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("SigCgt:"))
    return int(line.split()[1], 16) >> (number - 1) & 1


def living(group):
    """Return the processes of a group that still live after some seconds."""
    end = time.monotonic() + 10
    while (left := harness.of_group(group)) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def test_an_interrupt_at_any_moment_ends_the_program_in_one_line_and_a_cell_alone(tmp_path):
    tried = list(trials(tmp_path, 2, random.Random()))
    assert [] == [trial for trial in tried if trial.result == LOST]


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=40))
