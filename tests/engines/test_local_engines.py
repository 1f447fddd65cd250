"""The engines of this machine, Beam's FnApiRunner in all its modes, give the same files."""

import pytest

NAMES = ["repeating", "formats", "drawn again", "manifest alone"]
THREADS = ["--direct_running_mode=multi_threading", "--direct_num_workers=3"]


@pytest.mark.parametrize("name", NAMES)
def test_one_worker_gives_the_files_of_the_default_engine(equals_reference, name):
    equals_reference(name, "--direct_running_mode=in_memory", "--direct_num_workers=1")


@pytest.mark.parametrize("name", ["formats", "drawn again"])
def test_threads_give_the_files_of_the_default_engine(equals_reference, name):
    equals_reference(name, *THREADS)


@pytest.mark.parametrize("name", NAMES)
def test_processes_give_the_files_of_the_default_engine(equals_reference, name):
    equals_reference(name, "--direct_running_mode=multi_processing", "--direct_num_workers=2")


@pytest.mark.parametrize("runner", ["FnApiRunner", "direct", "apache_beam.runners.direct.direct_runner.DirectRunner"])
def test_the_engine_of_this_machine_has_many_names(equals_reference, runner):
    """Beam calls it FnApiRunner; as DirectRunner it would be another engine, which Beam downloads."""
    outcome = equals_reference("repeating", f"--runner={runner}", *THREADS)
    assert "engine: DirectRunner (Beam's FnApiRunner, 3 workers, multi_threading)\n" == outcome.error
