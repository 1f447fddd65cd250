"""What other file systems than ext4 answer: what they do not offer is gone without, what goes wrong is raised."""

import errno
import gc
import os
import random
import shutil
from pathlib import Path

import pytest

from transforms.files import direct_file, disk, storage
from transforms.files.direct_file import DirectFile

PIECE = 1 << 20


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(disk, "_PAUSES", (0.0, 0.0))


def failing(monkeypatch, name, code, times=10**9, when=lambda *_: True):
    """Let a function of ``os`` fail with an error, ``times`` times, where ``when`` holds; return the calls that did."""
    real, failed = getattr(os, name), []

    def call(*arguments, **options):
        if len(failed) < times and when(*arguments):
            failed.append(arguments)
            raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, call)
    return failed


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def is_folder(handle):
    return Path(f"/proc/self/fd/{handle}").is_dir()


def hidden(folder):
    return [path for path in Path(folder).rglob("*") if path.name.startswith(".temporary") or "temporary/" in str(path)]


@pytest.mark.parametrize("code", ["EINVAL", "EBADF", "EACCES", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"])
def test_what_cannot_be_flushed_is_passed_over(tmp_path, monkeypatch, code):
    storage.write_file(str(tmp_path), "shards/one", b"data")
    failed = failing(monkeypatch, "fsync", code)
    storage.sync_to_disk(str(tmp_path), ["shards/one"])
    assert 2 == len(failed)


def test_a_folder_that_cannot_be_opened_is_not_flushed(tmp_path, monkeypatch):
    storage.write_file(str(tmp_path), "shards/one", b"data")
    failed = failing(monkeypatch, "open", "EACCES", when=lambda path, *_: Path(path).is_dir())
    storage.sync_to_disk(str(tmp_path), ["shards/one"])
    assert 1 == len(failed)


@pytest.mark.parametrize("code", ["EIO", "ENOSPC", "EDQUOT"])
@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_flush_that_fails_is_raised_and_names_the_file(tmp_path, monkeypatch, code, place):
    storage.write_file(str(tmp_path), "shards/one", b"data")
    failing(monkeypatch, "fsync", code, when=lambda handle: is_folder(handle) == (place == "folder"))
    with pytest.raises(OSError, match="shards") as raised:
        storage.sync_to_disk(str(tmp_path), ["shards/one"])
    assert getattr(errno, code) == raised.value.errno


@pytest.mark.parametrize("code", ["EEXIST", "EPERM", "EACCES", "EBUSY", "ETXTBSY"])
def test_where_no_file_can_be_renamed_over_another_that_one_is_removed_first(tmp_path, monkeypatch, code):
    storage.write_file(str(tmp_path), "one", b"old")
    failing(monkeypatch, "replace", code, when=lambda _, target: Path(target).exists())
    storage.write_file(str(tmp_path), "one", b"new")
    assert b"new" == (tmp_path / "one").read_bytes()
    assert [] == hidden(tmp_path)


@pytest.mark.parametrize("code", ["EBUSY", "EACCES", "ETXTBSY"])
def test_a_file_that_is_in_use_for_a_moment_is_replaced_then(tmp_path, monkeypatch, code):
    storage.write_file(str(tmp_path), "one", b"old")
    failed = failing(monkeypatch, "replace", code, times=2)
    monkeypatch.setattr(os, "unlink", lambda *_: pytest.fail("nothing has to be removed"))
    storage.write_file(str(tmp_path), "one", b"new")
    assert (2, b"new") == (len(failed), (tmp_path / "one").read_bytes())


@pytest.mark.parametrize("code", ["EXDEV", "EPERM"])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_folder_that_is_a_mount_of_its_own_gets_copies(tmp_path, monkeypatch, code, old):
    """And each copy has a name that no reader takes for a shard until it is whole."""
    (tmp_path / "shards").mkdir()
    if old:
        (tmp_path / "shards/one").write_bytes(old)
    failing(monkeypatch, "replace", code, when=lambda source, target: Path(source).parent != Path(target).parent)
    seen = []
    copy = shutil.copyfileobj
    monkeypatch.setattr(shutil, "copyfileobj", lambda *given: (copy(*given), seen.extend(names(tmp_path / "shards"))))
    data = random.Random(0).randbytes(3 * PIECE + 5)
    storage.write_file(str(tmp_path), "shards/one", data)
    assert data == (tmp_path / "shards/one").read_bytes()
    assert [name for name in seen if name != "one" and not name.startswith(".temporary-")] == []
    assert [] == hidden(tmp_path)


def test_a_copy_that_fails_leaves_nothing_and_that_of_a_kill_is_removed_later(tmp_path, monkeypatch):
    (tmp_path / "shards").mkdir()
    failing(monkeypatch, "replace", "EXDEV")
    with pytest.raises(OSError, match="renamed"):
        storage.write_file(str(tmp_path), "shards/one", b"data")
    assert ([], []) == (names(tmp_path / "shards"), hidden(tmp_path))
    (tmp_path / "shards/.temporary-0123").write_bytes(b"half")
    (tmp_path / "shards/.DS_Store").write_bytes(b"")
    storage.remove_leftovers(str(tmp_path / "shards"))
    assert [".DS_Store"] == names(tmp_path / "shards")


@pytest.mark.parametrize("code", ["ENOSYS", "EIO", "ENOSPC", "EROFS", "ESTALE"])
def test_a_rename_that_fails_is_raised_and_leaves_nothing(tmp_path, monkeypatch, code):
    failing(monkeypatch, "replace", code)
    with pytest.raises(OSError, match=r"renamed.*one") as raised:
        storage.write_file(str(tmp_path), "one", b"data")
    assert getattr(errno, code) == raised.value.errno
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_rename_whose_reply_was_lost_is_done(tmp_path, monkeypatch):
    """The client of a network disk repeats the request, and the server finds no file any more."""
    real = os.replace

    def twice(source, target):
        real(source, target)
        real(source, target)

    monkeypatch.setattr(os, "replace", twice)
    storage.write_file(str(tmp_path), "one", b"data")
    assert b"data" == (tmp_path / "one").read_bytes()


def test_a_new_file_whose_reply_was_lost_gets_another_name(tmp_path, monkeypatch):
    failed = failing(monkeypatch, "open", "EEXIST", times=1, when=lambda path, *_: "temporary/one" in str(path))
    storage.write_file(str(tmp_path), "one", b"data")
    assert (1, b"data") == (len(failed), (tmp_path / "one").read_bytes())


@pytest.mark.parametrize("code", ["EIO", "ENOSPC", "EDQUOT"])
def test_a_write_that_fails_only_when_the_file_is_closed_is_raised(tmp_path, monkeypatch, code):
    """And the descriptor is not closed twice: meanwhile it may be another file's."""
    stream = DirectFile(str(tmp_path / "one"))
    descriptor, real = stream._file, os.close
    stream.write(b"data")

    def close(handle):
        real(handle)
        if handle == descriptor:
            raise OSError(getattr(errno, code), "late")

    monkeypatch.setattr(os, "close", close)
    with pytest.raises(OSError, match="late"):
        stream.close()
    monkeypatch.undo()
    assert stream.closed
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    assert descriptor == other
    stream.close()
    del stream
    gc.collect()
    os.write(other, b"mine")
    os.close(other)
    assert b"mine" == (tmp_path / "other").read_bytes()


def test_a_file_whose_close_fails_does_not_appear(tmp_path, monkeypatch):
    real = os.close

    def close(handle):
        late = "temporary/one" in str(Path(f"/proc/self/fd/{handle}").readlink())
        real(handle)
        if late:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(os, "close", close)
    with pytest.raises(OSError, match=r"quota exceeded.*one"):
        storage.write_file(str(tmp_path), "one", b"data")
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("code", ["EINVAL", "EOPNOTSUPP", "ENOSYS", "EFAULT"])
@pytest.mark.parametrize("place", ["flag", "write"])
def test_direct_writes_that_are_not_offered_become_others(tmp_path, monkeypatch, code, place):
    fcntl = direct_file.fcntl
    real = {"fcntl": fcntl.fcntl, "pwrite": os.pwrite}

    def is_direct(handle):
        return real["fcntl"](handle, fcntl.F_GETFL) & os.O_DIRECT

    def control(handle, what, *rest):
        if place == "flag" and what == fcntl.F_SETFL and rest[0] & os.O_DIRECT:
            raise OSError(getattr(errno, code), "not offered")
        return real["fcntl"](handle, what, *rest)

    def pwrite(handle, data, offset):
        if place == "write" and is_direct(handle):
            raise OSError(getattr(errno, code), "not offered")
        return real["pwrite"](handle, data, offset)

    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "pwrite", pwrite)
    data = random.Random(1).randbytes(3 * PIECE + 7)
    with DirectFile(str(tmp_path / "one")) as stream:
        stream.write(data)
    assert data == (tmp_path / "one").read_bytes()


def test_a_disk_that_takes_no_bytes_and_reports_no_error_is_not_asked_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "pwrite", lambda *_: 0)
    stream = DirectFile(str(tmp_path / "one"))
    stream.write(bytes(PIECE + 1))
    with pytest.raises(OSError, match="no bytes"):
        stream.close()


