"""Corpora on other file systems: read-only mounts, folders that are mounts, unwritable places, odd names."""

import contextlib
import errno
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

import hyperphrase as hp

OPTIONS = ["--vocabulary=2000", "--lengths=fixed:length=6", "--seeds=0:300", "--phrases_per_shard=100", "--format=txt",
           "--dictionary"]  # fmt: skip


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def mount(need):
    """Return a mounter of file systems: (folder, *options of mount); they are unmounted after the test."""
    with contextlib.ExitStack() as mounted:

        def mount_at(folder, *options):
            try:
                subprocess.run(["mount", *options, folder], check=True, capture_output=True)
            except (subprocess.CalledProcessError, FileNotFoundError):
                need("the permission to mount a file system", "run the tests as root")
            mounted.callback(subprocess.run, ["umount", "--lazy", folder], check=True)

        yield mount_at


def test_a_corpus_on_a_read_only_mount_can_be_used_and_no_run_writes_there(
    copied, program, mount, tmp_path, files_of, corpus
):
    copied(*OPTIONS)
    (tmp_path / "ro").mkdir()
    mount(tmp_path / "ro", "--bind", tmp_path)
    subprocess.run(["mount", "-o", "remount,ro,bind", tmp_path / "ro"], check=True)
    out = tmp_path / "ro/out"
    for command in (["verify", out], ["inspect", out, "--head=2"], ["find", out, "the"], ["plan", *OPTIONS]):
        assert 0 == program(*command).status
    opened = hp.Corpus.open(out)
    opened.verify()
    assert 300 == len(opened)
    for place in (out, tmp_path / "ro/new", tmp_path / "ro/a/b"):
        outcome = program("run", *OPTIONS, "--key=1", f"--output={place}")
        assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
        assert f"--output={place}: " in outcome.error
    assert files_of(corpus(*OPTIONS)) == files_of(out)


def test_folders_that_are_mounts_of_their_own_get_the_same_files(run_into, program, mount, tmp_path, files_of, corpus):
    out = tmp_path / "out"
    for name in ("shards", "dictionary", "statistics"):
        (out / name).mkdir(parents=True)
        mount(out / name, "-t", "tmpfs", "tmpfs")
    run_into(out, *OPTIONS)
    assert files_of(corpus(*OPTIONS)) == files_of(out)
    (out / "shards/phrases-00001-of-00003.txt").unlink()
    assert "2 of them kept" in run_into(out, *OPTIONS).out
    assert files_of(corpus(*OPTIONS)) == files_of(out)
    assert (0, "") == (program("verify", out).status, program("verify", out).error)


@pytest.mark.parametrize("code", ["EROFS", "EACCES", "EPERM", "ENOSYS", "EOPNOTSUPP", "EXDEV", "EINVAL"])
@pytest.mark.parametrize("call", ["mkdir", "open", "replace"])
def test_a_place_that_cannot_be_written_to_is_refused_by_trying(program, tmp_path, monkeypatch, code, call):
    """Whatever ``access`` says of it; and nothing is left there."""
    real, out = getattr(os, call), tmp_path / "new/out"

    def refuse(path, *rest, **options):
        if str(path).startswith(str(out)) and (call != "open" or rest[0] & os.O_CREAT):
            raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)), str(path))
        return real(path, *rest, **options)

    monkeypatch.setattr(os, call, refuse)
    outcome = program("run", *OPTIONS, f"--output={out}")
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith(f"hyperphrase run: --output={out}: cannot be ")
    assert [] == names(tmp_path)


def test_without_locks_a_run_works_and_says_so(program, tmp_path, monkeypatch, files_of, corpus):
    import fcntl

    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(fcntl, "lockf", refuse)
    outcome = program("run", *OPTIONS, f"--output={tmp_path / 'out'}")
    assert (0, True) == (outcome.status, "the file system offers no locks" in outcome.error)
    assert files_of(corpus(*OPTIONS)) == files_of(tmp_path / "out")


def test_work_that_cannot_be_removed_is_told_and_hurts_nobody(program, tmp_path, monkeypatch):
    from transforms.files import disk

    monkeypatch.setattr(disk, "_PAUSES", (0.0,))
    real = os.unlink

    def refuse(path, *rest, **options):
        if "request.json" in str(path):
            raise OSError(errno.EBUSY, "Device or resource busy")
        real(path, *rest, **options)

    monkeypatch.setattr(os, "unlink", refuse)
    outcome = program("run", *OPTIONS, f"--output={tmp_path / 'out'}")
    assert (0, True) == (outcome.status, f"{tmp_path / 'out'}/.work cannot be removed now" in outcome.error)
    assert ["request.json"] == names(tmp_path / "out/.work")
    assert 0 == program("verify", tmp_path / "out").status
    monkeypatch.undo()
    assert "is complete already" in program("run", *OPTIONS, f"--output={tmp_path / 'out'}").out
    assert not (tmp_path / "out/.work").exists()


