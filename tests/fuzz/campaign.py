"""Fuzz all readers for some minutes: how many bad files each was given, refused and accepted, and what went wrong.

    python tests/fuzz/campaign.py --minutes=10

Each reader works in a process of its own, with 1 GiB of memory beyond what it starts with and 20 seconds for a file; a
crash, a hang, or any exception but the project's own is a failure, and its file is kept. There are three ways:

plain: as in a run.
guarded: the arrays of the shards' decoders end at a page that nobody may touch, so that a wild access is a crash.
checked: kernels are compiled anew, and look at the bounds of each index.
"""

import argparse
import collections
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the checkout, when run as a command

WAYS = ("plain", "guarded", "checked")
_MORE_MEMORY = 1 << 30  # bytes
_SECONDS_A_FILE = 20
_PAGE = resource.getpagesize()


def fuzz(name: str, way: str, seconds: float, inputs: int, seed: int, trial: Path) -> None:
    """Give bad files to one reader and print what became of them; each is in ``trial`` while it is tried."""
    if way == "checked":
        _compile_anew()
    from tests.fuzz.guarded import GuardedNumpy
    from tests.fuzz.readers import READERS

    reader, chance = READERS[name], random.Random(f"{seed} {name} {way}")
    if way == "guarded":
        from hyperphrase.codecs import parquet_reading, record_reading

        parquet_reading.np = record_reading.np = GuardedNumpy()
    for data in reader.files:  # all kernels are loaded, or compiled, and all libraries that come late
        reader.attempt(data)
        reader.attempt(data[:-1])
    _limit_memory()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the end of a process that hangs in a kernel too
    tried = accepted = 0
    end = time.monotonic() + seconds
    while tried < inputs and time.monotonic() < end:
        data = reader.bad_file(chance)
        trial.write_bytes(data)
        signal.alarm(_SECONDS_A_FILE)
        accepted += reader.attempt(data)
        tried += 1
    print("tried", tried, accepted)


def _compile_anew() -> None:
    from hyperphrase.kernels.cache import KernelCache

    KernelCache._load_overload = lambda self, sig, context: None
    KernelCache._save_overload = lambda self, sig, data: None


def _limit_memory() -> None:
    now = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
    resource.setrlimit(resource.RLIMIT_AS, (now + _MORE_MEMORY, now + _MORE_MEMORY))


def in_a_process(name: str, way: str, seconds: float, inputs: int, seed: int) -> tuple[int, int, str, bytes]:
    """Return how many files were tried and accepted, what went wrong ("" if nothing), and the file it went wrong by."""
    with tempfile.TemporaryDirectory(prefix="hyperphrase-fuzz-") as folder:
        trial = Path(folder) / "trial"
        one = [f"--one={name}", f"--way={way}", f"--seconds={seconds}", f"--inputs={inputs}", f"--seed={seed}"]
        done = subprocess.run(
            [sys.executable, __file__, *one, f"--trial={trial}"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **({"NUMBA_BOUNDSCHECK": "1"} if way == "checked" else {})},
        )
        if done.returncode == 0:
            _, tried, accepted = done.stdout.split()
            return int(tried), int(accepted), "", b""
        why = signal.Signals(-done.returncode).name if done.returncode < 0 else done.stderr.strip().split("\n")[-1]
        return 0, 0, why or f"status {done.returncode}", trial.read_bytes() if trial.exists() else b""


def campaign(names: list[str], ways: list[str], seconds: float, inputs: int, seed: int, kept: Path) -> int:
    """Fuzz each reader in each way for its share of ``seconds``; print a table and return the number of failures."""
    each, failures, total, width = seconds / len(names) / len(ways), 0, collections.Counter[str](), max(map(len, names))
    print(f"{'reader':<{width}}  {'tried':>9}  {'refused':>9}  {'accepted':>9}", flush=True)
    for name in names:
        count = collections.Counter[str]()
        for way in ways:
            tried, accepted, wrong, data = in_a_process(name, way, each, inputs, seed)
            count += collections.Counter(tried=tried, accepted=accepted, refused=tried - accepted)
            if wrong:
                failures += 1
                kept.mkdir(parents=True, exist_ok=True)
                path = kept / f"{name.replace('/', '-').replace(' ', '-')}-{way}-{seed}"
                path.write_bytes(data)
                print(f"FAILED: {name}, {way}: {wrong}: {path}", flush=True)
        _print_row(name, count, width)
        total += count
    _print_row("all", total, width)
    print(f"{failures} failures")
    return failures


def _print_row(name: str, count: "collections.Counter[str]", width: int) -> None:
    print(f"{name:<{width}}  {count['tried']:>9,}  {count['refused']:>9,}  {count['accepted']:>9,}", flush=True)


def main() -> int:
    """Parse the options and run the campaign, or one reader of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="of the whole campaign, starts apart; default 10")
    parser.add_argument("--inputs", type=int, default=1 << 62, help="files for each reader and way, at most")
    parser.add_argument("--seed", type=int, default=0, help="of the changes; default 0")
    parser.add_argument("--readers", default="", help="part of the names of the readers to try; default all")
    parser.add_argument("--ways", default=",".join(WAYS), help=f"default {','.join(WAYS)}")
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "hyperphrase-fuzz-kept")
    for name, kind in {"one": str, "way": str, "seconds": float, "trial": Path}.items():
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        try:
            fuzz(given.one, given.way, given.seconds, given.inputs, given.seed, given.trial)
        except BaseException as error:
            traceback.print_exc()
            last = traceback.extract_tb(error.__traceback__)[-1]
            print(f"{type(error).__name__}: {str(error)[:200]!r} at {last.filename}:{last.lineno}", file=sys.stderr)
            return 1
        return 0
    from tests.fuzz.readers import READERS

    names = [name for name in READERS if given.readers in name]
    failures = campaign(names, given.ways.split(","), 60 * given.minutes, given.inputs, given.seed, given.kept)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
