"""The command that makes a corpus again, for its report."""

import shlex
from collections.abc import Iterator

from hyperphrase.codecs import CHOICES
from hyperphrase.errors import InputError
from hyperphrase.given_paths import open_local
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.law_file import FileLaw
from hyperphrase.laws.lengths import Empirical
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.alphabet import alphabet_size
from hyperphrase.lexicon.sources import is_named, language_of
from hyperphrase.report import Command, Subject

_FILE = "file=FILE"


def command_of(subject: Subject) -> Command:
    """Return the command; ``FILE`` in it stands for files of the user's that the corpus was made with."""
    lines, lexicon = [], subject.lexicon_name
    if _FILE in _law(subject.recipe.law, lexicon):
        lines.append("FILE of the law: the file that it was read from; law.bin holds what was read")
    if isinstance(subject.recipe.lengths, Empirical):
        lines.append("FILE of the lengths: their histogram; recipe.json holds its counts")
    if not is_named(lexicon):
        lines.append("FILE of the lexicon: the file of words; lexicon.parquet holds them")
    return Command(("hyperphrase run", *map(shlex.quote, _options(subject)), "--output=out"), tuple(lines))


def _options(subject: Subject) -> Iterator[str]:
    recipe, manifest, lexicon = subject.recipe, subject.manifest, subject.lexicon_name
    yield f"--sampler={_law(recipe.law, lexicon)}"
    yield f"--lengths=empirical:{_FILE}" if isinstance(recipe.lengths, Empirical) else f"--lengths={recipe.lengths}"
    yield f"--lexicon={lexicon if is_named(lexicon) else 'FILE'}"
    yield f"--vocabulary={recipe.vocabulary}"
    if recipe.vocabulary > alphabet_size("stable"):
        yield "--alphabet=extended"
    if recipe.key:
        yield f"--key={recipe.key}"
    if manifest is None:
        return
    yield f"--seeds={manifest.first_seed}:{manifest.stop_seed}"
    yield f"--phrases_per_shard={manifest.phrases_per_shard}"
    outputs = [output for output in manifest.outputs if output.format in CHOICES]  # a companion comes by itself
    yield f"--format={','.join(output.format for output in outputs) or 'none'}"
    if any(output.compression != "none" for output in outputs):
        yield f"--compression={','.join(output.compression for output in outputs)}"
    if any(output.text == "words" for output in outputs):
        yield "--text=words"
    if manifest.dictionary:
        yield f"--dictionary={manifest.dictionary.kind}"


def _law(law: SymbolLaw, lexicon: str) -> str:
    """Return the law as an option value, with ``FILE`` if it needs a file that is not part of this package."""
    if not isinstance(law, FileLaw):
        return str(law)
    left_out = f"digest={law.digest[:12]}..."
    parts = [part for part in str(law).removeprefix(f"{law.name}:").split(",") if part != left_out]
    for given in ([], ["offensive=allow"]):
        text = f"{law.name}:{','.join([*given, *parts])}".rstrip(":")
        try:
            if parse_law(text, SYMBOL_LAWS, "law", open_local, language_of(lexicon)) == law:
                return text
        except InputError:
            continue  # no such reading, or no file of its own
    return f"{law.name}:{','.join([_FILE, *parts])}"