NAMES = ["a*b?[c]{d}%41#", "two\nlines \"q\" 's' \\ sp\u00e4ce ", "latin\udcff"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_folder_may_have_any_name(run_into, program, tmp_path, files_of, corpus, name):
    out = tmp_path / name / name
    run_into(out, *OPTIONS)
    for command in ("verify", "inspect"):
        assert (0, "") == (program(command, out).status, program(command, out).error)
    assert 0 == program("find", out, "the").status
    (out / "shards/phrases-00001-of-00003.txt").unlink()
    assert "2 of them kept" in run_into(out, *OPTIONS).out
    assert files_of(corpus(*OPTIONS)) == files_of(out)


def test_names_that_are_too_long_are_refused(program, tmp_path):
    for name in ("x" * 300, "/".join(["x" * 200] * 25)):
        outcome = program("run", *OPTIONS, f"--output={tmp_path / name}")
        assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
        assert "File name too long" in outcome.error
    assert [] == names(tmp_path)


def test_kept_shards_are_counted_without_times(program, tmp_path, monkeypatch, copied, files_of, corpus):
    """On a disk that gives all files one time: FAT's are 2 s apart, and other clocks stand or jump."""
    from beam_pipeline.folder import output_folder
    from hyperphrase.corpus.manifest import loads

    out = copied(*OPTIONS)
    output_folder.reopen(str(out), loads((out / "manifest.json").read_bytes(), "manifest.json"))
    path = out / "shards/phrases-00001-of-00003.txt"
    path.write_bytes(bytes(path.stat().st_size))
    real = os.replace

    def replace(source, target):
        real(source, target)
        os.utime(target, (0, 0))

    for each in out.rglob("*"):
        os.utime(each, (0, 0))
    monkeypatch.setattr(os, "replace", replace)
    outcome = program("run", *OPTIONS, f"--output={out}")
    assert (0, True) == (outcome.status, "2 of them kept" in outcome.out)
    assert files_of(corpus(*OPTIONS)) == files_of(out)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("EFBIG", "the same command would fail there again"),
        ("ENOSPC", "rerun the same command to resume"),
    ],
)
def test_a_rerun_is_advised_where_it_helps(program, tmp_path, monkeypatch, code, advice, files_of, corpus):
    real = os.replace

    def refuse(source, target):
        if "/shards/" in str(target):
            raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
        real(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    outcome = program("run", *OPTIONS, f"--output={tmp_path / 'out'}")
    lines = [line for line in outcome.error.splitlines() if not line.startswith(("engine: ", "preparing: "))]
    assert (1, 1, True) == (outcome.status, len(lines), advice in lines[0])
    assert f"{tmp_path / 'out'}/shards/phrases-0000" in lines[0]
    monkeypatch.undo()
    assert 0 == program("run", *OPTIONS, f"--output={tmp_path / 'out'}").status
    assert files_of(corpus(*OPTIONS)) == files_of(tmp_path / "out")


@pytest.mark.parametrize("mode", [0o300, 0o500, 0o000])
def test_a_folder_of_anothers_is_refused_in_one_line(program, run_into, tmp_path, mode, need):
    """By the effective user, whom ``access`` does not ask."""
    if os.geteuid():
        need("another user", "run the tests as root")
    with tempfile.TemporaryDirectory() as folder:  # pytest's can be entered by root alone
        Path(folder).chmod(0o755)
        words, out = Path(folder) / "words.txt", Path(folder) / "out"
        words.write_text("cat\ndog\ncow\n")
        options = [f"--lexicon={words}", "--seeds=0:30", "--format=txt"]
        run_into(tmp_path / "out", *options)  # loads what only root can read
        out.mkdir()
        os.chown(out, 65534, 65534)
        out.chmod(mode)
        os.seteuid(65534)
        try:
            outcome = program("run", *options, f"--output={out}")
        finally:
            os.seteuid(0)
        assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
        assert f"--output={out}: cannot be used: [Errno 13] Permission denied" in outcome.error
        assert [] == names(out)


def test_a_disk_that_fails_once_after_the_manifest_leaves_no_failed_run(run_into, tmp_path, monkeypatch):
    from beam_pipeline.folder import output_folder

    asked, missing_files = [], output_folder.missing_files

    def once(*arguments):
        asked.append(arguments)
        if len(asked) == 1:
            raise OSError(errno.EIO, "Input/output error")
        return missing_files(*arguments)

    monkeypatch.setattr(output_folder, "missing_files", once)
    run_into(tmp_path / "out", *OPTIONS)
    assert len(asked) == 2
    assert not (tmp_path / "out" / ".work").exists()
