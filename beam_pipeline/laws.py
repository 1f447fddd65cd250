"""``laws``: list the laws, the length laws and the presets, or describe one of them."""

import ast
import inspect
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from beam_pipeline.terminal.command import DONE, Parser, run_command
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
    print("\n".join(_list() if name is None else _about(name)))
    return DONE


def _list() -> Iterator[str]:
    """Yield the lines of the list of laws, length laws and presets."""
    yield "laws, as in --sampler=zipf:s=1.0"
    yield from _entries({name: law.summary for name, law in sorted(SYMBOL_LAWS.items())})
    yield ""
    yield "length laws, as in --lengths=uniform:min=10,max=190"
    yield from _entries({name: law.summary for name, law in sorted(LENGTH_LAWS.items())})
    yield ""
    yield "presets, as in --preset=shuffle-dyck-hu2025"
    yield from _entries({name: preset.source for name, preset in PRESETS.items()})
    yield ""
    yield "hyperphrase laws NAME shows the parameters, the source and the presets of one of them"


def _about(name: str) -> Iterator[str]:
    """Yield the description of ``name``; a law and a length law may share it. Raises InputError if it is unknown."""
    if name in PRESETS:
        return _about_preset(PRESETS[name])
    kinds: list[type[Law]] = [laws[name] for laws in (SYMBOL_LAWS, LENGTH_LAWS) if name in laws]
    if not kinds:
        known = [*SYMBOL_LAWS, *LENGTH_LAWS, *PRESETS]
        raise InputError(f"there is no law or preset {name!r}{nearest(name, known)}; hyperphrase laws lists all")
    return (line for i, law in enumerate(kinds) for line in ([""] * bool(i) + list(_about_law(law))))


def _about_law(law: type[Law]) -> Iterator[str]:
    yield f"--{'sampler' if issubclass(law, SymbolLaw) else 'lengths'}={law.name}: {law.summary}"
    yield from _paragraphs(_description(law))
    yield ""
    if law.parameters():
        yield "  parameters:"
        yield from _entries(law.parameters(), "    ")
    else:  # none, or a line of the law's own
        yield from _wrapped(law.usage(), "  ")
    if issubclass(law, SymbolLaw):
        yield from _wrapped(f"source: {law.source}", "  ")
        if law.injective:
            yield "  injective: two seeds never give the same phrase, and nothing is deduplicated"
        if presets := [preset.name for preset in PRESETS.values() if preset.law.partition(":")[0] == law.name]:
            yield from _wrapped(f"presets: {', '.join(presets)}", "  ")


def _description(law: type[Law]) -> str:
    """Return the docstring of ``law``, from its source: under ``python -OO`` the class has none."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(law))).body
    return ast.get_docstring(definition) or ""  # type: ignore[arg-type]  # it is a class


def _about_preset(preset: Preset) -> Iterator[str]:
    language = language_of(preset.lexicon or DEFAULT_LEXICON)
    law = parse_law(preset.law, SYMBOL_LAWS, "law", open_local, language)
    yield f"--preset={preset.name}: {preset.source}"
    yield ""
    vocabulary = preset.vocabulary or law.vocabulary()
    rows = {"law": f"{law}", "lengths": f"{preset.lengths}", "vocabulary": f"{vocabulary:,}", "note": preset.note}
    lexicon = {"lexicon": preset.lexicon} if preset.lexicon else {}
    yield from _entries(lexicon | rows)


def _entries(entries: dict[str, str], indent: str = "  ") -> Iterator[str]:
    """Yield ``name  text`` lines in two columns, with long texts wrapped."""
    width = max(map(len, entries))
    for name, text in entries.items():
        first, *rest = _lines(text, max(30, _columns() - len(indent) - width - 2)) or [""]
        yield f"{indent}{name:<{width}}  {first}".rstrip()
        yield from (f"{indent}{'':<{width}}  {line}" for line in rest)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the lines of a docstring, without its markup."""
    text = re.sub(r":\w+:`~?(.*?)`", r"\1", text).replace("``", "")
    for paragraph in text.split("\n\n"):
        yield ""
        yield from _wrapped(paragraph, "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    return [indent + line for line in _lines(text, _columns() - len(indent))]


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def _columns() -> int:
    """Return the width of the lines: that of the terminal, at most 120."""
    return min(120, shutil.get_terminal_size().columns)


if __name__ == "__main__":
    sys.exit(main())
