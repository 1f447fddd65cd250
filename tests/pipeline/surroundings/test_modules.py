"""Modules of the user's that have the names of libraries, and paths of modules that were set by hand."""

import os
import subprocess
import sys

import pytest

from beam_pipeline.terminal.unused_imports import stays_here
from tests.pipeline.conftest import ROOT
from tests.pipeline.surroundings.conftest import command


@pytest.mark.parametrize(
    ("mode", "path"),  # without a path, the packages are found where they are installed
    [("multi_threading", str(ROOT)), ("multi_processing", "")],
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


#: A part of each that is loaded first: the time of an import that fails is told too.
UNUSED = ("IPython.core", "google.cloud.dataflow_", "google.cloud.storage.", "pandas.core", "scipy._lib")


def test_a_run_here_imports_no_client_of_a_cloud(make):
    done, _ = make(env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert (0, True) == (done.returncode, "apache_beam" in imported)
    assert [] == [name for name in imported if name.startswith(UNUSED)]


@pytest.mark.parametrize(
    ("arguments", "here"),
    [
        ("run --output=out --phrases=5", True),
        ("run --runner=Direct", True),
        ("run --runner apache_beam.runners.direct.direct_runner.DirectRunner", True),
        ("run --output=gs://bucket/out", False),
        ("run --output gs://bucket/out", False),
        ("run --runner=DataflowRunner", False),
        ("run --runner Prism", False),
    ],
)
def test_a_command_that_names_a_bucket_or_an_engine_does_not_stay_here(arguments, here):
    assert stays_here(arguments.split()) == here
