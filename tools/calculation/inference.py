"""The figures of ``hyperphrase inference``, and of the small model that its formulas are checked against."""

import re
from collections.abc import Iterator
from typing import Any

from hyperphrase.formatting import format_bytes
from tools.calculation.wording import change, table

Runs = dict[str, dict[str, Any]]
#: Rows of the table of break-evens: what is written, by the name of its run.
TEXTS = {
    "llama-english": "English scenes",
    "llama-russian": "Russian scenes",
    "llama-union": "the State of the Union addresses",
    "llama-contexts": "passages of the Russian National Corpus",
    "gpt2-english": "English scenes",
    "gpt2-russian": "Russian scenes",
}
SHOWN = "llama-english"
_MEASURED = ("parameters", "cache", "peak", "text", "token")


def inference_figures(runs: Runs, check: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the templates say of inference. check: the rows of benchmarks/results/inference.md."""
    named = {name: runs[name] for name in TEXTS if name in runs}
    evens = [
        {"name": name, "text": TEXTS[name], "model": run["facts"]["models"][0], "ratio": run["facts"]["ratio"], **each}
        for name, run in named.items()
        for each in run["facts"]["models"][0]["hyperwords"]
        if each["vocabulary"] in (250_000, 500_000)
    ]
    lengths = [each for each in evens if each["break_even"]["tokens"]["fp16"]["at"] is not None]
    own, model = runs[SHOWN]["facts"]["models"][0]["own"], runs[SHOWN]["facts"]["models"][0]
    return {
        "runs": named,
        "model": model,
        "ratio": runs[SHOWN]["facts"]["ratio"],
        "uses": {each["vocabulary"]: _compared(own, each) for each in model["hyperwords"]},
        "formulas": runs[SHOWN]["facts"]["formulas"],
        "vocabulary_table": table(
            "V | matrices fp16 | int8 | 4 bit | tokens | KV cache | memory, fp16 | work", "rrrrrrrr", _uses(own, model)
        ),
        "even_table": table(
            "model, text | r | V | memory is saved from | or from a batch of | work is saved from | context",
            "lrrrrrr",
            _even_rows(evens),
        ),
        "batch": next(each for each in model["hyperwords"] if each["vocabulary"] == 250_000)["break_even"]["batch"],
        "lengths": len(lengths),
        "within": [each for each in lengths if _is_within(each)],
        "check": _check_figures(check),
    }


def _is_within(even: dict[str, Any]) -> bool:
    threshold = even["break_even"]["tokens"]["fp16"]
    return bool(threshold["saves"] == "from" and threshold["at"] <= even["model"]["context"])


def _memory(use: dict[str, Any]) -> float:
    return float(use["weights"]["fp16"] + use["cache"] + use["logits"])


def _compared(own: dict[str, Any], use: dict[str, Any]) -> dict[str, Any]:
    """Return a vocabulary's use with its relative difference from the model's own: memory in fp16, and work."""
    memory, work = _memory(use) / _memory(own) - 1, use["text_flops"] / own["text_flops"] - 1
    return {**use, "memory": memory, "work": work}


def _uses(own: dict[str, Any], model: dict[str, Any]) -> Iterator[list[str]]:
    yield [f"{own['vocabulary']:,}, its own", *_sizes(own), f"{own['text_flops'] / 1e12:,.2f} TFLOPs"]
    for use in (_compared(own, each) for each in model["hyperwords"]):
        *sizes, memory = _sizes(use)
        yield [f"{use['vocabulary']:,}", *sizes, f"{memory}, {change(use['memory'])}", change(use["work"])]


def _sizes(use: dict[str, Any]) -> list[str]:
    matrices = [format_bytes(use["matrices"][name]) for name in ("fp16", "int8", "4 bit")]
    return [*matrices, f"{use['tokens']:,.0f}", format_bytes(use["cache"]), format_bytes(_memory(use))]


def threshold(found: dict[str, Any], unit: str) -> str:
    """Return where something is saved, in words, as in ``29 texts of 8,192``."""
    if found["at"] is None:
        return str(found["saves"])
    return f"{'below ' if found['saves'] == 'below' else ''}{found['at']:,.0f} {unit}"


def _even_rows(evens: list[dict[str, Any]]) -> Iterator[list[str]]:
    before = ""
    for each in evens:
        model, even = each["model"], each["break_even"]
        yield [
            f"{model['name']}, {each['text']}" if each["name"] != before else "",
            f"{each['ratio']:.2f}" if each["name"] != before else "",
            f"{each['vocabulary']:,}",
            threshold(even["tokens"]["fp16"], "tokens"),
            threshold(even["batch"], f"texts of {model['tokens']:,}"),
            threshold(even["work"], "tokens"),
            f"{model['context']:,}",
        ]
        before = each["name"]


def read_check(markdown: str) -> list[dict[str, Any]]:
    """Return the rows of benchmarks/results/inference.md: memory in MB, times in ms, errors as shares."""
    rows: dict[float, dict[str, Any]] = {}
    for line in markdown.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if len(cells) != 7 or not re.fullmatch("[0-9,]+", cells[0]):
            continue
        row = rows.setdefault(_number(cells[0]), {"vocabulary": _number(cells[0])})
        row[cells[1]] = dict(zip(_MEASURED, map(_number, cells[2:]), strict=True))
    return list(rows.values())


def _number(text: str) -> float:
    if text.endswith("%"):
        return round(float(text[:-1]) / 100, 6)
    return float(text.replace(",", "")) if "." in text else int(text.replace(",", ""))


def _check_figures(check: list[dict[str, Any]]) -> dict[str, Any]:
    first, last, others = check[0], check[-1], check[1:]
    slope = (last["measured"]["token"] - first["measured"]["token"]) / (last["vocabulary"] - first["vocabulary"])
    embedded = last["measured"]["parameters"] - first["measured"]["parameters"]  # of so many more hyperwords
    return {
        "first": first,
        "share": embedded / (1 - first["vocabulary"] / last["vocabulary"]) / last["measured"]["parameters"],
        "last": last,
        "missing": [row["measured"]["peak"] - row["predicted"]["peak"] for row in check],
        "text_errors": [row["error"]["text"] for row in others],
        "token_errors": [row["error"]["token"] for row in others],
        "fixed": first["measured"]["token"] - slope * first["vocabulary"],
        "times": last["measured"]["token"] / first["measured"]["token"],
        "exact": all(row["error"]["parameters"] == row["error"]["cache"] == 0 for row in check),
        "table": table(
            "V | peak memory, predicted | measured | error | text, predicted | measured | error | "
            "one token, predicted | measured | error",
            "r" * 10,
            _check_rows(check),
        ),
    }


def _check_rows(check: list[dict[str, Any]]) -> Iterator[list[str]]:
    for row in check:
        said, found, error = row["predicted"], row["measured"], row["error"]
        cells = [f"{row['vocabulary']:,}", f"{said['peak']:,} MB", f"{found['peak']:,} MB", f"{error['peak']:+.1%}"]
        for name, shown in (("text", ",.1f"), ("token", ",.2f")):
            scaled_from = row is check[0]
            cells += ["" if scaled_from else f"{said[name]:{shown}} ms", f"{found[name]:{shown}} ms"]
            cells += ["" if scaled_from else f"{error[name]:+.1%}"]
        yield cells
