"""DirectFile writes what it is given, whatever the system makes of direct writes."""

import errno
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from transforms.files import direct_file
from transforms.files.direct_file import DirectFile

PIECE = 1 << 20


def content(size, seed=0):
    return random.Random(seed).randbytes(size)


def write(path, parts):
    with DirectFile(str(path)) as stream:
        assert [len(part) for part in parts] == [stream.write(part) for part in parts]


@pytest.mark.parametrize("size", [0, 1, 4095, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE + 4097])
@pytest.mark.parametrize("cut", [1 << 12, 300_001, 3 * PIECE])
def test_a_file_is_its_parts_in_order(tmp_path, size, cut):
    data = content(size)
    write(tmp_path / "file", [memoryview(data)[at : at + cut] for at in range(0, size, cut)])
    assert data == (tmp_path / "file").read_bytes()


def test_a_part_may_be_overwritten_as_soon_as_it_was_taken(tmp_path):
    buffer = bytearray(PIECE)
    with DirectFile(str(tmp_path / "file")) as stream:
        for value in range(7):
            buffer[:] = bytes([value]) * PIECE
            stream.write(buffer)
    assert b"".join(bytes([value]) * PIECE for value in range(7)) == (tmp_path / "file").read_bytes()


def test_files_written_at_the_same_time_do_not_mix(tmp_path):
    parts = {str(i): [content(700_000, 10 * i + k) for k in range(6)] for i in range(8)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: write(tmp_path / name, parts[name]), parts))
    for name, expected in parts.items():
        assert b"".join(expected) == (tmp_path / name).read_bytes()


def test_a_file_or_link_of_this_name_is_not_written_over(tmp_path):
    (tmp_path / "there").write_bytes(b"kept")
    (tmp_path / "link").symlink_to("there")
    (tmp_path / "dangling").symlink_to("elsewhere")
    for name in ("there", "link", "dangling"):
        with pytest.raises(FileExistsError):
            DirectFile(str(tmp_path / name))
    assert b"kept" == (tmp_path / "there").read_bytes()
    assert not (tmp_path / "elsewhere").exists()


def test_writes_that_come_short_are_continued(tmp_path, monkeypatch):
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, offset: pwrite(file, data[:99_999], offset))
    data = content(3 * PIECE + 5)
    write(tmp_path / "file", [data])
    assert data == (tmp_path / "file").read_bytes()


def test_a_file_system_that_refuses_direct_writes_gets_others(tmp_path, monkeypatch):
    pwrite, refused = os.pwrite, []

    def refuse_direct(file, data, offset):
        if direct_file.fcntl.fcntl(file, direct_file.fcntl.F_GETFL) & os.O_DIRECT:
            refused.append(offset)
            raise OSError(errno.EINVAL, "Invalid argument")
        return pwrite(file, data, offset)

    monkeypatch.setattr(os, "pwrite", refuse_direct)
    data = content(3 * PIECE + 5)
    write(tmp_path / "file", [data])
    assert data == (tmp_path / "file").read_bytes()
    assert refused in ([0], [])  # tmpfs may not take the flag in the first place


@pytest.mark.parametrize("pieces", [0.5, 1, 2, 9])
def test_a_full_disk_is_raised_and_the_file_closed(tmp_path, monkeypatch, pieces):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    stream = DirectFile(str(tmp_path / "file"))
    descriptor = stream._file
    monkeypatch.setattr(os, "pwrite", full)

    def fill():
        for _ in range(int(2 * pieces)):
            stream.write(bytes(PIECE // 2))
        stream.close()

    with pytest.raises(OSError, match="No space left on device"):
        fill()
    monkeypatch.undo()
    stream.close()  # again, after the failure of a write: whatever is left may be written now
    assert stream.closed
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
