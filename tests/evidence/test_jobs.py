"""Jobs run in processes, and what is finished is not run again."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.jobs import Job, run


@dataclass(frozen=True)
class Number:
    """The settings of a job of these tests."""

    value: int
    fails: bool = False


def squared(settings: Number, folder: Path) -> dict[str, int]:
    """Return a square, and leave a mark that the job has run."""
    if settings.fails:
        raise ValueError("wrong on purpose")
    with (folder / "log").open("a", encoding="utf-8") as log:
        log.write(f"{settings.value}\n")
    return {"square": settings.value**2}


def results(jobs, folder):
    return {place: result["square"] for place, result in run(jobs, folder, processes=2)}


def test_a_second_run_goes_on_from_what_is_finished(tmp_path):
    jobs = [Job(squared, Number(value)) for value in range(4)]
    assert results(jobs[:3], tmp_path) == {0: 0, 1: 1, 2: 4}
    assert results(jobs, tmp_path) == {0: 0, 1: 1, 2: 4, 3: 9}
    assert sorted((tmp_path / "log").read_text().split()) == ["0", "1", "2", "3"]


def test_what_is_cut_off_or_damaged_is_done_again(tmp_path):
    job = Job(squared, Number(3))
    assert results([job], tmp_path) == {0: 9}
    kept = tmp_path / f"{job.name}.json"
    kept.write_text(kept.read_text()[:-5])
    assert results([job], tmp_path) == {0: 9}
    assert (tmp_path / "log").read_text().split() == ["3", "3"]
    assert json.loads(kept.read_text())["settings"] == {"value": 3, "fails": False}


def test_a_failing_job_ends_the_run_and_what_is_finished_stays(tmp_path):
    assert results([Job(squared, Number(1))], tmp_path) == {0: 1}
    begin = time.monotonic()
    with pytest.raises(ValueError, match="wrong on purpose"):
        results([Job(squared, Number(1)), Job(squared, Number(2, fails=True))], tmp_path)
    assert time.monotonic() - begin < 60
    assert results([Job(squared, Number(1))], tmp_path) == {0: 1}
    assert (tmp_path / "log").read_text().split() == ["1"]


def test_jobs_of_other_settings_have_other_names():
    names = {Job(squared, Number(value, fails)).name for value in range(5) for fails in (False, True)}
    assert len(names) == 10
