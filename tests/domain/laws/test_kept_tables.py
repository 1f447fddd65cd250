"""Tables kept on disk: read back as they were, built again where anything is wrong, never an error."""

import os
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from hyperphrase.laws import kept_tables
from hyperphrase.laws.kept_tables import kept
from hyperphrase.untrusted import trusted_folders

TABLES = {
    "entries": np.arange(700, dtype=np.uint64).reshape(7, 100),
    "rows": np.arange(-64, 64, dtype=np.int8).reshape(2, 64),
    "places": np.array([1.5, -0.25]),
    "flags": np.array([True, False, True]),
    "none": np.empty((0, 3), np.float32),
}


class Builder:
    """Counts how often it builds."""

    def __init__(self, tables=TABLES):
        self.tables, self.times = tables, 0

    def __call__(self):
        self.times += 1
        return {name: array.copy() for name, array in self.tables.items()}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of kept tables, which does not exist yet; all are worth it."""
    monkeypatch.setenv(kept_tables.VARIABLE, str(tmp_path / "tables"))
    monkeypatch.setattr(kept_tables, "WORTH_SECONDS", 0.0)
    yield tmp_path / "tables"
    trusted_folders.is_trusted.cache_clear()


def same(found, expected=TABLES):
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, strict=True)
        assert type(found[name]) is np.ndarray  # kernels take no subclass
        assert found[name].flags.c_contiguous
        assert found[name].flags.aligned
        assert not found[name].flags.writeable


def file_of(folder):
    (path,) = folder.iterdir()
    return path


def test_what_one_call_builds_the_next_one_reads(folder):
    build = Builder()
    same(kept("a", build))
    same(kept("a", build))
    assert build.times == 1
    assert folder.stat().st_mode & 0o077 == 0
    assert file_of(folder).suffix == ".tables"
    other = Builder({"entries": np.ones(3)})
    same(kept("b", other), other.tables)
    assert len(list(folder.iterdir())) == 2
    same(kept("a", build))
    assert (build.times, other.times) == (1, 1)


def test_a_change_of_the_code_that_builds_them_is_another_key(folder, monkeypatch):
    build = Builder()
    kept("a", build)
    monkeypatch.setattr(kept_tables, "_code", lambda: "changed")
    kept("a", build)
    assert build.times == 2


def test_the_code_is_all_that_tables_are_made_by(tmp_path, monkeypatch):
    package = tmp_path / "package"
    for wing in ("kernels", "numbers", "lexicon", "laws/meaning", "phrases"):
        (package / wing).mkdir(parents=True)
        (package / wing / "part.py").write_text("x = 1\n")
    monkeypatch.setattr(kept_tables, "__file__", str(package / "laws" / "kept_tables.py"))
    seen = [kept_tables._code.__wrapped__()]
    for wing in ("kernels", "numbers", "lexicon", "laws/meaning"):
        (package / wing / "part.py").write_text("x = 2\n")
        seen.append(kept_tables._code.__wrapped__())
    assert len(set(seen)) == 5
    (package / "phrases" / "part.py").write_text("x = 2\n")
    assert kept_tables._code.__wrapped__() == seen[-1]


def test_what_is_built_in_no_time_is_not_kept(folder, monkeypatch):
    monkeypatch.setattr(kept_tables, "WORTH_SECONDS", 100.0)
    build = Builder()
    same(kept("a", build))
    same(kept("a", build))
    assert build.times == 2
    assert list(folder.iterdir()) == []


def test_every_damage_is_seen(folder):
    build = Builder()
    kept("a", build)
    path = file_of(folder)
    whole = path.read_bytes()
    damaged = [whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in range(0, len(whole), 7)]
    damaged += [whole[:size] for size in (0, 1, 31, 32, 39, 40, 100, len(whole) - 1)] + [whole + b"\0"]
    assert len(damaged) > 900
    for data in damaged:
        path.write_bytes(data)
        assert kept_tables._read(path, path.name) is None
    for times, data in enumerate(damaged[::50], 2):
        path.write_bytes(data)
        same(kept("a", build))
        assert build.times == times
        assert path.read_bytes() == whole


def test_a_file_that_fits_its_digest_and_nothing_else_is_as_none(folder):
    kept("a", Builder())
    path = file_of(folder)
    whole = path.read_bytes()
    key = whole[whole.index(b'"key": "') + 8 :][:64].decode()
    same(kept_tables._read(path, key))
    assert kept_tables._read(path, key[::-1]) is None  # tables of another key under this name
    size = int.from_bytes(whole[32:40], "little")
    header = whole[40 : 40 + size]
    for old, new in {
        b'"<u8"': b'"|O8"',
        b"[7, 100]": b"[9, 900]",
        b"[2, 64]": b"[-2,64]",
        b"[2]": b"2  ",
        b'"arrays"': b'"others"',
        b'{"key"': b'["key"',
    }.items():
        assert old in header
        changed = header.replace(old, new).ljust(size)
        rest = whole[32:40] + changed + whole[40 + size :]
        path.write_bytes(kept_tables._digest(memoryview(rest)) + rest)
        assert kept_tables._read(path, key) is None, new
    rest = (1 << 60).to_bytes(8, "little") + whole[40:]
    path.write_bytes(kept_tables._digest(memoryview(rest)) + rest)
    assert kept_tables._read(path, key) is None


def test_the_digest_is_of_every_piece(monkeypatch):
    monkeypatch.setattr(kept_tables, "_PIECE", 8)
    data = bytearray(range(30))
    seen = {kept_tables._digest(memoryview(data))}
    for i in range(30):
        data[i] ^= 255
        seen.add(kept_tables._digest(memoryview(data)))
    assert len(seen) == 31


def test_processes_that_build_at_once_do_not_disturb_each_other(folder):
    program = (
        "import sys, numpy as np\n"
        "from hyperphrase.laws import kept_tables\n"
        "kept_tables.WORTH_SECONDS = 0.0\n"
        "for i in range(40):\n"
        "    for key in range(3):\n"
        "        found = kept_tables.kept(str(key), lambda: {'t': np.full(20_000, key)})\n"
        "        assert (found['t'] == key).all() and len(found['t']) == 20_000\n"
        "    if i % 4 == int(sys.argv[1]):\n"
        "        [path.unlink(missing_ok=True) for path in kept_tables._folder().iterdir()]\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(number)]) for number in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]


def test_threads_too(folder):
    builders = [Builder() for _ in range(8)]
    found = []
    threads = [threading.Thread(target=lambda build=build: found.append(kept("a", build))) for build in builders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for tables in found:
        same(tables)
    assert len(list(folder.iterdir())) == 1


def fails(*arguments, **options):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("call", ["open", "mkdir", "replace"])
def test_a_full_disk_is_no_error_and_leaves_nothing(folder, monkeypatch, call):
    build = Builder()
    with monkeypatch.context() as patch:
        patch.setattr(Path, call, fails)
        same(kept("a", build))
    assert not folder.exists() or list(folder.iterdir()) == []
    same(kept("a", build))
    same(kept("a", build))
    assert build.times == 2


def test_a_disk_that_fills_up_while_a_file_is_written_is_no_error(folder, monkeypatch):
    build = Builder()
    with monkeypatch.context() as patch:
        patch.setattr(kept_tables, "_digest", fails)
        same(kept("a", build))
    assert list(folder.iterdir()) == []
    same(kept("a", build))
    assert build.times == 2


def test_no_more_than_a_part_of_what_is_free_is_taken(folder, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(kept_tables.shutil, "disk_usage", lambda path: usage(1 << 40, 1 << 40, 20_000))
    build = Builder()
    same(kept("a", build))
    assert list(folder.iterdir()) == []
    monkeypatch.setattr(kept_tables.shutil, "disk_usage", lambda path: usage(1 << 40, 1 << 40, 40_000))
    same(kept("a", build))
    assert len(list(folder.iterdir())) == 1


def test_tables_in_a_folder_that_cannot_be_written_to_are_read(folder, monkeypatch):
    kept("a", Builder())
    monkeypatch.setattr(os, "utime", fails)
    monkeypatch.setattr(kept_tables, "_write", None)
    build = Builder()
    same(kept("a", build))
    assert build.times == 0


@pytest.mark.parametrize("given", ["off", "/dev/null/nowhere", "~nobody-of-this-name/x"])
def test_without_a_folder_all_is_built(given, tmp_path, monkeypatch):
    monkeypatch.setenv(kept_tables.VARIABLE, given)
    monkeypatch.setattr(kept_tables, "WORTH_SECONDS", 0.0)
    monkeypatch.chdir(tmp_path)
    build = Builder()
    same(kept("a", build))
    same(kept("a", build))
    assert build.times == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_others_can_write_to_is_not_used(folder):
    build = Builder()
    kept("a", build)
    folder.chmod(0o777)
    trusted_folders.is_trusted.cache_clear()
    same(kept("a", build))
    assert build.times == 2


def test_they_are_in_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.delenv(kept_tables.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert tmp_path / "hyperphrase" / "tables" == kept_tables._folder()
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path / ".cache" / "hyperphrase" / "tables" == kept_tables._folder()
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert kept_tables._folder() is None


def test_those_not_used_for_longest_are_removed(folder, monkeypatch):
    builders = {key: Builder({"t": np.full(1000, i)}) for i, key in enumerate("abcd")}
    kept("a", builders["a"])
    size = file_of(folder).stat().st_size
    monkeypatch.setattr(kept_tables, "MOST_BYTES", 3 * size)
    (folder / "left.0123").write_bytes(bytes(size))  # by a killed process
    os.utime(folder / "left.0123", (1, 1))
    kept("b", builders["b"])
    assert len(list(folder.iterdir())) == 3
    for age, path in enumerate(sorted(folder.glob("*.tables"), key=lambda path: path.stat().st_mtime_ns), 2):
        os.utime(path, (age, age))
    kept("c", builders["c"])
    assert not (folder / "left.0123").exists()
    kept("a", builders["a"])  # used again: b is older now
    kept("d", builders["d"])
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 3 * size
    for key in "acdb":
        same(kept(key, builders[key]), builders[key].tables)
    assert [build.times for build in builders.values()] == [1, 2, 1, 1]


def test_tables_above_the_bound_are_not_kept(folder, monkeypatch):
    kept("a", Builder())
    monkeypatch.setattr(kept_tables, "MOST_BYTES", 5000)
    build = Builder()
    same(kept("b", build))
    assert len(list(folder.iterdir())) == 1


def test_an_error_of_the_builder_is_passed_on(folder):
    def build():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept("a", build)
    assert list(folder.iterdir()) == []
