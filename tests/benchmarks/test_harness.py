"""The benchmark's own logic: its command line, the order of its runs, its statistics, tables and files."""

import itertools

import pytest

from benchmarks import __main__ as harness
from benchmarks import contestants
from benchmarks.rendering import document, markdown, render, table
from benchmarks.results import Entry, Results, Run, Spread
from hyperphrase.errors import WorkFailedError


def entry(program, seconds, symbols=10**8, size="1,000,000 phrases", law="zipf"):
    runs = [Run(one, one / 2, 3_000_000 * place, 2 * 10**8, symbols) for place, one in enumerate(seconds, 1)]
    return Entry(program, size, law, "TFRecord", runs)


OURS = entry("hyperphrase", [1.0, 2.0, 4.0])
SLOW = entry("plain Python", [100.0, 25.0, 50.0])
BYTES = entry("tpchgen-cli", [1.0], symbols=None, size="scale factor 2", law=None)
RESULTS = Results(
    "2026-01-01T00:00+00:00", "python -m benchmarks", 2, {"cores": "2"}, {"python": "3"}, [OURS, SLOW, BYTES]
)


def test_a_spread_is_median_least_and_most():
    assert (2.0, 1.0, 9.0) == Spread.of([9.0, 1.0, 2.0])
    assert (1.5, 1.0, 2.0) == Spread.of([1.0, 2.0])


def test_rates_are_of_the_clock():
    assert (50.0, 25.0, 100.0) == OURS.symbol_rate()
    assert (100.0, 50.0, 200.0) == OURS.byte_rate()


def test_ratios_are_of_symbols_or_else_of_bytes():
    assert 25.0 == SLOW.times_slower(OURS)
    assert 1.0 == OURS.times_slower(OURS)
    assert BYTES.symbol_rate() is None
    assert 0.5 == BYTES.times_slower(OURS)  # 200 MB/s against 100


def test_the_table_says_it_all():
    header, ours, slow, bytes_ = table(RESULTS.entries)
    assert "hyperphrase with 1,000,000 phrases is" == header[-1]
    assert ["50.0 (25.0, 100)", "100 (50.0, 200)", "2.0", "1.0", "9", "1.00 x"] == ours[3:]
    assert ["2.00 (1.00, 4.00)", "4.00 (2.00, 8.00)", "50.0", "25.0", "9", "25.0 x"] == slow[3:]
    assert ["", "200 (200, 200)", "1.0", "0.5", "3", "0.50 x"] == bytes_[3:]


def test_a_table_becomes_markdown():
    assert ["| a | b | c | d |", "|---|---|---|--:|", "| 1 | 2 | 3 | 4 |"] == list(markdown(["abcd", "1234"]))


def test_the_document_has_a_table_for_each_law_that_was_run():
    lines = list(document(RESULTS, "peers"))
    assert "## Zipf" in lines
    assert "## Uniform" not in lines
    assert "cores 2" in lines


def test_results_come_back_from_their_file(tmp_path):
    RESULTS.save(tmp_path / "deep/peers.json")
    assert Results.load(tmp_path / "deep/peers.json") == RESULTS


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"entries": [{"runs": [{}]}]}', '{"entries": []}'])
def test_other_files_are_no_results(tmp_path, text):
    (tmp_path / "peers.json").write_text(text)
    with pytest.raises(WorkFailedError, match="not the results of a benchmark"):
        Results.load(tmp_path / "peers.json")


def test_results_are_rendered_to_files(tmp_path):
    files = render(RESULTS, tmp_path / "peers.json")
    assert ["peers.md", "peers.svg", "peers.png"] == [path.name for path in files]
    assert "<svg" in files[1].read_text()
    again = files[1].read_bytes()
    render(RESULTS, tmp_path / "peers.json")
    assert again == files[1].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--repeats=0"], "--repeats: '0' is not a number from 1 on"),
        (["--repeats=many"], "--repeats: 'many' is not a number from 1 on"),
        (["--scale=nan"], "--scale: 'nan' is not a number from 1e-06 on"),
        (["--only=DuckDB,Oracle"], "--only: 'Oracle' does not take part; choose from hyperphrase, DuckDB"),
        (["--fast"], "unrecognized arguments: --fast"),
        (["watch"], "action: invalid choice: 'watch'"),
    ],
)
def test_wrong_arguments_end_with_one_line(capsys, arguments, said):
    assert 2 == harness.main(arguments)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"hyperphrase benchmarks: {said}")
    assert 1 == shown.err.count("\n")


def test_peers_that_are_not_installed_are_named(capsys, monkeypatch):
    monkeypatch.setattr(contestants, "PACKAGES", ("numpy", "no_such_database"))
    assert 2 == harness.main([])
    assert "no_such_database" in capsys.readouterr().err


def test_results_that_are_not_there_cannot_be_rendered(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(harness, "check_installed", lambda: None)
    assert 2 == harness.main(["render", f"--results={tmp_path}"])
    assert "peers.json: no such file" in capsys.readouterr().err


def test_programs_take_turns(monkeypatch):
    clock = itertools.count(1)
    order = []

    def run_once(one, workers):
        order.append((one.program, workers))
        return Run(float(next(clock)), 1.0, 1, 1, 1)

    monkeypatch.setattr(harness, "run_once", run_once)
    chosen = [one for one in contestants.contestants(False, 1.0) if one.program in ("DuckDB", "polars")]
    entries = harness.compete(chosen[:2], 3, workers=2)
    assert [("DuckDB", 2), ("polars", 2)] * 3 == order
    assert [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]] == [[run.seconds for run in one.runs] for one in entries]


def test_everybody_takes_part_in_both_laws():
    all_of_them = list(contestants.contestants(True, 0.01))
    for law in ("zipf", "uniform"):
        assert set(harness.PROGRAMS[:-1]) == {one.program for one in all_of_them if one.law == law}
    assert ["10,000 phrases", "100,000 phrases", "200,000 phrases"] == [one.size for one in all_of_them[:3]]


def test_work_that_is_wrong_names_the_program():
    wrong = contestants.peer("sloth", "plain_python", "text", lambda folder: iter([]), contestants.Work(10))
    with pytest.raises(WorkFailedError, match="sloth, 10 phrases, zipf: not the work asked for: 0 phrases"):
        harness.run_once(wrong, workers=1)
