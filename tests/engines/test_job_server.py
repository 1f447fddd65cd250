"""A job server that runs by itself: the road to Flink. It is Prism here; what is tested is our side of the road."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from tests.engines.conftest import RUN, bare_python, pool_serving, prism_serving
from tests.signals import heed_signals

WITH = (  # run, with something that happens when a shard is written
    "import os, signal, sys, threading\n"
    "from beam_pipeline.terminal.process import prepare_process\n"
    "prepare_process()\n"
    "from beam_pipeline.run import main\n"
    "from transforms.write_shards import _Write\n"
    "def happen(*given):\n"
    "    {}\n"
    "_Write._draw_and_write = happen\n"
    "sys.exit(main())"
)
RESUME_HINT = "rerun the same command to resume from the shards already written"


def with_shards_that(happening):
    """Return how to start the program so that ``happening``, a statement, takes the place of writing a shard."""
    return ["-c", WITH.format(happening)]


def loopback(port):
    """Return the options of a job server whose workers are threads of the program."""
    return ["--runner=PortableRunner", f"--job_endpoint=localhost:{port}", "--environment_type=LOOPBACK"]


def external(port, pool):
    """Return the options of a job server whose workers are those of a pool."""
    return [*loopback(port)[:2], "--environment_type=EXTERNAL", f"--environment_config={pool}"]


def test_workers_in_this_process_give_the_same_files(equals_reference, job_server):
    equals_reference("repeating", *loopback(job_server))


@pytest.mark.parametrize("name", ["repeating", "formats"])
def test_workers_of_the_wheel_give_the_same_files(equals_reference, job_server, worker_pool, name):
    equals_reference(name, *external(job_server, worker_pool))


def test_what_is_drawn_again_is_drawn_by_the_same_engine(equals_reference, prism, tmp_path):
    """Beam takes the runner out of the options that it submits a job with: ours have to keep it."""
    with prism_serving(prism, tmp_path) as (port, _):
        outcome = equals_reference("drawn again", *loopback(port))
        log = (tmp_path / "log").read_text()
    assert 1 + outcome.error.count("drawing more") == log.count("pipeline done!")


def test_a_relative_folder_is_that_of_the_user_not_of_the_worker(
    run_program, corpora, job_server, worker_pool, same_as_reference, tmp_path
):
    options = [*corpora["repeating"].options, *external(job_server, worker_pool), "--output=here/out"]
    outcome = run_program(*options, cwd=tmp_path)
    assert (0, "look at   here/out/report.html") == (outcome.status, outcome.out.splitlines()[2].partition(",")[0])
    same_as_reference(tmp_path / "here" / "out")


@pytest.mark.parametrize("workers", ["LOOPBACK", "EXTERNAL"])
@pytest.mark.parametrize("runner", ["PrismRunner", "PortableRunner"])
def test_all_local_channels_pass_the_proxy_by(
    equals_reference, prism, wheel_python, monkeypatch, tmp_path, runner, workers
):
    """The program, the engines and the pool are started by one user, with one proxy, where nobody answers."""
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with contextlib.ExitStack() as servers:
        options = [f"--runner={runner}", f"--environment_type={workers}"]
        for name in ("server", "pool"):
            (tmp_path / name).mkdir()
        if runner == "PortableRunner":
            port, _ = servers.enter_context(prism_serving(prism, tmp_path / "server"))
            options.append(f"--job_endpoint=localhost:{port}")
        if workers == "EXTERNAL":
            pool = servers.enter_context(pool_serving(wheel_python, tmp_path / "pool"))
            options.append(f"--environment_config={pool}")
        equals_reference("repeating", *options)


def failing_run(run_program, corpora, folder, engine, program=RUN):
    """Make a run that has to fail with one line and without a manifest; returns the reason."""
    outcome = run_program(*corpora["repeating"].options, *engine, "--quiet", f"--output={folder}", program=program)
    assert (1, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n")), outcome.error
    assert not (folder / "manifest.json").exists()
    begin, end = "hyperphrase run: the work failed: ", f"; {RESUME_HINT}\n"
    assert outcome.error.startswith(begin)
    assert outcome.error.endswith(end)
    return outcome.error.removeprefix(begin).removesuffix(end)


def test_an_error_of_a_worker_is_one_line_and_the_same_command_goes_on(
    run_program, corpora, job_server, same_as_reference, tmp_path
):
    program = with_shards_that("raise ValueError('no such thing')")
    reason = failing_run(run_program, corpora, tmp_path / "out", loopback(job_server), program)
    assert "ValueError: no such thing" == reason
    again = run_program(*corpora["repeating"].options, *loopback(job_server), f"--output={tmp_path}/out")
    assert 0 == again.status, again.error
    same_as_reference(tmp_path / "out")


def test_a_worker_pool_without_the_wheel_is_one_line(run_program, corpora, job_server, tmp_path):
    (tmp_path / "pool").mkdir()
    beams = "apache_beam.runners.worker.worker_pool_main"
    with pool_serving(bare_python(tmp_path / "venv"), tmp_path / "pool", beams) as pool:
        reason = failing_run(run_program, corpora, tmp_path / "out", external(job_server, pool))
    assert "ModuleNotFoundError: No module named 'transforms'" == reason


def test_a_job_server_that_is_killed_is_one_line(run_program, corpora, prism, same_as_reference, tmp_path):
    with prism_serving(prism, tmp_path) as (port, process):
        program = with_shards_that(f"os.kill({process.pid}, signal.SIGKILL)")
        reason = failing_run(run_program, corpora, tmp_path / "out", loopback(port), program)
    assert reason.startswith("the job server hung up (UNAVAILABLE: ")
    again = run_program(*corpora["repeating"].options, f"--output={tmp_path}/out")
    assert 0 == again.status, again.error
    same_as_reference(tmp_path / "out")


def test_a_worker_pool_that_is_not_there_is_one_line(run_program, corpora, prism, tmp_path):
    with prism_serving(prism, tmp_path) as (port, _):  # one of its own: it ends of that
        reason = failing_run(run_program, corpora, tmp_path / "out", external(port, "localhost:1"))
    assert reason.startswith("the job server hung up (UNAVAILABLE: ")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_an_interrupted_job_is_cancelled(prism, corpora, run_program, same_as_reference, tmp_path, how):
    with prism_serving(prism, tmp_path) as (port, _):
        options = [*corpora["repeating"].options, *loopback(port), f"--output={tmp_path}/out"]
        program = with_shards_that("print('at work', flush=True); threading.Event().wait()")
        line = [sys.executable, *program, *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(line, preexec_fn=heed_signals, **pipes) as process:
            assert "at work\n" == process.stdout.readline()
            os.kill(process.pid, how)
            error = process.stderr.read()
        assert 130 == process.returncode
        assert ["hyperphrase run: interrupted; rerun the same command to resume"] == error.splitlines()[1:]
        assert "canceled" in (tmp_path / "log").read_text()
        assert 0 == run_program(*options).status
    same_as_reference(tmp_path / "out")


def test_prism_ends_with_the_run_that_started_it(prism, corpora, tmp_path):
    (tmp_path / "engine").symlink_to(prism)  # a name by which it is found
    engine = ["--runner=PrismRunner", f"--prism_location={tmp_path}/engine", f"--output={tmp_path}/out"]
    program = with_shards_that("print('at work', flush=True); threading.Event().wait()")
    line = [sys.executable, *program, *corpora["repeating"].options, *engine]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert "at work\n" == process.stdout.readline()
        assert 1 == len(running(tmp_path / "engine"))
        process.terminate()
    assert 130 == process.returncode
    assert [] == running(tmp_path / "engine")


def running(program):
    """Return the ids of the processes that run ``program``."""
    done = subprocess.run(["pgrep", "--full", f"^{program} "], capture_output=True, text=True, check=False)
    return done.stdout.split()
