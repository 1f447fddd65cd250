"""Progress and logs on stderr, the summary on stdout, nothing with --quiet."""

import io
import re

import pytest

from beam_pipeline.terminal import progress_line
from beam_pipeline.terminal.progress_line import ProgressLine
from transforms.worker.progress import PROGRESS

LAW = ["--vocabulary=1000", "--phrases=200000", "--phrases_per_shard=20000", "--direct_num_workers=1"]
LINE = re.compile(
    r"fingerprinting: {1,3}\d+% of [\d,]+ phrases, [\d,]+ phrases/s(, [\d,]+ s left)?"
    r"|comparing: [\d,]+ s"
    r"|writing: {1,3}\d+% of 200,000 phrases, [\d,]+ phrases/s, [\d.]+ [kMG]?B/s(, [\d,]+ s left)?"
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines(tmp_path, program, monkeypatch):
    monkeypatch.setattr(progress_line, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(progress_line, "LOG_SECONDS", 0.05)
    outcome = program("run", *LAW, f"--output={tmp_path}/out")
    engine, *lines = outcome.error.splitlines()
    assert engine.startswith("engine: DirectRunner (Beam's FnApiRunner, 1 workers, in_memory)")
    assert len(lines) >= 3
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert lines[-1].startswith("writing: ")


def test_lines_come_every_ten_seconds_so_a_short_run_has_none(tmp_path, program):
    outcome = program("run", "--vocabulary=1000", "--phrases=100", f"--output={tmp_path}/out")
    assert len(outcome.error.splitlines()) == 1


def test_the_summary_is_on_stdout_with_paths_that_exist(tmp_path, program):
    out = tmp_path / "out"
    outcome = program("run", *LAW, f"--output={out}")
    counts, speed, look, then = outcome.out.splitlines()
    assert counts.startswith("200,000 drawn = 200,000 kept + 0 dropped; ")
    assert speed.startswith("10 shards, ")
    for path in look.removeprefix("look at   ").split(", "):
        assert (tmp_path / path).exists()
    assert then == f"then      hyperphrase verify {out}    hyperphrase inspect {out} --head=3"


@pytest.mark.parametrize("engine", [["--direct_num_workers=2"], ["--direct_runner_bundle_repeat=1"]])
def test_quiet_prints_nothing(tmp_path, start, engine):
    process = start("run", *LAW[:1], "--phrases=1000", "--quiet", *engine, f"--output={tmp_path}/out")
    assert process.communicate() == ("", "")
    assert process.returncode == 0
    assert (tmp_path / "out/manifest.json").exists()


def test_quiet_says_what_is_wrong(program, tmp_path):
    outcome = program("run", "--quiet", "--phrases=0", f"--output={tmp_path}/out")
    assert (outcome.status, outcome.error.count("\n")) == (2, 1)


def test_on_a_terminal_the_line_renews_itself_and_goes_away(tmp_path, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress_line, "POLL_SECONDS", 0.01)
    with ProgressLine(str(tmp_path), drawn=1000, phrases=900, shards=9, in_process=True) as line:
        PROGRESS.add(fingerprinted=500)
        line._stop.wait(0.1)
        PROGRESS.add(fingerprinted=500, written=300, bytes=10_000)
        line._stop.wait(0.1)
    shown = [part.strip() for part in terminal.getvalue().split("\r")]
    assert "\n" not in terminal.getvalue()
    assert any(part.startswith("fingerprinting:  50% of 1,000 phrases") for part in shown)
    assert any(part.startswith("writing:  33% of 900 phrases") for part in shown)
    assert shown[-2:] == ["", ""]


def test_where_the_work_is_done_elsewhere_shards_are_counted(tmp_path):
    (tmp_path / "shards").mkdir()
    for name in ("a", "b"):
        (tmp_path / "shards" / name).write_text("")
    line = ProgressLine(str(tmp_path), drawn=1000, phrases=900, shards=9, in_process=False)
    assert line._line() == "working: 2 of 9 shards written"
