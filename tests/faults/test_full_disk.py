"""The disk fills, at any place of the run: small file systems (tmpfs) of many sizes; the rerun finds more room.

python tests/faults/test_full_disk.py --times=40
"""

import contextlib
import random
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from tests.faults import harness
from tests.faults.harness import LOST, MIXED, PLAIN, PROCESSES, THREADS, Judge, Run, Trial


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


def _mount(*options):
    subprocess.run(["mount", *options], check=True, capture_output=True)


def trials(folder, times, moments, corpora=(PLAIN, MIXED)):
    judges = [Judge(folder, arguments) for arguments in corpora]
    for i in range(times):
        judge, engine = judges[i % len(judges)], [THREADS, PROCESSES][i // len(judges) % 2]
        part = 1.5 * ((i + moments.random()) / times) ** 2  # of what the corpus takes; at work it takes some more
        disk = folder / "disk"
        with small_disk(disk, max(64, int(part * judge.kibibytes))):
            with Run(disk / "out", [*judge.arguments, *engine]) as run:
                outcome = run.finish()
                phase = run.phase() if run.folder.exists() else "begin"
                result, why = judge.verdict(
                    run.folder, outcome, repair=lambda disk=disk: _mount("-o", "remount,size=1g", disk)
                )
            if outcome.status and "No space left on device" not in outcome.error:
                result, why = LOST, f"another reason is given: {outcome.error!r:.500}"
            yield Trial("disk full" if outcome.status else "disk just large enough", phase, result, why)


def test_a_disk_that_fills_anywhere_loses_nothing(tmp_path, need):
    try:
        with small_disk(tmp_path / "disk", 64):
            pass
    except (subprocess.CalledProcessError, FileNotFoundError):
        need("the permission to mount a file system", "run the tests as root")
    tried = list(trials(tmp_path, 4, random.Random(), [MIXED]))
    assert [] == [trial for trial in tried if trial.result == LOST]


if __name__ == "__main__":
    sys.exit(harness.command(__doc__, trials, times=40))
