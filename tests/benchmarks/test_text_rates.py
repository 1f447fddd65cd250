"""The rates of texts: both ways are measured, and the table says them."""

import pytest

from benchmarks import text


@pytest.fixture(autouse=True)
def in_a_moment(monkeypatch, tmp_path):
    """One repeat of small texts over few hyperwords; results go elsewhere."""
    monkeypatch.setattr(text, "REPEATS", 1)
    monkeypatch.setattr(text, "SIZE", 10_000)
    monkeypatch.setattr(text, "VOCABULARY", 1000)
    monkeypatch.setattr(text, "RESULTS", tmp_path / "text.md")


def test_every_lexicon_is_measured_both_ways(capsys):
    assert 0 == text.main()
    lines = text.RESULTS.read_text(encoding="utf-8").splitlines()
    assert lines == capsys.readouterr().out.splitlines()
    rows = [line.split("|")[1:-1] for line in lines if line.startswith(("| english", "| russian"))]
    assert [" english ", " russian "] == [row[0] for row in rows]
    assert [6, 6] == list(map(len, rows))
    assert " 100.0% " == rows[1][3]
    assert "tokenizer.json of 1,000 symbols: 0.0 MB, " in lines[-1]


def test_a_text_that_does_not_come_back_is_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(text.TextEncoder, "decode", lambda self, data: data)
    with pytest.raises(ValueError, match="english: the text does not come back"):
        text.measure("english", tmp_path)
