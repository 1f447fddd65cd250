"""Write the tables of docs/laws.md from the laws and presets themselves: ``python -m tools.laws_docs``."""

from collections.abc import Iterator
from pathlib import Path

from hyperphrase.laws.grammar import Law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.presets import PRESETS
from hyperphrase.laws.registry import SYMBOL_LAWS

DOCS = Path(__file__).parents[1] / "docs" / "laws.md"


def tables() -> dict[str, list[str]]:
    """Return the lines of each table by the heading that it stands under."""
    return {"## Laws": list(_laws()), "## Length laws": list(_length_laws()), "## Presets": list(_presets())}


def rendered(text: str) -> str:
    """Return the document ``text`` with its tables made anew: under each heading, all lines that begin with a bar."""
    lines: list[str] = []
    waiting: list[str] = []
    for line in text.splitlines():
        if line.startswith("## "):
            waiting = tables().get(line, [])
        if not line.startswith("|"):
            lines.append(line)
        elif lines[-1:] != waiting[-1:]:  # the first line of the table
            lines += waiting
    return "\n".join(lines) + "\n"


def _laws() -> Iterator[str]:
    yield "| law | process | parameters | presets | source |"
    yield "|---|---|---|---|---|"
    for name, law in sorted(SYMBOL_LAWS.items()):
        presets = ", ".join(f"`{p.name}`" for p in PRESETS.values() if p.law.partition(":")[0] == name)
        yield _row(f"`{name}`", law.summary, _parameters(law), presets, law.source)


def _length_laws() -> Iterator[str]:
    yield "| law | process | parameters |"
    yield "|---|---|---|"
    for name, law in sorted(LENGTH_LAWS.items()):
        yield _row(f"`{name}`", law.summary, _parameters(law))


def _presets() -> Iterator[str]:
    yield "| preset | options | source | note |"
    yield "|---|---|---|---|"
    for name, preset in PRESETS.items():
        vocabulary = f" `--vocabulary={preset.vocabulary}`" if preset.vocabulary else ""
        vocabulary += f" `--lexicon={preset.lexicon}`" if preset.lexicon else ""
        lengths = str(preset.lengths)
        lengths = f"lengths {lengths}" if " " in lengths else f"`--lengths={lengths}`"
        yield _row(f"`{name}`", f"`--sampler={preset.law}` {lengths}{vocabulary}", preset.source, preset.note)


def _parameters(law: type[Law]) -> str:
    """Return each parameter with what it means, or what the law says of parameters of its own kind."""
    texts = law.parameters()
    of_its_own = law.usage() != Law.usage.__func__(law)  # type: ignore[attr-defined]
    return law.usage() if of_its_own else "; ".join(f"`{name}`: {text}" for name, text in texts.items())


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    DOCS.write_text(rendered(DOCS.read_text(encoding="utf-8")), encoding="utf-8")
