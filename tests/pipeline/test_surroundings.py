"""What a process is given by its user: proxies, closed and full streams, encodings. The bytes are always the same."""

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import hyperphrase as hp
from tests.pipeline.conftest import ROOT

LAW = ["--seeds=0:200", "--sampler=uniform", "--lengths=fixed:length=6", "--format=txt"]
DEAD = "http://127.0.0.1:9"  # no proxy answers there
VARIABLE = "no_grpc_proxy"
FULL = "/dev/full"


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text("".join(f"{letter}\n" for letter in "abcdefgh"))
    return path


@pytest.fixture(scope="module")
def small(words, corpus):
    """The corpus that all others here are compared with."""
    return corpus(*LAW, f"--lexicon={words}", "--direct_num_workers=1")


@pytest.fixture
def make(words, tmp_path):
    """Return a maker of that corpus in a process of its own: (*more arguments, options of Popen) -> (process, out)."""

    def run(*more, folder="out", **how):
        line = [*LAW, f"--lexicon={words}", f"--output={tmp_path}/{folder}", *more]
        return command("run", *line, **how), tmp_path / folder

    return run


def command(*arguments, env=None, first="", **how):
    """Run the program with variables set, after a shell did something ``first``."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    line = ["bash", "-c", f'{first}\nexec "$@"', "bash", sys.executable, "-m", "beam_pipeline", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run(line, env=environment, check=False, timeout=60, **pipes)


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


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(make, small, files_of, closed):
    done, out = make(first=f"exec {closed}")
    assert (0, b"") == (done.returncode, done.stderr)
    assert (" >&-" in closed) == (done.stdout == b"")
    assert b"engine:" not in done.stdout
    assert files_of(small) == files_of(out)


def test_python_calls_of_a_process_without_streams_write_into_no_file_but_their_own(words, small, files_of, tmp_path):
    """A library prints to descriptor 2 whatever it is: here it must be no file of the corpus."""
    source = f"""
import os, sys, threading
import hyperphrase as hp
for descriptor in (0, 1, 2):
    os.close(descriptor)
sys.stdin = sys.stdout = sys.stderr = None
done = threading.Event()
def library():
    while not done.wait(0.001):
        try:
            os.write(2, b"a message of a library")
        except OSError:
            pass
lexicon = hp.Lexicon.load({str(words)!r})
recipe = hp.Recipe.create("uniform", lengths="fixed:length=6", lexicon=lexicon)
threading.Thread(target=library).start()
hp.make_corpus(recipe, lexicon, {str(tmp_path / "out")!r}, seeds=(0, 200), formats=["txt"])
done.set()
"""
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, check=False, timeout=60)
    assert (0, files_of(small)) == (done.returncode, files_of(tmp_path / "out"))


@pytest.mark.parametrize("arguments", [["--help"], ["laws"], ["run", "--help"]])
def test_output_that_cannot_be_written_is_one_line(arguments):
    name = " run" if arguments[0] == "run" else "" if arguments[0] == "--help" else " laws"
    with Path(FULL).open("wb") as full:
        done = command(*arguments, stdout=full)
    assert (1, f"hyperphrase{name}: stdout cannot be written to: No space left on device\n") == (
        done.returncode,
        done.stderr.decode(),
    )


def test_a_log_that_cannot_be_written_stops_no_work(make, small, files_of):
    with Path(FULL).open("wb") as full:
        done, out = make(stderr=full)
    assert (0, files_of(small)) == (done.returncode, files_of(out))


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_symbols_that_the_encoding_lacks_are_escaped(small, env):
    done = command("inspect", str(small), "--head=1", env=env)
    assert (0, b"") == (done.returncode, done.stderr)
    corpus = hp.Corpus.open(small)
    assert corpus.lexicon.to_symbols(corpus[0].ids).encode("ascii", "backslashreplace") in done.stdout


def test_names_that_are_no_text_are_names_of_files(make, small, files_of, tmp_path):
    done, _ = make(folder=os.fsdecode(b"\xff"))
    assert 0 == done.returncode, done.stderr
    assert files_of(small) == files_of(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))


@pytest.mark.parametrize(
    "option", [b"--lexicon=\xff.txt", b"--key=\xff", b"--sampler=\xff", b"--phrases=\xff", b"--\xff"]
)
def test_other_values_that_are_no_text_are_one_line(option):
    done = command("plan", b"--phrases=1", option)
    assert (2, 1, b"") == (done.returncode, done.stderr.count(b"\n"), done.stdout)
    assert done.stderr.startswith(b"hyperphrase plan: --"), done.stderr


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


@pytest.mark.parametrize(
    ("mode", "path"),  # without a path, the packages are found where they are installed
    [("multi_threading", str(ROOT)), ("multi_processing", str(ROOT)), ("multi_processing", "")],
)
def test_no_module_in_the_working_folder_is_taken_for_a_librarys(make, small, files_of, tmp_path, mode, path):
    for name in ("transforms", "hyperphrase", "numpy", "random", "string", "logging", "types", "grpc", "numba"):
        (tmp_path / f"{name}.py").write_text("raise SystemError\n")
    done, out = make(f"--direct_running_mode={mode}", cwd=tmp_path, env={"PYTHONPATH": path})
    assert (0, files_of(small)) == (done.returncode, files_of(out)), done.stderr


def test_a_module_that_hides_a_package_is_named(tmp_path):
    (tmp_path / "transforms.py").write_text("")
    done = command("laws", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}, cwd=tmp_path)
    line = f"hyperphrase: the module transforms is {tmp_path}/transforms.py, not that of hyperphrase in {ROOT}; "
    assert (2, f"{line}rename or move the other\n") == (done.returncode, done.stderr.decode())


@pytest.mark.parametrize("mode", ["multi_processing"])
def test_workers_find_modules_by_a_path_that_was_set_by_hand_and_other_threads_may_make_corpora(
    words, small, files_of, tmp_path, mode
):
    source = f"""
import sys, threading
sys.path.insert(0, {str(ROOT)!r})
import hyperphrase as hp
def make():
    lexicon = hp.Lexicon.load({str(words)!r})
    recipe = hp.Recipe.create("uniform", lengths="fixed:length=6", lexicon=lexicon)
    options = ["--direct_running_mode={mode}", "--direct_num_workers=2"]
    hp.make_corpus(recipe, lexicon, {str(tmp_path / "out")!r}, seeds=(0, 200), formats=["txt"], beam_options=options)
thread = threading.Thread(target=make)
thread.start()
thread.join()
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, env=environment, check=False, timeout=60)
    assert (0, files_of(small)) == (done.returncode, files_of(tmp_path / "out"))


@pytest.mark.slow
def test_a_worker_whose_log_cannot_be_written_answers_all_the_same(make):
    done, _ = make("--direct_running_mode=multi_processing", "--quiet", first="ulimit -f 1")
    assert 1 == done.returncode
    assert done.stderr.decode().startswith("hyperphrase run: the work failed: OSError: [Errno 27] File too large")
