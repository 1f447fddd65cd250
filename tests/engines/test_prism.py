"""Prism, the strictest engine that runs here: with workers in this process, and with workers of an installed wheel."""

import subprocess

import pytest

NAMES = ["repeating", "formats", "drawn again", "manifest alone"]


@pytest.mark.parametrize("name", NAMES)
def test_workers_in_this_process_give_the_same_files(equals_reference, prism, name):
    equals_reference(name, "--runner=PrismRunner")


@pytest.mark.parametrize("name", NAMES[1:])
def test_workers_of_the_wheel_give_the_same_files(equals_reference, prism, worker_pool, name):
    equals_reference(name, "--runner=PrismRunner", "--environment_type=EXTERNAL", f"--environment_config={worker_pool}")


def test_those_workers_see_nothing_but_the_wheel(wheel_python, tmp_path):
    probe = (
        "import sys, hyperphrase, transforms, beam_pipeline.run as run; print(sys.path, hyperphrase, transforms, run)"
    )
    done = subprocess.run([wheel_python, "-c", probe], cwd=tmp_path, env={}, capture_output=True, text=True, check=True)
    inside = str(wheel_python.parents[1])
    assert 3 == done.stdout.count(f"from '{inside}/")
    assert "editable" not in done.stdout.lower()


def test_a_quiet_run_says_nothing(run_program, corpora, prism, tmp_path):
    outcome = run_program(*corpora["repeating"].options, "--runner=PrismRunner", "--quiet", f"--output={tmp_path}/out")
    assert (0, "", "") == outcome


def test_prism_is_named_by_its_option(run_program, corpora, prism, same_as_reference, tmp_path):
    (tmp_path / "engine").symlink_to(prism)
    options = ["--runner=PrismRunner", f"--prism_location={tmp_path}/engine", f"--output={tmp_path}/out"]
    outcome = run_program(*corpora["repeating"].options, *options)
    assert (0, "engine: PrismRunner, workers LOOPBACK\n") == (outcome.status, outcome.error)
    same_as_reference(tmp_path / "out")


def test_prism_is_of_the_beam_that_is_installed(prism):
    from apache_beam.version import __version__

    done = subprocess.run(["go", "version", "-m", prism], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("there is no Go here to tell the version, so nothing built Prism here")
    assert f"github.com/apache/beam/sdks/v2\tv{__version__}" in done.stdout
