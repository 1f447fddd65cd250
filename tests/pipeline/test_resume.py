"""Law 5, all or nothing: a run that was cut off is finished by the same command, with the same bytes."""

import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.options import replaced
from tests.signals import heed_signals

PROCESSES = pytest.param(["--direct_running_mode=multi_processing"], marks=pytest.mark.engine)
LAW = ["--vocabulary=1000", "--lengths=fixed:length=20", "--phrases=2000", "--phrases_per_shard=200"]
LONG = ["--vocabulary=1000", "--phrases=400000", "--phrases_per_shard=2000"]


def stamps(out):
    return {path: path.stat().st_mtime_ns for path in sorted(Path(out).rglob("*"))}


def kept(outcome):
    found = re.search(r"([0-9]+) of them kept from before", outcome.out)
    return int(found[1]) if found else 0


def cut_off(out):
    """Turn a complete corpus into what a kill just before its end leaves: rows of its shards, no manifest."""
    from beam_pipeline.folder import output_folder
    from hyperphrase.corpus.manifest import loads

    manifest = loads((out / "manifest.json").read_bytes(), "manifest.json")
    output_folder.reopen(str(out), manifest)
    shutil.rmtree(out / "statistics")
    (out / "report.html").unlink()


def test_a_complete_corpus_is_left_as_it_is_at_once(copied, run_into):
    out = copied(*LAW)
    before, begin = stamps(out), time.monotonic()
    outcome = run_into(out, *LAW)
    assert time.monotonic() - begin < 1.0
    assert outcome.out == f"{out} is complete already: 2,000 phrases in 10 shards\n"
    assert stamps(out).keys() == before.keys()
    assert [path for path, stamp in stamps(out).items() if path.is_file() and stamp != before[path]] == []


def test_a_run_cut_off_keeps_its_shards_and_says_how_many(copied, corpus, run_into, files_of):
    out = copied(*LAW)
    cut_off(out)
    (out / "shards/phrases-00002-of-00010.tfrecord").unlink()
    before = stamps(out / "shards")
    assert kept(run_into(out, *LAW)) == 9
    assert files_of(out) == files_of(corpus(*LAW))
    assert [path.name for path, stamp in stamps(out / "shards").items() if before.get(path) != stamp] == [
        "phrases-00002-of-00010.tfrecord"
    ]


@pytest.mark.parametrize("workers", [["--direct_num_workers=1"], PROCESSES])
def test_a_shard_removed_from_a_complete_corpus_is_made_again_alone(copied, corpus, run_into, files_of, workers):
    out = copied(*LAW)
    (out / "shards/phrases-00007-of-00010.tfrecord").unlink()
    assert kept(run_into(out, *LAW, *workers)) == 9
    assert files_of(out) == files_of(corpus(*LAW))


@pytest.mark.parametrize("name", ["statistics/symbol_ranks.json", "statistics/length_histogram.csv", "lexicon.parquet"])
def test_another_file_removed_from_a_complete_corpus_is_made_again(copied, corpus, run_into, files_of, name):
    out = copied(*LAW)
    (out / name).unlink()
    assert kept(run_into(out, *LAW)) == 10
    assert files_of(out) == files_of(corpus(*LAW))


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data[:99] + bytes([data[99] ^ 4]) + data[100:]]
)
def test_a_damaged_shard_of_a_run_cut_off_is_made_again(copied, corpus, run_into, files_of, damage):
    out = copied(*LAW)
    cut_off(out)
    path = out / "shards/phrases-00004-of-00010.tfrecord"
    path.write_bytes(damage(path.read_bytes()))
    assert kept(run_into(out, *LAW)) == 9
    assert files_of(out) == files_of(corpus(*LAW))


def test_leftovers_of_a_kill_are_swept_up(copied, corpus, run_into, files_of):
    out = copied(*LAW)
    cut_off(out)
    (out / ".work/temporary").mkdir(exist_ok=True)
    (out / ".work/temporary/phrases-00000-of-00010.tfrecord.0123").write_bytes(b"half")
    run_into(out, *LAW)
    assert files_of(out) == files_of(corpus(*LAW))
    assert not (out / ".work").exists()


@pytest.mark.parametrize("unfinished", [True, False])
@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (["--key=5"], "another recipe"),
        (["--lengths=fixed:length=21"], "another recipe"),
        (["--vocabulary=999"], "another recipe"),
        (["--phrases=2001"], "options"),
        (["--first_seed=1"], "options"),
        (["--phrases_per_shard=100"], "options"),
        (["--format=avro"], "options"),
        (["--compression=gzip"], "options"),
    ],
)
def test_another_corpus_is_not_mixed_in(copied, program, files_of, unfinished, other, reason):
    out = copied(*LAW)
    if unfinished:
        cut_off(out)
        (out / ".work/request.json").write_bytes(request_of(out))
    before = files_of(out)
    outcome = program("run", *replaced(LAW, *other), f"--output={out}")
    assert (outcome.status, outcome.error.count("\n")) == (2, 1)
    assert f"--output={out}: holds the " in outcome.error
    assert reason in outcome.error
    assert files_of(out) == before


def request_of(out):
    """Return what a run of LAW writes to remember its options."""
    from beam_pipeline.terminal import options
    from transforms.worker.context import request_note

    given = options.parser("run", "").parse_args([*LAW, "--output=x"])
    return request_note(options.read_job(given).request)


def test_an_unreadable_note_of_the_options_is_no_traceback(copied, program):
    out = copied(*LAW)
    cut_off(out)
    (out / ".work/request.json").write_bytes(b"{")
    assert program("run", *LAW, f"--output={out}").status == 2


def test_a_second_run_at_the_same_time_is_refused_and_the_first_unharmed(tmp_path, start, program):
    out = tmp_path / "out"
    first = start("run", *LONG, f"--output={out}")
    while not (out / "recipe.json").exists():
        assert first.poll() is None
        time.sleep(0.01)
    second = program("run", *LONG, f"--output={out}")
    assert first.poll() is None
    assert (second.status, second.out) == (2, "")
    assert f"--output={out}: another run is writing there" in second.error
    _, error = first.communicate()
    assert (first.returncode, error) == (0, error)
    assert program("verify", out).status == 0
    assert kept(program("run", *LONG, f"--output={out}")) == 0


def test_a_finished_corpus_of_other_options_is_seen_behind_the_lock(tmp_path, program, run_into, monkeypatch):
    """Another run finishes between this run's first look and its lock: it looks again."""
    from beam_pipeline.folder import output_folder

    out, real = tmp_path / "out", output_folder.locked

    def late(path):
        monkeypatch.setattr(output_folder, "locked", real)
        run_into(out, *LAW, "--key=9")
        return real(path)

    monkeypatch.setattr(output_folder, "locked", late)
    outcome = program("run", *LAW, f"--output={out}")
    assert (outcome.status, "another recipe" in outcome.error) == (2, True)
    assert program("verify", out).status == 0


def test_an_interrupted_run_says_how_to_go_on(tmp_path, start, run_into):
    out = tmp_path / "out"
    process = start("run", *LONG, f"--output={out}", preexec_fn=heed_signals)
    while not list(out.glob(".work/rows/*")):  # of a finished shard: a file in shards/ may still lack its row
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.splitlines()[-1] == "hyperphrase run: interrupted; rerun the same command to resume"
    assert "Traceback" not in error
    assert not (out / "manifest.json").exists()
    assert kept(run_into(out, *LONG)) > 0
