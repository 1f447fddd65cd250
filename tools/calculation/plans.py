"""The figures of ``hyperphrase plan``: the phrases that there are, and a corpus of them: bytes, time, cost."""

from collections.abc import Iterator
from typing import Any

Facts = dict[str, Any]
Runs = dict[str, Facts]
#: Options of a law, and the law in words, by its name.
LAWS = {
    "uniform": ("--sampler=uniform", "uniform"),
    "zipf": ("--sampler=zipf", "Zipf"),
    "lexicon": ("--sampler=lexicon", "English frequencies"),
    "scene": ("--preset=scene-english", "English scenes"),
}
VOCABULARIES = {250_000: "", 500_000: " --vocabulary=500000 --alphabet=extended"}
FEWER, MORE = 100_000_000, 1_000_000_000  # phrases that were hoped for
HOPED_BYTES = (10e9, 100e9)
SHOWN_LENGTHS = (10, 20, 50, 100, 200, 500)
MACHINES = "machines"
_LONG = " --lengths=uniform:min=10,max=500 --quick"


def plan_lines(prices: str) -> dict[str, str]:
    """Return the plans to run, by name: of each law, vocabulary and number of phrases, and of machines.

    prices: of ``plan --prices``.
    """
    begin = f"plan --phrases={MORE}"
    lines = {}
    for law, size in _pairs():
        options = f"{LAWS[law][0]}{VOCABULARIES[size]}"
        lines[run_name(law, size, FEWER)] = f"plan --phrases={FEWER} {options} --quick"
        lines[run_name(law, size, MORE)] = f"{begin} {options}"
    lines |= {f"long-{size}": f"{begin}{more}{_LONG}" for size, more in VOCABULARIES.items()}
    return lines | {MACHINES: f"{begin} --workers=16 --machine=n2-standard-8 --prices={prices}"}


def run_name(law: str, vocabulary: int, phrases: int) -> str:
    """Return the name of the plan of a law with a vocabulary."""
    return f"{law}-{vocabulary}-{phrases}"


def kept(facts: Facts) -> Facts:
    """Return what a plan says, without its table of lengths: the page has one of its own."""
    return {**facts, "space": {name: each for name, each in facts["space"].items() if name != "by_length"}}


def _pairs() -> Iterator[tuple[str, int]]:
    for law in LAWS:
        for vocabulary in VOCABULARIES:
            yield law, vocabulary


def each_plan(facts: dict[str, Facts], phrases: int = MORE) -> Iterator[tuple[str, int, Facts]]:
    """Yield (law in words, vocabulary, what its plan says) of all plans of so many phrases."""
    for law, vocabulary in _pairs():
        yield LAWS[law][1], vocabulary, facts[run_name(law, vocabulary, phrases)]


def fits(facts: dict[str, Facts], phrases: int) -> list[Facts]:
    """Return for each law and vocabulary how many formats take 10 to 100 GB; the smallest, the largest, the floor."""
    found = []
    for law, vocabulary, plan in each_plan(facts, phrases):
        sizes = sorted(plan["bytes"], key=lambda row: float(row["bytes"]))
        found.append(
            {
                "law": law,
                "vocabulary": vocabulary,
                "phrases": phrases,
                "formats": len(sizes),
                "fit": sum(is_hoped(row) for row in sizes),
                "smallest": {**sizes[0], "law": law},
                "largest": {**sizes[-1], "law": law},
                "floor": plan["entropy"]["floor_bytes"],
            }
        )
    return found


def is_hoped(row: Facts) -> bool:
    """Return whether a format takes as many bytes as was hoped for."""
    return bool(HOPED_BYTES[0] <= row["bytes"] <= HOPED_BYTES[1])


def count(found: list[Facts]) -> Facts:
    """Return what all laws and vocabularies have in common: how many formats fit, the smallest, the largest, floors."""
    return {
        "fit": sum(each["fit"] for each in found),
        "formats": sum(each["formats"] for each in found),
        "smallest": min((each["smallest"] for each in found), key=lambda row: float(row["bytes"])),
        "largest": max((each["largest"] for each in found), key=lambda row: float(row["bytes"])),
        "floors": [least(each["floor"] for each in found) for least in (min, max)],
    }


def one_byte(facts: dict[str, Facts]) -> dict[str, list[Facts]]:
    """Return the laws by what one byte a symbol is for them: impossible, achieved, or possible and missed."""
    found: dict[str, list[Facts]] = {"impossible": [], "achieved": [], "missed": []}
    for law, vocabulary, plan in each_plan(facts):
        best = plan["one_byte"]["best"]
        kind = "achieved" if best["bytes_a_symbol"] <= 1 else "missed"
        found[kind if plan["one_byte"]["possible"] else "impossible"].append(
            {"law": law, "vocabulary": vocabulary, "bits": plan["one_byte"]["bits_a_symbol"], "best": best}
        )
    return found
