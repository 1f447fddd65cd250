"""The disk fills, at any place of the run: small file systems (tmpfs), and such as others fill while it works.

    python tests/faults/test_full_disk.py --times=40

The rerun finds more room.
"""

import contextlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PHASES, PLAIN, PROCESSES, THREADS, Run, Trial, judges_of

ENGINES = [THREADS, PROCESSES]
ROOM = 1 << 20  # KiB: enough for all


@contextlib.contextmanager
def small_disk(folder, size):
    """Mount a file system of ``size`` KiB at ``folder``. Raises CalledProcessError where that is not permitted."""
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={size}k", "tmpfs", folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def resize(folder, size):
    """Give the file system at ``folder`` another size, in KiB."""
    _mount("-o", f"remount,size={size}k", folder)


def fill(folder):
    """Leave no room in the file system at ``folder``. Raises RuntimeError if it is never left in peace."""
    for _ in range(50):
        room = os.statvfs(folder)
        with contextlib.suppress(subprocess.CalledProcessError):  # more has been written meanwhile
            resize(folder, (room.f_blocks - room.f_bfree) * room.f_frsize // 1024)
            return
    raise RuntimeError(f"{folder} is written to all the time")


def _mount(*options):
    subprocess.run(["mount", *options], check=True, capture_output=True)


def _verdict(judge, run, outcome, disk):
    result, why = judge.verdict(run.folder, outcome, repair=lambda: resize(disk, ROOM))
    if outcome.status and "No space left on device" not in outcome.error:
        result, why = LOST, f"another reason is given: {outcome.error!r:.500}"
    return result, why


def too_small(folder, times, moments, judges):
    """Yield trials on file systems of any size."""
    for i in range(times):
        judge, engine = judges[i % len(judges)], ENGINES[i // len(judges) % 2]
        part = 1.5 * ((i + moments.random()) / times) ** 2  # of what the corpus takes; at work it takes some more
        disk = folder / "disk"
        with small_disk(disk, max(64, int(part * judge.kibibytes))):
            with Run(disk / "out", [*judge.arguments, *engine]) as run:
                outcome = run.finish()
                phase = run.phase() if run.folder.exists() else "begin"
                result, why = _verdict(judge, run, outcome, disk)
            yield Trial("disk full" if outcome.status else "disk just large enough", phase, result, why)


def filled(folder, times, moments, judges):
    """Yield trials on a file system that has no more room from a moment of the run on."""

    def strike(folder, phase, choice):
        (judge, engine), disk = choice, folder / "disk"
        with small_disk(disk, ROOM), Run(disk / "out", [*judge.arguments, *engine]) as run:
            met = run.await_moment(phase, judge.seconds, moments)
            if met == "over":
                return None
            fill(disk)
            outcome = run.finish()
            result, why = _verdict(judge, run, outcome, disk)
        return Trial("disk filled by others" if outcome.status else "disk filled too late", met, result, why)

    choices = [(judge, engine) for judge in judges for engine in ENGINES]
    yield from harness.try_at_all_phases(folder, times, moments, choices, strike, PHASES[1:])


def trials(folder, times, moments, corpora=(PLAIN, MIXED)):
    judges = judges_of(folder, corpora)
    yield from too_small(folder, times, moments, judges)
    yield from filled(folder, -(-times // 2), moments, judges)


@pytest.mark.parametrize(("kind", "times"), [(too_small, 3), (filled, len(PHASES[1:]))])
def test_a_disk_that_fills_anywhere_loses_nothing(tmp_path, need, kind, times):
    try:
        with small_disk(tmp_path / "disk", 64):
            pass
    except (subprocess.CalledProcessError, FileNotFoundError):
        need("the permission to mount a file system", "run the tests as root")
    tried = list(kind(tmp_path, times, random.Random(), judges_of(tmp_path, [MIXED])))
    assert [] == [trial for trial in tried if trial.result == LOST]


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=40))
