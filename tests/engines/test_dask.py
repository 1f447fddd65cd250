"""A Dask cluster gives the files of the default engine; what it cannot do is said before anything is written."""

import time

import pytest

from tests.engines.dask_cluster import Cluster, machines_or_reason, writers_of

WORKERS = 3


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of worker processes on this machine."""
    with Cluster(tmp_path_factory.mktemp("dask"), WORKERS) as cluster:
        yield cluster


@pytest.mark.parametrize("name", ["repeating", "formats", "drawn again", "manifest alone"])
def test_the_files_are_those_of_the_default_engine(equals_reference, cluster, name):
    equals_reference(name, *cluster.engine())


def test_units_spread_over_the_workers(equals_reference, cluster, tmp_path):
    equals_reference("repeating", *cluster.engine())
    assert writers_of(tmp_path / "out") > 1


def test_without_an_address_a_cluster_is_made_on_this_machine(equals_reference):
    outcome = equals_reference("repeating", "--runner=apache_beam.runners.dask.dask_runner.DaskRunner")
    lines = outcome.error.splitlines()  # a slow machine logs how far it is
    assert ["engine: apache_beam.runners.dask.dask_runner.DaskRunner (a cluster on this machine)"] == [
        line for line in lines if not line.startswith(("preparing: ", "working: "))
    ]


def test_a_path_is_seen_from_where_the_program_runs(corpora, run_program, same_as_reference, cluster, tmp_path):
    outcome = run_program(*corpora["repeating"].options, *cluster.engine(), "--output=out", cwd=tmp_path)
    assert 0 == outcome.status, outcome.error
    same_as_reference(tmp_path / "out")


def test_machines_of_a_network_give_the_same_files(corpora, run_program, same_as_reference, need, tmp_path):
    machines, reason = machines_or_reason(WORKERS + 2)
    if reason:
        need("a network of namespaces", f"be root, and install iproute2 ({reason})")
    with machines, Cluster(tmp_path, WORKERS, machines) as cluster:
        arguments = [*corpora["repeating"].options, *cluster.engine(), f"--output={tmp_path}/out"]
        outcome = run_program(*arguments, around=cluster.on_program())
    assert 0 == outcome.status, outcome.error
    assert "engine: DaskRunner (scheduler tcp://10.77.0.1:" in outcome.error
    same_as_reference(tmp_path / "out")
    assert writers_of(tmp_path / "out") > 1


@pytest.fixture
def refused(corpora, run_program, tmp_path):
    """Return a caller: (*options) -> the one line that says what is wrong, before anything is written."""

    def run(*options):
        outcome = run_program(*corpora["repeating"].options, *options, f"--output={tmp_path}/out")
        assert (2, 1) == (outcome.status, len(outcome.error.splitlines())), outcome.error
        assert not (tmp_path / "out").exists()
        return outcome.error.removeprefix("hyperphrase run: ").rstrip()

    return run


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "nowhere://x", "tcp://no.such.host:8786", "x"])
def test_a_scheduler_that_is_not_there(refused, address):
    begin = time.monotonic()
    line = refused("--runner=dask", f"--dask_client_address={address}", "--dask_connection_timeout=1")
    assert line.startswith(f"--dask_client_address={address}: no scheduler answers there (")
    assert line.endswith("start one by 'dask scheduler', or leave the option out for a cluster on this machine")
    assert time.monotonic() - begin < 30


def test_a_cluster_without_workers(refused, tmp_path):
    with Cluster(tmp_path, 0) as cluster:
        line = refused(*cluster.engine(), "--dask_connection_timeout=1")
    assert f"has no worker; start one by 'dask worker {cluster.address}'" in line


@pytest.mark.parametrize(
    ("metadata", "has"), [("Name: numpy\nVersion: 1.0\n", "has numpy 1.0"), ("", "does not have numpy")]
)
def test_a_worker_with_other_packages(refused, tmp_path, metadata, has):
    (tmp_path / "first/numpy-1.0.dist-info").mkdir(parents=True)
    (tmp_path / "first/numpy-1.0.dist-info/METADATA").write_text(metadata)
    with Cluster(tmp_path, 0) as cluster:
        cluster.add_worker(0, {"PYTHONPATH": str(tmp_path / "first")})
        line = refused(*cluster.engine(), "--dask_connection_timeout=20")
    assert line.startswith("--runner=DaskRunner: worker tcp://127.0.0.1:")
    assert f" {has}, this machine has " in line


def test_a_folder_that_the_workers_do_not_share(refused, tmp_path):
    hide = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs none {tmp_path} && exec "$@"', "sh"]
    with Cluster(tmp_path, 0) as cluster:
        cluster.add_worker(0, around=hide)
        line = refused(*cluster.engine(), "--dask_connection_timeout=20")
    assert line.startswith(f"--output={tmp_path}/out: worker tcp://127.0.0.1:")


@pytest.mark.parametrize(
    ("option", "line"),
    [
        (
            "--dask_partition_size=1",
            "--dask_partition_size: units are distributed by number; give --dask_npartitions=N instead",
        ),
        ("--dask_npartitions=0", "--dask_npartitions: give 1 or more"),
    ],
)
def test_options_that_have_no_meaning(refused, option, line):
    assert line == refused("--runner=daskrunner", option)


def test_the_help_has_the_options_of_dask(run_program):
    outcome = run_program("--help")
    assert (0, True) == (outcome.status, "--dask_client_address" in outcome.out)
