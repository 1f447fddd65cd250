"""The rates of laws: both sides are measured, and the table says them."""

import pytest

from benchmarks.laws import __main__ as rates
from hyperphrase.laws.registry import SYMBOL_LAWS


@pytest.fixture(autouse=True)
def in_a_moment(monkeypatch, tmp_path):
    """One repeat, a hundredth of a second of plain Python, few hyperwords; results go elsewhere."""
    monkeypatch.setattr(rates, "REPEATS", 1)
    monkeypatch.setattr(rates, "ENOUGH", 0.01)
    monkeypatch.setattr(rates, "VOCABULARY", 1000)
    monkeypatch.setattr(rates, "RESULTS", tmp_path / "results" / "laws.md")


@pytest.mark.parametrize("name", SYMBOL_LAWS)
def test_every_law_is_measured_on_both_sides(name, monkeypatch):
    if name == "scene":  # whose grammar has more words
        monkeypatch.setattr(rates, "VOCABULARY", 20_000)
    rate = rates.measure(name)
    assert name == rate.law
    assert rates.LENGTH <= rate.length < 2 * rates.LENGTH
    assert min(rate.ours, rate.plain) > 0


def test_the_table_has_a_row_a_law():
    rate = rates.Rate("zipf", 250_000, 100, 500e6, 1.25e6)
    lines = list(rates.table([rate]))
    assert "| `zipf` | 250,000 | 100 | 500.0 | 1.2500 | 400 |" == lines[-1]
    assert {6} == {line.count("|") - 1 for line in lines if line.startswith("|")}


def test_laws_that_are_named_are_printed_and_nothing_is_written(capsys):
    assert 0 == rates.main(["uniform", "eca"])
    assert [["`uniform`", "1,000"], ["`eca`", "256"]] == [
        [cell.strip() for cell in line.split("|")[1:3]] for line in capsys.readouterr().out.splitlines()
    ]
    assert not rates.RESULTS.exists()


def test_all_laws_are_written(monkeypatch):
    monkeypatch.setattr(rates, "measure", lambda name: rates.Rate(name, 1, 1, 2.0, 1.0))
    assert 0 == rates.main([])
    assert [f"| `{name}` " in rates.RESULTS.read_text() for name in SYMBOL_LAWS] == [True] * len(SYMBOL_LAWS)
