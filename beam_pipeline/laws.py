"""``laws``: list the laws, the length laws and the presets, or describe one of them."""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Sequence

from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.table import print_entries, print_heading, print_text
from hyperphrase.errors import InputError
from hyperphrase.given_paths import open_local
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import Law, nearest, parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.presets import PRESETS, Preset
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.sources import DEFAULT_LEXICON, language_of

_EPILOG = """
examples:
  hyperphrase laws
  hyperphrase laws zipf
  hyperphrase laws shuffle-dyck-hu2025
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("laws", _laws, arguments)


def _laws(arguments: Sequence[str]) -> int:
    parser = Parser("laws", "list the laws, the length laws and the presets, or describe one of them", _EPILOG)
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help="a law, a length law or a preset to describe; without it, all are listed",
    )
    name = parser.parse_args(arguments).name
    _print_all() if name is None else _print_one(name)
    return DONE


def _print_all() -> None:
    """Print the lists of laws, length laws and presets."""
    for heading, entries in (
        ("laws, as in --sampler=zipf:s=1.0", {name: law.summary for name, law in sorted(SYMBOL_LAWS.items())}),
        (
            "length laws, as in --lengths=uniform:min=10,max=190",
            {name: law.summary for name, law in sorted(LENGTH_LAWS.items())},
        ),
        ("presets, as in --preset=shuffle-dyck-hu2025", {name: preset.source for name, preset in PRESETS.items()}),
    ):
        print_heading(heading)
        print_entries(entries)
        print()
    print("hyperphrase laws NAME shows the parameters, the source and the presets of one of them")


def _print_one(name: str) -> None:
    """Print the description of ``name``; a law and a length law may share it. Raises InputError if it is unknown."""
    if name in PRESETS:
        _print_preset(PRESETS[name])
        return
    kinds: list[type[Law]] = [laws[name] for laws in (SYMBOL_LAWS, LENGTH_LAWS) if name in laws]
    if not kinds:
        known = [*SYMBOL_LAWS, *LENGTH_LAWS, *PRESETS]
        raise InputError(f"there is no law or preset {name!r}{nearest(name, known)}; hyperphrase laws lists all")
    for i, law in enumerate(kinds):
        if i:
            print()
        _print_law(law)


def _print_law(law: type[Law]) -> None:
    print_heading(f"--{'sampler' if issubclass(law, SymbolLaw) else 'lengths'}={law.name}: {law.summary}")
    for paragraph in _paragraphs(_description(law)):
        print()
        print_text(paragraph, 2)
    print()
    if law.parameters():
        print_heading("parameters:", 2)
        print_entries(law.parameters(), 4)
    else:  # none, or a line of the law's own
        print_text(law.usage(), 2)
    if issubclass(law, SymbolLaw):
        print_text(f"source: {law.source}", 2)
        if law.injective:
            print_text("injective: two seeds never give the same phrase, and nothing is deduplicated", 2)
        if presets := [preset.name for preset in PRESETS.values() if preset.law.partition(":")[0] == law.name]:
            print_text(f"presets: {', '.join(presets)}", 2)


def _description(law: type[Law]) -> str:
    """Return the docstring of ``law``, from its source: under ``python -OO`` the class has none."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(law))).body
    return ast.get_docstring(definition) or ""  # type: ignore[arg-type]  # it is a class


def _print_preset(preset: Preset) -> None:
    language = language_of(preset.lexicon or DEFAULT_LEXICON)
    law = parse_law(preset.law, SYMBOL_LAWS, "law", open_local, language)
    print_heading(f"--preset={preset.name}: {preset.source}")
    print()
    vocabulary = preset.vocabulary or law.vocabulary()
    rows = {"law": f"{law}", "lengths": f"{preset.lengths}", "vocabulary": f"{vocabulary:,}", "note": preset.note}
    print_entries(({"lexicon": preset.lexicon} if preset.lexicon else {}) | rows)


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring, each in one line, without its markup."""
    text = re.sub(r":\w+:`~?(.*?)`", r"\1", text).replace("``", "")
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


if __name__ == "__main__":
    sys.exit(main())
