"""A disk that fills during the run: the reason in one line, no manifest, and the same command finishes later."""

import subprocess

import pytest

LAW = ["--vocabulary=1000", "--phrases=20000", "--phrases_per_shard=1000"]  # 3.7 MB of TFRecord


def mount(*options):
    """Call mount(8); skips the test, and says so, where that is not permitted."""
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"NOT TESTED: mounting a small file system is not permitted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MB, and a way to make it larger."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder))
    yield folder, lambda: mount("-o", "remount,size=64m", str(folder))
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("workers", [["--direct_num_workers=1"], ["--direct_num_workers=2"]])
def test_a_full_disk_is_said_and_the_same_command_finishes(small_disk, program, run_into, corpus, files_of, workers):
    disk, enlarge = small_disk
    out = disk / "out"
    outcome = program("run", *LAW, *workers, f"--output={out}")
    assert outcome.status == 1
    lines = outcome.error.splitlines()
    assert lines[0].startswith("engine: ")
    assert len(lines) == 2
    assert lines[1].startswith("hyperphrase run: the work failed: ")
    assert "No space left on device" in lines[1]
    assert not (out / "manifest.json").exists()
    assert [path for path in out.rglob(".work/temporary/*") if path.is_file()] == []
    enlarge()
    assert "of them kept from before" in run_into(out, *LAW, *workers).out
    assert files_of(out) == files_of(corpus(*LAW))


def test_a_disk_too_small_for_the_lexicon(small_disk, program):
    disk, _ = small_disk
    (disk / "filler").write_bytes(bytes(2_080_000))
    outcome = program("run", *LAW, f"--output={disk}/out")
    assert (outcome.status, outcome.error.count("\n")) == (1, 1)
    assert "No space left on device" in outcome.error
