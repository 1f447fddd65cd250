"""encode, decode and tokenizer: files and streams come back, and bad input is one line that leaves nothing."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hyperphrase.texts.tokenizer_file import tokenizer_files

ROOT = Path(__file__).parents[2]
TEXT = "The time of a STORM at sea:\r\n\tnothing lost -- \\^\xa3 \u4e00 \0xyzzy don't\u2026".encode() * 300
WORDS = ["--vocabulary=1000"]


@pytest.fixture(scope="module")
def small(corpus):
    return corpus("--vocabulary=1000", "--seeds=0:10", "--format=none")


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_bytes(TEXT)
    return path


def piped(command, *arguments, data=b"", **how):
    """Return what the command, a process of its own, makes of its stdin."""
    line = [sys.executable, "-m", f"beam_pipeline.{command}", *map(str, arguments)]
    how = {"stdout": subprocess.PIPE} | how
    return subprocess.run(line, input=data, stderr=subprocess.PIPE, check=False, cwd=ROOT, **how)


def test_a_file_comes_back(program, book, tmp_path):
    encoded, again = tmp_path / "encoded", tmp_path / "again"
    outcome = program("encode", book, f"--output={encoded}", *WORDS)
    assert (0, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith(f"{len(TEXT):,} bytes of text to {encoded.stat().st_size:,}, 2,")
    assert " hyperwords, 7" in outcome.error
    outcome = program("decode", encoded, f"--output={again}", *WORDS)
    assert (0, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith(f"{encoded.stat().st_size:,} bytes to {len(TEXT):,} of text, ")
    assert TEXT == again.read_bytes()
    assert ["again", "book.txt", "encoded"] == names_in(tmp_path)


def test_streams_come_back():
    encoded = piped("encode", *WORDS, data=TEXT)
    assert 0 == encoded.returncode
    decoded = piped("decode", "-", *WORDS, data=encoded.stdout)
    assert (0, TEXT) == (decoded.returncode, decoded.stdout)
    assert (0, b"") == (piped("encode", *WORDS).returncode, piped("encode", *WORDS).stdout)


def test_the_lexicon_of_a_corpus_is_used(program, small, book, tmp_path):
    for name, options in (("by options", WORDS), ("by corpus", [f"--corpus={small}"])):
        assert 0 == program("encode", book, f"--output={tmp_path / name}", *options).status
    assert (tmp_path / "by options").read_bytes() == (tmp_path / "by corpus").read_bytes()


def test_a_full_stdout_is_one_line():
    with Path("/dev/full").open("wb") as full:
        done = piped("encode", *WORDS, data=TEXT, stdout=full)
    assert (1, b"hyperphrase encode: stdout cannot be written to: No space left on device\n") == (
        done.returncode,
        done.stderr,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_nothing(start, tmp_path, number):
    process = start("encode", *WORDS, f"--output={tmp_path / 'new'}", stdin=subprocess.PIPE)
    while not names_in(tmp_path):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    assert ("", "hyperphrase encode: interrupted\n") == process.communicate()
    assert (130, []) == (process.returncode, names_in(tmp_path))


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def wrong_cases():
    """Yield (content of the file, arguments, status, what the line says)."""
    yield (
        b"caf\xe9\n",
        ["encode", "{book}"],
        2,
        "book.txt: byte 3, in line 1, is not UTF-8 but most likely Windows-1252",
    )
    yield b"\x1f\x8b\x08", ["encode", "{book}"], 2, "byte 1, in line 1, belongs to a gzip file; unpack it first"
    yield b"a\n\nb" * 200_000 + b"\xff", ["encode", "{book}"], 2, "byte 800000, in line 400001, is not UTF-8"
    yield b"a", ["encode", "{book}.not"], 2, "cannot be read: No such file or directory; name a text file"
    yield b"a", ["encode", "s3://x/y"], 2, "s3: is not a scheme that can be used here"
    yield b"a", ["encode", "{book}", "--lexicon=englsh"], 2, "--lexicon=englsh: neither a lexicon nor a file"
    yield b"a", ["encode", "{book}", "--vocabulary=1"], 2, "--vocabulary=1: give a whole number from 2 to 924987"
    yield b"a", ["encode", "{book}", "--alphabet=large"], 2, "--alphabet=large: allowed are stable and extended"
    yield b"a", ["encode", "{book}", "--corpus=x", "--vocabulary=5"], 2, "--vocabulary=5: --corpus=x has its own"
    yield b"a", ["decode", "{book}", "--corpus=/no/where"], 2, "/no/where: holds no manifest.json"
    yield b"\xff", ["decode", "{book}"], 1, "book.txt: byte 0, in line 1, is not UTF-8"
    yield "\n\u4e00".encode(), ["decode", "{book}"], 1, "byte 1, in line 2, is a symbol, but that of no hyperword"
    yield b"ab\\", ["decode", "{book}"], 1, "byte 2, in line 1, is an escape \\, but no character follows"
    yield b"^a", ["decode", "{book}"], 1, "byte 0, in line 1, is a case mark ^, but no symbol follows"
    yield b"a" * 600_000 + b"^", ["decode", "{book}"], 1, "byte 600000, in line 1, is a case mark"


@pytest.mark.parametrize(("data", "arguments", "status", "mentioned"), list(wrong_cases()))
def test_bad_input_is_one_line_and_leaves_nothing(program, book, data, arguments, status, mentioned):
    book.write_bytes(data)
    command, *rest = [part.format(book=book) for part in arguments]
    options = [] if any(part.startswith(("--vocabulary", "--corpus")) for part in rest) else WORDS
    outcome = program(command, *rest, *options, f"--output={book.parent / 'new'}")
    assert (status, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith(f"hyperphrase {command}: ")
    assert mentioned in outcome.error
    assert ["book.txt"] == names_in(book.parent)


@pytest.mark.parametrize(
    ("output", "mentioned"),
    [
        ("book.txt", "book.txt: is there already; remove it, or name another file"),
        ("", ": is there already"),
        ("none/new", "none/new: its folder does not exist; make it first"),
    ],
)
def test_an_output_that_cannot_be_is_refused(program, book, output, mentioned):
    outcome = program("encode", book, f"--output={book.parent / output}", *WORDS)
    assert (2, 1) == (outcome.status, outcome.error.count("\n"))
    assert outcome.error.startswith("hyperphrase encode: --output=")
    assert mentioned in outcome.error
    assert TEXT == book.read_bytes()


def test_a_tokenizer_is_that_of_the_lexicon(program, small, lexicon_of, tmp_path, files_of):
    folder = tmp_path / "tokenizer"
    for _ in range(2):
        outcome = program("tokenizer", small, f"--output={folder}")
        assert (0, "") == (outcome.status, outcome.error)
    assert tokenizer_files(lexicon_of(small)) == files_of(folder)
    lines = outcome.out.splitlines()
    assert "symbols   1,000, ids 0 to 999" == lines[0]
    assert "1002      <|pad|>  (padding)" == lines[3]
    assert ["model     vocab_size=1004", f"then      AutoTokenizer.from_pretrained('{folder}')"] == lines[5:]
    other = ["</s>", "<s>", "[PAD]", "[UNK]"]
    outcome = program("tokenizer", small, f"--output={folder}", f"--special_tokens={','.join(other)}")
    assert tokenizer_files(lexicon_of(small), other) == files_of(folder)


@pytest.mark.parametrize(
    ("arguments", "mentioned"),
    [
        (["{small}"], "--output: is missing"),
        (["{small}", "--output={small}"], "holds what is no part of a tokenizer of a lexicon: 'lexicon.parquet'"),
        (["/no/where", "--output={new}"], "/no/where: holds no manifest.json"),
        (["{small}", "--output={new}", "--special_tokens=a,b"], "--special_tokens=a,b: give 4 different ones"),
        (["{small}", "--output={new}", "--special_tokens=the,<b>,<c>,<d>"], "--special_tokens=the: is a word of"),
        (["{small}", "--output={new}", "--special_tokens=\xa1,<b>,<c>,<d>"], "a symbol of the lexicon; give another"),
        (["{small}", "--output=s3://a/b"], "--output=s3://a/b: s3: is not a scheme that can be used here"),
    ],
)
def test_a_tokenizer_that_cannot_be_is_refused(program, small, tmp_path, files_of, arguments, mentioned):
    before = files_of(small)
    outcome = program("tokenizer", *(part.format(small=small, new=tmp_path / "new") for part in arguments))
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith("hyperphrase tokenizer: ")
    assert mentioned in outcome.error
    assert before == files_of(small)
    assert [] == names_in(tmp_path)
