"""``plan``: the whole calculation for a corpus, without making it: its space, bytes, time and cost."""

import argparse
import json
import sys
from collections.abc import Sequence

from beam_pipeline.engines import engine
from beam_pipeline.planning import machine_options
from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.option_names import with_options
from beam_pipeline.terminal.progress import followed
from beam_pipeline.terminal.table import print_facts, print_heading, print_table
from hyperphrase.formatting import escape_controls, format_bytes
from hyperphrase.given_paths import BUCKETS, given_path
from hyperphrase.planning.calculation import Calculation, calculate, symbols_of
from hyperphrase.planning.corpus_sample import sample_of
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.machine_plan import Fleet
from hyperphrase.planning.machine_tables import machine_tables
from hyperphrase.planning.stored_bytes import bytes_of
from hyperphrase.planning.tables import Table, answer, tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("plan", _plan, arguments)


def parser() -> Parser:
    """Return the parser of the command's options."""
    made = options.parser(
        "plan", "compute what a corpus is, holds, takes and costs, without making it; a sample of it is measured"
    )
    machine_options.add_options(made)
    shown = made.add_argument_group("what to write")
    shown.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    shown.add_argument(
        "--html",
        metavar="FILE",
        help="also write a page with charts: one HTML file that loads no other, local; an earlier page is replaced, "
        "a file of yours is not",
    )
    return made


def _plan(arguments: Sequence[str]) -> int:
    made = parser()
    if {"--help", "-h"} & set(arguments):
        print(made.format_help())
        return DONE
    given, rest = made.parse_known_args(arguments)
    given.output = given_path(given.output or "", "output", BUCKETS)
    page = _free_page(given.html)
    chosen = engine.choose(rest, made.names())
    fleet = machine_options.read_fleet(given, chosen.local and "://" not in given.output)
    with followed("measuring"):
        found = _calculated(given, fleet)
    shown = tables(found) + (machine_tables(found.time) if found.time else [])
    written = None if page is None else _write_page(page, found, shown)
    if given.json:
        print(json.dumps({"answer": answer(found)} | found.to_json(), indent=1))
        return DONE
    _print(found, shown)
    if written:
        print(f"\n{written}")
    return DONE


def _free_page(path: str | None) -> str | None:
    """Return the path of the page, None for no page. Raises InputError for one that is not free."""
    if path is None:
        return None
    from beam_pipeline.folder.report_page import check_free  # what only pages need

    path = given_path(path, "html")
    check_free(path, "html")
    return path


def _calculated(given: argparse.Namespace, fleet: Fleet | None) -> Calculation:
    job = options.read_job(given)
    measured = machine_options.calibrated(job, fleet) if fleet is not None else None
    expected = ExpectedCorpus(job)
    sample = sample_of(expected)
    notes = tuple(with_options(line) for line in job.notes())
    time = None
    if fleet is not None and measured is not None:
        phrases = max(expected.phrases, 1.0)
        outputs = tuple(bytes_of(expected, sample, [output]).value / phrases for output in job.request.outputs)
        time = machine_options.planned(expected, fleet, measured, symbols_of(expected, sample) / phrases, outputs)
    return calculate(expected, sample, given.text, notes, dictionaries=not given.quick, time=time)


def _write_page(path: str, found: Calculation, shown: Sequence[Table]) -> str:
    """Write the page; return a line that says so."""
    from beam_pipeline.folder.report_page import write_as
    from hyperphrase.report.plan_page import plan_page

    page = plan_page(found, shown).encode()
    write_as(path, page, "html")
    return escape_controls(f"{path}: {format_bytes(len(page))}")


def _print(found: Calculation, shown: Sequence[Table]) -> None:
    for line in answer(found):
        print(line)
    for table in shown:
        print()
        print_heading(table.title)
        (print_table if table.head else print_facts)(table.rows)
        for note in table.notes:
            print(escape_controls(note))
    for line in found.recipe.notes:
        print(f"note: {line}")


if __name__ == "__main__":
    sys.exit(main())