def test_a_flag_that_cannot_be_taken_back_is_an_error_and_no_loop(tmp_path, monkeypatch):
    fcntl = direct_file.fcntl
    real = fcntl.fcntl

    def control(handle, what, *rest):
        if what == fcntl.F_SETFL and not rest[0] & os.O_DIRECT:
            raise OSError(errno.EINVAL, "Invalid argument")
        return 0 if what == fcntl.F_SETFL else real(handle, what, *rest)

    def pwrite(*_):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "pwrite", pwrite)
    stream = DirectFile(str(tmp_path / "one"))
    stream.write(bytes(PIECE + 1))
    with pytest.raises(OSError, match="Invalid argument"):
        stream.close()


@pytest.mark.parametrize("code", ["EBUSY", "ENOTEMPTY"])
def test_a_folder_that_goes_a_moment_later_is_removed_then(tmp_path, monkeypatch, code):
    (tmp_path / "work/inner").mkdir(parents=True)
    failing(monkeypatch, "rmdir", code, times=2)
    assert storage.remove_folder(str(tmp_path / "work"))
    assert not (tmp_path / "work").exists()


def test_a_folder_that_stays_is_no_error_and_is_told(tmp_path, monkeypatch):
    """As where a file of it is open on a network disk, under a name such as .nfs0001."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work/.nfs0001").write_bytes(b"")
    (tmp_path / "work/other").write_bytes(b"")
    failing(monkeypatch, "unlink", "EBUSY", when=lambda path, *_: ".nfs" in str(path))
    assert not storage.remove_folder(str(tmp_path / "work"))
    assert [".nfs0001"] == names(tmp_path / "work")


def test_removing_follows_no_link(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/file").write_bytes(b"")
    (tmp_path / "work").mkdir()
    (tmp_path / "work/link").symlink_to(tmp_path / "precious")
    assert storage.remove_folder(str(tmp_path / "work"))
    (tmp_path / "work").symlink_to(tmp_path / "precious")
    storage.remove_folder(str(tmp_path / "work"))
    assert (tmp_path / "precious/file").exists()


def test_a_file_that_goes_while_a_folder_is_listed_is_left_out(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"12")
    real = os.scandir

    class Listing:
        def __init__(self, path):
            self._entries = real(path)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._entries.close()

        def __iter__(self):
            for entry in list(self._entries):
                if entry.name == "one":
                    Path(entry).unlink()
                yield entry

    monkeypatch.setattr(os, "scandir", Listing)
    assert {"two": 2} == storage.file_sizes(str(tmp_path))


def test_a_file_that_states_no_size_is_read_to_its_end():
    """As those of some user-space file systems; /proc is such a one."""
    assert storage.read_file("/proc/self/status", 1 << 20).startswith(b"Name:")
