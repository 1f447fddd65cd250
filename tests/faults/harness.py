"""What all faults share: the program in processes of its own, the phase it is in, and the verdict over how it ended.

A fault is a file of this folder with a function ``trials(folder, times, moments)`` that yields one Trial a try;
``moments`` is a ``random.Random``. Each file is a command (``python tests/faults/test_killed_run.py --times=20``), a
part of ``campaign.py``, and a short test.
"""

import argparse
import atexit
import functools
import hashlib
import io
import math
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the checkout, when run as a command

from beam_pipeline.terminal import options  # noqa: E402
from hyperphrase.corpus.drawn_range import deduplication  # noqa: E402
from hyperphrase.corpus.layout import REPORT_FILE  # noqa: E402
from tests.signals import heed_signals  # noqa: E402

PLAIN = [  # TFRecord alone, 80 shards; one draw of thirty repeats another
    "--vocabulary=1000", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=60", "--seeds=0:200000",
    "--phrases_per_shard=2500",
]  # fmt: skip
MIXED = [  # all formats, with compressions, meanings, a law that has a file, and phrases that repeat: 100 shards
    "--vocabulary=1000", "--sampler=template", "--lengths=uniform:min=3,max=30", "--seeds=0:20000",
    "--phrases_per_shard=1000", "--format=tfrecord,avro,parquet,jsonl,txt",
    "--compression=gzip,zstandard,zstandard,none,gzip", "--dictionary",
]  # fmt: skip
THREADS = ["--direct_running_mode=multi_threading", "--direct_num_workers=2"]
PROCESSES = ["--direct_running_mode=multi_processing", "--direct_num_workers=2"]
PHASES = ["start", "begin", "fingerprint", "compare", "write", "manifest"]
OF_WORKERS = PHASES[2:]  # before these there are no worker processes
LONGEST = 120  # seconds that a run of these sizes may take on a loaded machine; one that takes more hangs
LOGGED = "engine: ", "preparing: ", "fingerprinting: ", "comparing: ", "writing: ", "working: "  # of a slow run
SAME, CLEAN, LOST = "same bytes", "clean failure, same bytes after the rerun", "LOST"  # what becomes of a run


class Outcome(NamedTuple):
    """How a run of the program ended."""

    status: int
    out: str
    error: str


@dataclass(frozen=True)
class Trial:
    """One try of a fault: what was done, the phase it met, what became of the run, and why if it was lost."""

    fault: str
    phase: str
    result: str
    why: str = ""


