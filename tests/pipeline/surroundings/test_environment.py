"""Folders that are missing, proxies, limits, and variables of libraries."""

import os
import resource
import threading

import pytest

import hyperphrase as hp
from tests.pipeline.surroundings.conftest import command

DEAD = "http://127.0.0.1:9"  # no proxy answers there
VARIABLE = "no_grpc_proxy"


@pytest.mark.parametrize(
    "first",
    [
        "unset HOME XDG_CACHE_HOME; umask 077; taskset --cpu-list --pid 0 $$ > /dev/null",
        "export HOME=/nonexistent TMPDIR=/nonexistent NUMBA_CACHE_DIR=/proc/nowhere PYTHONOPTIMIZE=2",
        "export HOME=/proc NUMBA_CACHE_DIR=/dev/null NUMBA_CPU_NAME=generic PYTHONWARNINGS=error PYTHONSAFEPATH=1",
    ],
    ids=["no home, one processor, nobody else may read", "folders that are not there", "folders that are none"],
)
def test_other_surroundings_change_nothing(make, small, files_of, first):
    done, out = make(first=first)
    assert (0, files_of(small)) == (done.returncode, files_of(out)), done.stderr


@pytest.mark.parametrize("mode", ["multi_threading", "multi_processing"])
def test_local_channels_pass_the_proxy_by(make, small, files_of, mode):
    proxies = {"http_proxy": DEAD, "https_proxy": DEAD, "grpc_proxy": DEAD, "HTTPS_PROXY": DEAD, "all_proxy": DEAD}
    done, out = make(f"--direct_running_mode={mode}", env=proxies)
    assert (0, files_of(small)) == (done.returncode, files_of(out)), done.stderr


def test_python_calls_pass_the_proxy_by_and_leave_the_variables_as_they_were(
    words, small, files_of, tmp_path, monkeypatch
):
    monkeypatch.setenv("http_proxy", DEAD)
    monkeypatch.setenv("no_proxy", "example.org")
    monkeypatch.delenv("no_grpc_proxy", raising=False)
    before = dict(os.environ)
    lexicon = hp.Lexicon.load(str(words))
    recipe = hp.Recipe.create("uniform", lengths="fixed:length=6", lexicon=lexicon)
    options = {"formats": ["txt"], "beam_options": ["--direct_running_mode=multi_threading"]}
    hp.make_corpus(recipe, lexicon, tmp_path / "out", seeds=(0, 200), **options)
    assert files_of(small) == files_of(tmp_path / "out")
    with pytest.raises(hp.InputError):
        hp.make_corpus(recipe, lexicon, tmp_path / "new", seeds=(0, 200), beam_options=["--no_such_option=1"])
    assert before == dict(os.environ)


def test_what_the_user_exempts_from_the_proxy_stays_exempt(monkeypatch):
    from beam_pipeline.terminal.local_channels import go_direct, variables_kept

    monkeypatch.setenv("no_proxy", "a.example")
    with variables_kept():
        go_direct()
        assert os.getenv(VARIABLE).startswith("a.example,localhost,127.0.0.0/8,::1,")
    monkeypatch.setenv(VARIABLE, "b.example")  # gRPC reads no_proxy only where this is not set
    with variables_kept():
        go_direct()
        assert os.getenv(VARIABLE).startswith("b.example,localhost,")
    assert "b.example" == os.getenv(VARIABLE)


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ({"first": "ulimit -n 16"}, "this process may open 16 files only (ulimit -n)"),
        ({"first": "ulimit -v 1000000"}, "this process may map 1,024 MB of memory only (ulimit -v)"),
        ({"first": "cd $(mktemp -d) && rmdir $PWD"}, "the working folder is no longer there; change to another"),
        ({"env": {"NUMBA_DISABLE_JIT": "1"}}, "numba is told by NUMBA_DISABLE_JIT to compile nothing; unset it"),
        ({"env": {"NUMBA_NUM_THREADS": "0"}}, "numba cannot be loaded (Number of threads specified must be > 0.)"),
    ],
    ids=["files", "memory", "folder", "no compiler", "threads of numba"],
)
def test_what_the_program_cannot_work_with_is_one_line(how, line):
    done = command("run", "--phrases=1", **how)
    assert (2, b"", 1) == (done.returncode, done.stdout, done.stderr.count(b"\n")), done.stderr
    assert done.stderr.decode().startswith(f"hyperphrase: {line}")


def test_too_few_threads_are_one_line(monkeypatch):
    """As root, whom no limit of processes binds: the same by a Python that starts no more."""
    from beam_pipeline.terminal import limits

    started, start = [], threading.Thread.start

    def sparse(thread):
        if len(started) == 5:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", sparse)
    with pytest.raises(hp.InputError, match=r"this process can start 5 threads only, and needs 9: .*; or less$"):
        limits.check(1, 9, 1, "; or less")
    assert [False] * 5 == [thread.is_alive() for thread in started]


@pytest.mark.parametrize(("limit", "tried"), [(resource.RLIM_INFINITY, 0), (1_000_000, 0), (4096, 100), (90, 100)])
def test_many_threads_are_tried_where_a_limit_is_seen(monkeypatch, limit, tried):
    from beam_pipeline.terminal import limits

    started, start = [], threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda thread: (started.append(thread), start(thread)))
    monkeypatch.setattr(limits, "_limits_of_groups", lambda: [limit])
    limits.check(1, 100, 1, "")
    assert tried == len(started)
