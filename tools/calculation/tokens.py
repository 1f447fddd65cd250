"""The figures of ``hyperphrase tokens``: times fewer tokens as hyperwords, and the matrices of a vocabulary."""

from collections.abc import Iterator
from typing import Any

from hyperphrase.costs.token_counts import HOPED
from hyperphrase.formatting import format_bytes
from tools.calculation.wording import table

TOKENIZERS = {"gpt2": "GPT-2", "cl100k": "GPT-4", "o200k": "GPT-4o"}
#: What is counted, in words, by the name of its run; texts of people last.
COUNTED = {
    "scene-english": "English scenes",
    "scene-russian": "Russian scenes",
    "lexicon-english": "English words by frequency",
    "lexicon-russian": "Russian words by frequency",
    "uniform-english": "English words, all equally frequent",
    "uniform-russian": "Russian words, all equally frequent",
    "licence": "the Apache License 2.0",
    "union": "the State of the Union addresses",
    "contexts": "passages of the Russian National Corpus",
}
PEOPLE = ("union", "licence", "contexts")  # texts that people wrote
#: Whose tokens decide whether there are as many times fewer as was hoped for: no draws that are no language.
LANGUAGES = {"english": ("scene-english", "union"), "russian": ("scene-russian", "contexts")}
Runs = dict[str, dict[str, Any]]


def ratios(runs: Runs, name: str) -> dict[str, float]:
    """Return for each tokenizer how many times fewer tokens there are as hyperwords, in the median."""
    return {each["tokenizer"]: each["ratio"]["median"] for each in runs[name]["facts"]["tokenizers"]}


def token_figures(runs: Runs) -> dict[str, Any]:
    """Return what the templates say of tokens."""
    counted = [name for name in COUNTED if name in runs]
    medians = {name: ratios(runs, name) for name in counted}
    return {
        "runs": {name: runs[name] for name in counted},
        "names": COUNTED,
        "people": [name for name in PEOPLE if name in runs],
        "medians": medians,
        "hoped": {
            language: _reached({name: medians[name] for name in names if name in runs})
            for language, names in LANGUAGES.items()
        },
        "by_name": {name: {each["tokenizer"]: each for each in runs[name]["facts"]["tokenizers"]} for name in counted},
        "tokenizers": TOKENIZERS,
        "table": table("what | counted | gpt2 | cl100k | o200k", "llrrr", _ratio_rows(runs, counted)),
        "matrices": table("vocabulary | tokens | parameters | fp16 | int8 | 4 bit", "lrrrrr", _matrix_rows(runs)),
        "width": runs["scene-english"]["facts"]["width"],
    }


def _reached(medians: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return what has as many times fewer tokens as was hoped for, by tokenizer; and whether all of it has."""
    found = {
        shown: [COUNTED[name] for name, median in medians.items() if median[tokenizer] >= HOPED[0]]
        for tokenizer, shown in TOKENIZERS.items()
    }
    return {
        "all": all(len(names) == len(medians) for names in found.values()),
        "reached": {tokenizer: names for tokenizer, names in found.items() if names},
    }


def _ratio_rows(runs: Runs, counted: list[str]) -> Iterator[list[str]]:
    for name in counted:
        facts = runs[name]["facts"]
        spreads = [each["ratio"] for each in facts["tokenizers"]]
        yield [
            f"`{runs[name]['command']}`",
            f"{COUNTED[name]}, {facts['passages']:,} {'passages' if name in PEOPLE else 'phrases'}",
            *(f"{each['median']:.2f} ({each['p5']:.2f}-{each['p95']:.2f})" for each in spreads),
        ]


def _matrix_rows(runs: Runs) -> Iterator[list[str]]:
    facts = runs["scene-english"]["facts"]
    sizes = {each["tokenizer"]: each["vocabulary"] for each in facts["tokenizers"]}
    for name, parameters in facts["matrix_parameters"].items():
        sized = [format_bytes(parameters * bits / 8) for bits in (16, 8, 4)]
        yield [name, f"{sizes.get(name, facts['vocabulary']):,}", f"{parameters:,}", *sized]
