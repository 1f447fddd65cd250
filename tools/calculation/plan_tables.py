"""The tables that ``hyperphrase plan`` gives."""

import math
import re
from collections.abc import Iterator
from typing import Any

from hyperphrase.formatting import format_bytes
from tools.calculation.plans import (
    FEWER,
    LAWS,
    MACHINES,
    MORE,
    SHOWN_LENGTHS,
    VOCABULARIES,
    Facts,
    Runs,
    count,
    each_plan,
    fits,
    is_hoped,
    one_byte,
    run_name,
)
from tools.calculation.wording import duration, large, power, table

#: Columns of the table of codes, and how the codes begin or end that they show.
CODES = {
    "fixed bits": r" bits for each$",
    "variable-length integers": r"^variable-length",
    "zstandard, a phrase at a time": r"each phrase by itself",
    "zstandard, phrases at once": r"phrases at once",
    "ANS": r"^ANS",
}


def plan_figures(runs: Runs) -> dict[str, Any]:
    """Return what the templates say of plans."""
    facts = {name: run["facts"] for name, run in runs.items()}
    found = {phrases: fits(facts, phrases) for phrases in (FEWER, MORE)}
    return {
        "runs": runs,
        "laws": {law: words for law, (_, words) in LAWS.items()},
        "of_law": {law: facts[run_name(law, 250_000, MORE)] for law in LAWS},
        "plain": facts[run_name("lexicon", 250_000, MORE)],
        "command": runs[run_name("lexicon", 250_000, MORE)]["command"],
        "long": {size: facts[f"long-{size}"] for size in VOCABULARIES},
        "machines": facts[MACHINES],
        "most_duplicates": max(plan["sampling"]["duplicates"] for *_, plan in each_plan(facts)),
        "counts": {phrases: count(some) for phrases, some in found.items()},
        "byte": one_byte(facts),
        "space_table": _space_table(facts),
        "sample_table": table(
            "law | V | duplicates in a billion | bits a symbol | floor, bytes a symbol | of 100 million | of a billion",
            "lrrrrrr",
            _sample_rows(facts),
        ),
        "bytes_tables": {
            (phrases, size): _bytes_table(facts, size, phrases) for size in VOCABULARIES for phrases in (FEWER, MORE)
        },
        "fit_table": table(
            "law | V | phrases | within 10 to 100 GB | smallest | largest | floor", "lrrrrrr", _fit_rows(found)
        ),
        "code_table": table(
            " | ".join(["law", "V", "bits a symbol", "at most 8", *CODES, "floor"]), "lrrl" + "r" * 6, _code_rows(facts)
        ),
        "time_table": table("law | V | time | memory | bytes, TFRecord", "lrrrr", _time_rows(facts)),
        "worker_table": table("machines | time", "rr", _worker_rows(facts[MACHINES])),
    }


def _space_table(facts: dict[str, Facts]) -> str:
    columns = [column for size in VOCABULARIES for column in (f"V = {size:,}", "to draw them all")]
    return table(" | ".join(["L", *columns]), "rrrrr", _space_rows(facts))


def _space_rows(facts: dict[str, Facts]) -> Iterator[list[str]]:
    spaces = {size: facts[f"long-{size}"]["space"] for size in VOCABULARIES}
    for length in (*SHOWN_LENGTHS, None):
        cells = []
        for vocabulary, space in spaces.items():
            total, ages = space["log10_phrases"], space["enumeration"]["log10_ages_of_the_universe"]
            size = total if length is None else length * math.log10(vocabulary)
            cells += [power(size), f"{power(size - total + ages)} ages"]
        yield ["10 to 500" if length is None else f"{length:,}", *cells]


def _sample_rows(facts: dict[str, Facts]) -> Iterator[list[str]]:
    fewer = [plan["entropy"]["floor_bytes"] for *_, plan in each_plan(facts, FEWER)]
    for (law, vocabulary, plan), floor in zip(each_plan(facts), fewer, strict=True):
        entropy, sampling = plan["entropy"], plan["sampling"]
        yield [
            law,
            f"{vocabulary:,}",
            f"{'' if sampling['in_closed_form'] else 'at most '}{large(sampling['duplicates'])}",
            f"{entropy['bits_a_symbol']:.2f}",
            f"{entropy['floor_bytes_a_symbol']:.2f}",
            format_bytes(floor),
            format_bytes(entropy["floor_bytes"]),
        ]


def _bytes_table(facts: dict[str, Facts], vocabulary: int, phrases: int) -> str:
    columns = [facts[run_name(law, vocabulary, phrases)]["bytes"] for law in LAWS]
    header = " | ".join(["format", "compression", *(words for _, words in LAWS.values())])
    rows = ([row[0]["format"], row[0]["compression"], *map(_sized, row)] for row in zip(*columns, strict=True))
    return table(header, "ll" + "r" * len(LAWS), rows)


def _sized(row: Facts) -> str:
    """Return bytes in GB, with their interval; in bold if they are as many as was hoped for."""
    low, size, high = (f"{row[name] / 1e9:,.1f}" for name in ("low", "bytes", "high"))
    text = f"{size} ({low}-{high})"
    return f"**{text}**" if is_hoped(row) else text


def _fit_rows(found: dict[int, list[Facts]]) -> Iterator[list[str]]:
    for each in (each for some in found.values() for each in some):
        ends = [
            f"{format_bytes(row['bytes'])}, {row['format']} {row['compression']}".removesuffix(" none")
            for row in (each["smallest"], each["largest"])
        ]
        fit = f"{each['fit']} of {each['formats']}"
        yield [each["law"], f"{each['vocabulary']:,}", f"{each['phrases']:,}", fit, *ends, format_bytes(each["floor"])]


def _code_rows(facts: dict[str, Facts]) -> Iterator[list[str]]:
    for law, vocabulary, plan in each_plan(facts):
        codes = plan["one_byte"]["codes"]
        sizes = [
            next((f"{code['bytes_a_symbol']:.2f}" for code in codes if re.search(mark, code["code"])), "")
            for mark in CODES.values()
        ]
        bits, possible = plan["one_byte"]["bits_a_symbol"], plan["one_byte"]["possible"]
        floor = f"{plan['entropy']['floor_bytes_a_symbol']:.2f}"
        yield [law, f"{vocabulary:,}", f"{bits:.2f}", "yes" if possible else "no", *sizes, floor]


def _time_rows(facts: dict[str, Facts]) -> Iterator[list[str]]:
    for law, vocabulary, plan in each_plan(facts):
        stored = next(row for row in plan["bytes"] if (row["format"], row["compression"]) == ("tfrecord", "none"))
        spent = plan["time"]
        sizes = (spent["memory_bytes"], stored["bytes"])
        yield [law, f"{vocabulary:,}", duration(spent["seconds"]), *map(format_bytes, sizes)]


def _worker_rows(plan: Facts) -> Iterator[list[str]]:
    for each in plan["time"]["by_workers"]:
        yield [f"{each['workers']:,}", duration(each["seconds"])]
