"""Closed and full streams, encodings that lack symbols, and names that are no text."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import hyperphrase as hp
from tests.pipeline.conftest import ROOT
from tests.pipeline.surroundings.conftest import command

FULL = "/dev/full"


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(make, small, files_of, closed):
    done, out = make(first=f"exec {closed}")
    assert (0, b"") == (done.returncode, done.stderr)
    assert (" >&-" in closed) == (done.stdout == b"")
    assert b"engine:" not in done.stdout
    assert files_of(small) == files_of(out)


def test_python_calls_of_a_process_without_streams_write_into_no_file_but_their_own(words, small, files_of, tmp_path):
    """A library prints to descriptor 2 whatever it is: here it must be no file of the corpus."""
    source = f"""
import os, sys, threading
import hyperphrase as hp
for descriptor in (0, 1, 2):
    os.close(descriptor)
sys.stdin = sys.stdout = sys.stderr = None
done = threading.Event()
def library():
    while not done.wait(0.001):
        try:
            os.write(2, b"a message of a library")
        except OSError:
            pass
lexicon = hp.Lexicon.load({str(words)!r})
recipe = hp.Recipe.create("uniform", lengths="fixed:length=6", lexicon=lexicon)
threading.Thread(target=library).start()
hp.make_corpus(recipe, lexicon, {str(tmp_path / "out")!r}, seeds=(0, 200), formats=["txt"])
done.set()
"""
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, check=False, timeout=60)
    assert (0, files_of(small)) == (done.returncode, files_of(tmp_path / "out"))


@pytest.mark.parametrize("arguments", [["--help"], ["laws"], ["run", "--help"]])
def test_output_that_cannot_be_written_is_one_line(arguments):
    name = " run" if arguments[0] == "run" else "" if arguments[0] == "--help" else " laws"
    with Path(FULL).open("wb") as full:
        done = command(*arguments, stdout=full)
    assert (1, f"hyperphrase{name}: stdout cannot be written to: No space left on device\n") == (
        done.returncode,
        done.stderr.decode(),
    )


def test_a_log_that_cannot_be_written_stops_no_work(make, small, files_of):
    with Path(FULL).open("wb") as full:
        done, out = make(stderr=full)
    assert (0, files_of(small)) == (done.returncode, files_of(out))


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_symbols_that_the_encoding_lacks_are_escaped(small, env):
    done = command("inspect", str(small), "--head=1", env=env)
    assert (0, b"") == (done.returncode, done.stderr)
    corpus = hp.Corpus.open(small)
    assert corpus.lexicon.to_symbols(corpus[0].ids).encode("ascii", "backslashreplace") in done.stdout


def test_names_that_are_no_text_are_names_of_files(make, small, files_of, tmp_path):
    done, _ = make(folder=os.fsdecode(b"\xff"))
    assert 0 == done.returncode, done.stderr
    assert files_of(small) == files_of(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))


@pytest.mark.parametrize("option", [b"--lexicon=\xff.txt", b"--key=\xff", b"--\xff"])
def test_other_values_that_are_no_text_are_one_line(option):
    done = command("plan", b"--phrases=1", option)
    assert (2, 1, b"") == (done.returncode, done.stderr.count(b"\n"), done.stdout)
    assert done.stderr.startswith(b"hyperphrase plan: --"), done.stderr


@pytest.mark.slow
def test_a_worker_whose_log_cannot_be_written_answers_all_the_same(make):
    done, _ = make("--direct_running_mode=multi_processing", "--quiet", first="ulimit -f 1")
    assert 1 == done.returncode
    assert done.stderr.decode().startswith("hyperphrase run: the work failed: OSError: [Errno 27] File too large")
