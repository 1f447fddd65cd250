"""One run at a time writes to a folder, on file systems with locks of any kind; without locks it is said."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from beam_pipeline.folder import folder_lock, output_folder
from hyperphrase.errors import InputError

NO_LOCKS = ["EBADF", "ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL", "EACCES", "EIO"]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def without(monkeypatch, code, *names, folders_only=False):
    """Let the calls of ``fcntl`` fail as on a file system that lacks them."""
    for name in names:
        real = getattr(fcntl, name)

        def call(handle, *rest, real=real):
            if not folders_only or Path(f"/proc/self/fd/{handle}").is_dir():
                raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
            return real(handle, *rest)

        monkeypatch.setattr(fcntl, name, call)


def held_by_another(folder, *without):
    """Tell whether another process is refused; without: calls that fail there as well."""
    code = (
        "import errno, fcntl, os, sys\n"
        "from beam_pipeline.folder import folder_lock\n"
        "real = fcntl.flock\n"
        "def flock(handle, how):\n"
        "    if 'flock' in sys.argv or os.path.isdir(f'/proc/self/fd/{handle}'): raise OSError(errno.EBADF, '')\n"
        "    real(handle, how)\n"
        "if len(sys.argv) > 2: fcntl.flock = flock\n"
        "try:\n"
        "    with folder_lock.lock(sys.argv[1]): pass\n"
        "except BlockingIOError: print('held')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, folder, *without], capture_output=True, text=True, check=True)
    return done.stdout == "held\n"


@pytest.mark.parametrize("code", NO_LOCKS)
def test_where_a_folder_cannot_be_locked_a_file_is(tmp_path, monkeypatch, code):
    """As on NFS, which answers EBADF."""
    without(monkeypatch, code, "flock", folders_only=True)
    with output_folder.locked(str(tmp_path)) as alone:
        assert alone
        with pytest.raises(InputError, match="another run is writing there"), output_folder.locked(str(tmp_path)):
            pass
        assert [".work"] == names(tmp_path)
    assert [] == names(tmp_path)
    with output_folder.locked(str(tmp_path)) as alone:
        assert alone


def test_another_process_is_refused(tmp_path, monkeypatch):
    """By a lock of the folder, of a file, and of a range of bytes of it."""
    with folder_lock.lock(str(tmp_path)):
        assert held_by_another(tmp_path)
    without(monkeypatch, "EBADF", "flock", folders_only=True)
    with folder_lock.lock(str(tmp_path)):
        assert held_by_another(tmp_path, "folders")
    without(monkeypatch, "ENOLCK", "flock")
    with folder_lock.lock(str(tmp_path)):
        assert held_by_another(tmp_path, "flock")
    assert not held_by_another(tmp_path)
    assert [] == names(tmp_path)


@pytest.mark.parametrize("code", NO_LOCKS)
def test_where_there_are_no_locks_it_is_said(tmp_path, monkeypatch, code):
    without(monkeypatch, code, "flock", "lockf")
    with output_folder.locked(str(tmp_path / "new")) as alone:
        assert not alone
    assert [] == names(tmp_path)


def test_a_lock_file_that_was_removed_meanwhile_is_no_lock(tmp_path, monkeypatch):
    """Another run ends, and removes the file between this run's opening and locking it."""
    without(monkeypatch, "EBADF", "flock", folders_only=True)
    real, path = fcntl.flock, tmp_path / ".work/lock"

    def late(handle, how):
        real(handle, how)
        monkeypatch.setattr(fcntl, "flock", real)
        path.unlink()

    monkeypatch.setattr(fcntl, "flock", late)
    with folder_lock.lock(str(tmp_path)) as alone:
        assert (True, True) == (alone, path.exists())


def test_a_lock_file_is_no_link(tmp_path, monkeypatch):
    without(monkeypatch, "EBADF", "flock", folders_only=True)
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work/lock").symlink_to(tmp_path / "elsewhere")
    with folder_lock.lock(str(tmp_path)) as alone:
        assert not alone
    assert not (tmp_path / "elsewhere").exists()


def test_unfinished_work_stays(tmp_path, monkeypatch):
    without(monkeypatch, "EBADF", "flock", folders_only=True)
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work/request.json").write_bytes(b"{}")
    with output_folder.locked(str(tmp_path)):
        pass
    assert ["request.json"] == names(tmp_path / ".work")


def test_folders_made_for_nothing_are_removed(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    with pytest.raises(ZeroDivisionError), output_folder.locked(str(tmp_path / "a/b/c")):
        _ = 1 / 0
    assert [] == names(tmp_path)
    real = os.mkdir
    monkeypatch.setattr(os, "mkdir", lambda path, *rest: (refused if str(path).endswith("c") else real)(path, *rest))
    with pytest.raises(InputError, match="Read-only file system"), output_folder.locked(str(tmp_path / "a/b/c")):
        pass
    assert [] == names(tmp_path)
