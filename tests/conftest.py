"""What all tests share: one hypothesis profile, without a clock (machines are shared) and without surprises."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "hyperphrase",
    deadline=None,  # a kernel's first call compiles
    derandomize=True,  # the same examples on every machine
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hyperphrase")

NOT_TESTED = "NOT TESTED: "
HERE = Path(__file__).parent
MARKERS = {"engines": "engine", "faults": "fault", "fuzz": "fuzz", "training": "training"}  # of all tests in a folder


def pytest_configure(config):
    """Keep the tables of laws for the tests of this run alone, whose processes share them."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.TemporaryDirectory(prefix="hyperphrase-tables-")
        os.environ["HYPERPHRASE_TABLES"] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(tryfirst=True)  # before pytest selects by markers
def pytest_collection_modifyitems(items):
    """Mark each test by its folder, and as ``everyday`` if nothing marks it as one of the rest."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in MARKERS:
            item.add_marker(MARKERS[folder])
        if not any(item.get_closest_marker(name) for name in (*MARKERS.values(), "slow")):
            item.add_marker("everyday")


@pytest.fixture(scope="session")
def need():
    """Return a hook for tests whose engine or tool is missing: need(what, how_to_get_it).

    It skips the test, and the summary says so loudly; in CI, where all has to run, it fails.
    """

    def missing(what, how_to_get_it):
        line = f"{NOT_TESTED}{what} is missing; {how_to_get_it}"
        if os.environ.get("CI"):
            pytest.fail(line, pytrace=False)
        pytest.skip(line)

    return missing


def pytest_terminal_summary(terminalreporter):
    """Say what was not tested on this machine, each once, apart from what is skipped on purpose."""
    reasons = [str(report.longrepr) for report in terminalreporter.getreports("skipped")]
    lines = {reason[reason.index(NOT_TESTED) :].rstrip("')") for reason in reasons if NOT_TESTED in reason}
    if lines:
        terminalreporter.section("NOT TESTED on this machine", red=True, bold=True)
        for line in sorted(lines):
            terminalreporter.line(line, red=True)