class Run:
    """The program, making the corpus of ``arguments`` in ``folder``, as the leader of a process group of its own."""

    def __init__(self, folder, arguments, env=None, module="beam_pipeline.run"):
        self.folder, self._spans = Path(folder), spans(tuple(arguments))
        self.line = [sys.executable, "-m", module, *arguments, f"--output={folder}"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(
            self.line, cwd=ROOT, env=os.environ | (env or {}), start_new_session=True, preexec_fn=heed_signals, **pipes
        )
        self.pid = self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Leave nothing behind, also when a test fails."""
        self.kill_all()
        self._process.communicate()

    @property
    def over(self):
        return self._process.poll() is not None

    def phase(self):
        """Return the phase of the work, by what is in the folder; "over" once the manifest is there."""
        work = self.folder / ".work"
        if (self.folder / "manifest.json").exists():
            return "over"
        if (self.folder / "statistics").exists():
            return "manifest"
        if (self.folder / "shards").exists():
            return "write"
        if (keys := work / "keys").exists():
            return "compare" if len(list(keys.iterdir())) == self._spans else "fingerprint"
        return "begin" if work.exists() else "start"

    def await_phase(self, phase):
        """Wait until ``phase`` or a later one is reached; tell whether the run is still at work then."""
        order = [*PHASES, "over"]
        while not self.over:
            if order.index(self.phase()) >= order.index(phase):
                return self.phase() != "over"
            time.sleep(0.001)
        return False

    def await_moment(self, phase, seconds, moments):
        """Wait for ``phase``, and then up to a random moment of it; return the phase that the run is in then.

        seconds: that a whole run takes: phases of the work take some tenth of it, the start most of it.
        """
        if self.await_phase(phase):
            time.sleep(moments.uniform(0, {"start": 0.6, "begin": 0.3, "manifest": 0.0}.get(phase, 0.05)) * seconds)
        return "over" if self.over else self.phase()

    def processes(self):
        """Return the ids of the living processes of the group, its leader among them."""
        return of_group(self.pid)

    def workers(self):
        """Return the ids of the worker processes."""
        return [pid for pid in self.processes() if pid != self.pid]

    def signal(self, number, pid=None):
        """Send a signal to the leader, or to one process of the group; tell whether it was there."""
        try:
            os.kill(pid or self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def kill_all(self):
        """Send SIGKILL to the whole group."""
        for pid in self.processes():
            self.signal(signal.SIGKILL, pid)

    def finish(self):
        """Wait for the end and return the Outcome. Raises TimeoutExpired after LONGEST seconds."""
        out, error = self._process.communicate(timeout=LONGEST)
        return Outcome(self._process.returncode, out, error)

    def await_no_processes(self):
        """Wait until no process of the group is left; return those that still live after some seconds."""
        end = time.monotonic() + 10
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.01)
        return left


def of_group(leader):
    """Return the ids of the living processes of a process group."""
    return sorted(pid for pid, group, state in _processes() if group == leader and state not in "ZX")


def _processes():
    """Yield (process id, process group, state) of all processes."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = path.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        yield int(path.parent.name), int(group), state


@functools.cache
def spans(arguments):
    """Return how many files of keys the corpus of ``arguments`` has."""
    job = options.read_job(options.parser("run", "").parse_known_args([*arguments, "--output=x"])[0])
    return -(-job.request.unit_count // deduplication(job.phrases, job.request).span_units)


def digest(folder, without=None):
    """Return the SHA-256 over the names and bytes of all files below ``folder``, hidden ones among them.

    without: the name of a file that is left out.
    """
    state = hashlib.sha256()
    for path in sorted(path for path in Path(folder).rglob("*") if path.is_file() and path.name != without):
        name, data = str(path.relative_to(folder)).encode(), path.read_bytes()
        state.update(b"%d %d " % (len(name), len(data)) + name + data)
    return state.hexdigest()


def make(folder, arguments):
    """Make a corpus without any fault; return its digest. Raises RuntimeError if that fails.

    One other process does it for all calls: loading the program takes four times as long as these corpora.
    """
    line = [*arguments, f"--output={folder}"]
    try:
        outcome = _other_process().apply_async(call, [line]).get(LONGEST)
    except multiprocessing.TimeoutError:
        raise RuntimeError(f"{' '.join(line)} takes more than {LONGEST} s") from None
    if outcome.status:
        raise RuntimeError(f"{' '.join(line)} ended with status {outcome.status}: {outcome.error}")
    return digest(folder)


@functools.cache
def _other_process():
    return new_process()


def new_process():
    """Return a pool of one process; a fork of this one would have the locks of its threads."""
    pool = multiprocessing.get_context("spawn").Pool(1)
    atexit.register(pool.terminate)
    return pool


def call(arguments):
    """Call the program in this process, and return the Outcome."""
    from beam_pipeline import run

    out, error = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(error):
        status = run.main(arguments)
    return Outcome(status, out.getvalue(), error.getvalue())


def judges_of(folder, corpora):
    """Return a Judge for each of the corpora, which are lists of arguments; each is made once in this process."""
    for arguments in map(tuple, corpora):
        if arguments not in _JUDGES:
            _JUDGES[arguments] = Judge(folder, arguments)
    return [_JUDGES[tuple(arguments)] for arguments in corpora]


_JUDGES = {}


class Judge:
    """Knows the bytes of the undisturbed run of ``arguments``, and tells what became of a disturbed one."""

    def __init__(self, folder, arguments):
        self.arguments = arguments
        begin = time.monotonic()
        with Run(Path(folder) / "undisturbed", arguments) as run:
            outcome = run.finish()
        if outcome.status:
            raise RuntimeError(f"{' '.join(run.line)} ended with status {outcome.status}: {outcome.error}")
        self.seconds = time.monotonic() - begin
        self.digest = digest(run.folder)
        self._without_report = digest(Path(folder) / "undisturbed", REPORT_FILE)
        sizes = [path.stat().st_size for path in (Path(folder) / "undisturbed").rglob("*")]
        self.kibibytes = sum(-(-size // 4096) for size in sizes) * 4  # that a file system needs for it
        shutil.rmtree(Path(folder) / "undisturbed")

    def verdict(self, folder, outcome, killed=False, rerun=(), repair=lambda: None):
        """Return (result, why) of a run that ended with ``outcome``; its folder is finished, judged and removed.

        killed: the program was killed and cannot say why. rerun: further arguments of the rerun, such as its engine.
        repair: called before it.
        """
        try:
            wrong = self._wrong(Path(folder), outcome, killed, rerun, repair)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return (LOST, wrong) if wrong else (CLEAN if outcome.status else SAME, "")

    def _wrong(self, folder, outcome, killed, rerun, repair):
        """Return what is wrong, an empty string if nothing is."""
        if outcome.status == 0:
            return "" if self._is_complete(folder) else "status 0 with other bytes"
        if not killed:
            lines = [line for line in outcome.error.splitlines() if not line.startswith(LOGGED)]
            if len(lines) != 1 or not lines[0].startswith("hyperphrase run: ") or outcome.out:
                return f"status {outcome.status} without a reason of one line: {outcome.error!r:.2000}"
            if outcome.status not in (1, 130) and (outcome.status != 2 or folder.exists()):  # 2: it cannot be made
                return f"status {outcome.status}: {lines[0]}"
            if outcome.status == 1 and (folder / "manifest.json").exists():  # 130: interrupted as it was just written
                shutil.rmtree(folder / ".work", ignore_errors=True)  # left where the last look at the files failed
                if not self._is_complete(folder):
                    return f"status 1 beside a manifest, and the corpus is not complete: {outcome.error!r:.500}"
        repair()
        try:
            found = make(folder, [*self.arguments, *rerun])
        except RuntimeError as error:
            return f"the rerun failed: {error!s:.2000}"
        return "" if found == self.digest else "the rerun ended with other bytes"

    def _is_complete(self, folder):
        """Tell whether the corpus is complete; its report is a view, which a fault may have prevented."""
        return digest(folder) == (self.digest if (folder / REPORT_FILE).exists() else self._without_report)


def try_at_all_phases(folder, times, moments, choices, trial, phases=PHASES):
    """Yield ``times`` trials, through all ``phases`` in turn, each with all ``choices``, in an order of ``moments``.

    trial: of (folder, phase, choice), makes folder/out and gives a Trial, or None if the run was over before anything
    was done to it: then the next is tried. Raises RuntimeError if that happens again and again.
    """
    choices = list(choices)
    moments.shuffle(choices)
    count = 0
    round_ = math.lcm(len(phases), len(choices))  # after it the pairs would be the same: the choices move on by one
    for i in range(10 * times):
        phase, choice = phases[i % len(phases)], choices[(i + i // round_) % len(choices)]
        shutil.rmtree(folder / "out", ignore_errors=True)  # of a run that was over
        found = trial(folder, phase, choice)
        if found:
            yield found
            count += 1
        if count == times:
            return
    raise RuntimeError(f"{count} of {times} trials were made: the runs were over too soon")


def command(document, trials, times=5):
    """Run a fault as a command; return its exit status: 0 if nothing was lost."""
    parser = argparse.ArgumentParser(description=document, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=times, help=f"how often each is tried, default {times}")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments; default: others each time")
    parser.add_argument("--folder", type=Path, default=None, help="where the corpora are made; default a temporary one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        return report(trials(Path(folder), given.times, random.Random(given.seed)))


def report(trials):
    """Print each trial as it ends, and then a table of them; return 0 if nothing was lost."""
    done = []
    for trial in trials:
        done.append(trial)
        print(f"{trial.fault}, {trial.phase}: {trial.result} {trial.why}".rstrip(), flush=True)
    print(f"\n{table(done)}")
    return int(not done or any(trial.result == LOST for trial in done))


def table(trials):
    """Return the table of trials: a line for each fault and phase."""
    rows = {}
    for trial in trials:
        row = rows.setdefault((trial.fault, trial.phase), dict.fromkeys([SAME, CLEAN, LOST], 0))
        row[trial.result] += 1
    lines = ["| fault | phase | tried | same bytes | clean failure, same bytes after the rerun | LOST |"]
    lines.append("|---|---|---:|---:|---:|---:|")
    for (fault, phase), row in [*rows.items(), (("all", ""), _total(rows.values()))]:
        lines.append(f"| {fault} | {phase} | {sum(row.values())} | {row[SAME]} | {row[CLEAN]} | {row[LOST]} |")
    return "\n".join(lines)


def _total(rows):
    return {result: sum(row[result] for row in rows) for result in (SAME, CLEAN, LOST)}
