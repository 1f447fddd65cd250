"""What all tests share: one hypothesis profile, without a clock (machines are shared) and without surprises."""

import os

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
