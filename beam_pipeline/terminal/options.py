"""The options of ``run`` and ``plan``: their grammar, help texts and checks."""

import argparse
from collections.abc import Iterable
from typing import BinaryIO

from beam_pipeline.terminal.command import Parser
from hyperphrase.codecs import CHOICES, FORMATS
from hyperphrase.corpus.request import DICTIONARY_KINDS, NO_FORMAT, PHRASES_PER_SHARD, CorpusRequest, Output, outputs_of
from hyperphrase.errors import InputError
from hyperphrase.given_paths import BUCKETS, given_path
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import nearest, parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS, LengthLaw
from hyperphrase.laws.presets import PRESETS, Preset
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.alphabet import alphabet_size
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon
from hyperphrase.lexicon.sources import DEFAULT_LEXICON, language_of
from hyperphrase.limits import MAX_UNIT, SEED_STOP
from hyperphrase.numerals import parse_whole
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import DEFAULT_LAW, DEFAULT_LENGTHS, Recipe
from hyperphrase.planning.job import Job, prepare_job
from transforms.files import storage

_EXAMPLES = """
examples:
  hyperphrase {command} --phrases=1000000 --output=out
  hyperphrase {command} --phrases=1000000 --sampler=zipf:s=1.0,beta=2.7 --lengths=fixed:length=128 --output=out
  hyperphrase {command} --phrases=100000 --preset=shuffle-dyck-hu2025 --output=out
  hyperphrase {command} --seeds=0:100000 --lexicon=russian --format=jsonl,txt --text=words --output=out
  hyperphrase {command} --phrases=100000 --lexicon=my_words.csv --format=avro --output=gs://bucket/out
"""


def parser(command: str, description: str) -> Parser:
    """Return the parser of the project's own options, in groups."""
    made = Parser(command, description, _EXAMPLES.format(command=command))
    what = made.add_argument_group("what to draw")
    _add_seeds(what)
    _add_laws(what)
    add_hyperwords(made)
    _add_files(made)
    shown = made.add_argument_group("terminal output")
    shown.add_argument("--quiet", action="store_true", help="print errors only, no progress and no summary")
    return made


def recipe_parser(command: str, description: str, examples: str) -> Parser:
    """Return a parser of the options of a recipe only: laws, key and hyperwords."""
    made = Parser(command, description, examples)
    _add_laws(made.add_argument_group("what to draw"))
    add_hyperwords(made)
    return made


def _add_seeds(what: argparse._ArgumentGroup) -> None:
    what.add_argument(
        "--phrases",
        metavar="N",
        help="number of distinct phrases, exactly: those of the lowest seeds from --first_seed on",
    )
    what.add_argument(
        "--seeds", metavar="START:STOP", help="instead of --phrases: all distinct phrases of this half-open seed range"
    )
    what.add_argument("--first_seed", metavar="SEED", help="first seed of --phrases, default 0")


def _add_laws(what: argparse._ArgumentGroup) -> None:
    what.add_argument(
        "--sampler",
        metavar="LAW",
        help=f"the law that draws the symbols, default {DEFAULT_LAW}: {', '.join(sorted(SYMBOL_LAWS))}; add "
        "parameters as in zipf:s=1.0,beta=2.7, a path with a comma in quotes, as in 'markov:file=\"a,b.txt\",order=1'; "
        "'hyperphrase laws NAME' describes them",
    )
    what.add_argument(
        "--lengths",
        metavar="LAW",
        help=f"the law of the phrases' lengths, default {DEFAULT_LENGTHS}: {', '.join(sorted(LENGTH_LAWS))}; add "
        "parameters as for --sampler",
    )
    what.add_argument(
        "--preset",
        metavar="NAME",
        help="a configuration of law, lengths and vocabulary, most of them published, some with a lexicon; --sampler, "
        "--lengths, --vocabulary and --lexicon override its values; 'hyperphrase laws' lists the presets",
    )
    what.add_argument(
        "--allow_offensive",
        action="store_true",
        help="also draw slurs, obscenities and sexual terms, which the grammars of this package leave out by default; "
        "the same as offensive=allow in the law",
    )
    what.add_argument("--key", metavar="K", default="0", help="64-bit key; each key gives another corpus; default 0")


def add_hyperwords(made: Parser) -> argparse._ArgumentGroup:
    """Add the options of a lexicon; return their group."""
    words = made.add_argument_group("hyperwords")
    words.add_argument(
        "--lexicon",
        metavar="NAME|PATH",
        help="english (default), russian, english:stop=true or russian:stop=true (with '.' as a hyperword for ends of "
        "sentences), synthetic, synthetic:flavour=russian, or a file: .txt with one word per line, .csv or .tsv with "
        "columns word,count, .avro or .parquet with fields of these names; frequency may stand for count",
    )
    words.add_argument(
        "--vocabulary",
        metavar="V",
        help="number of hyperwords: the most frequent words; default 250000, or all words of a lexicon file",
    )
    words.add_argument(
        "--alphabet",
        default="stable",
        metavar="stable|extended",
        help=f"stable (default): {alphabet_size('stable'):,} assigned and private-use code points that NFC and NFKC "
        f"leave unchanged; extended: {alphabet_size('extended'):,}, including code points that Unicode has not "
        "assigned yet: a later Unicode version may assign them, and fonts and filters may reject them",
    )
    return words


def _add_files(made: Parser) -> None:
    files = made.add_argument_group("files")
    files.add_argument(
        "--output",
        metavar="OUT",
        help="folder of the corpus, local or gs://: new, empty, or of an earlier run; required",
    )
    files.add_argument(
        "--format",
        default="tfrecord",
        metavar="FORMAT,...",
        help=f"{', '.join(CHOICES)} (several are allowed), or {NO_FORMAT} to write no shards, only the "
        "manifest; default tfrecord",
    )
    files.add_argument(
        "--compression",
        default="none",
        metavar="NAME,...",
        help="one compression for all formats, or one for each; default none. Available: "
        + "; ".join(f"{name}: {', '.join(FORMATS[name].compressions)}" for name in CHOICES),
    )
    files.add_argument(
        "--text",
        default="symbols",
        metavar="symbols|words",
        help="content of jsonl and txt: symbols (default) or words",
    )
    files.add_argument(
        "--dictionary",
        nargs="?",
        const=DICTIONARY_KINDS[0],
        metavar="|".join(DICTIONARY_KINDS),
        help="also write the meaning of each phrase, for 'hyperphrase find', and with discourse what it is about by "
        f"its law; without a value: {DICTIONARY_KINDS[0]}",
    )
    files.add_argument(
        "--phrases_per_shard",
        default=str(PHRASES_PER_SHARD),
        metavar="N",
        help=f"number of seeds per shard, default {PHRASES_PER_SHARD}",
    )


def read_job(given: argparse.Namespace) -> Job:
    """Return the job of the options, with the number of seeds that its phrases most likely need. Raises InputError."""
    read_range(given)
    read_outputs(given)
    lexicon, phrases = read_recipe(given)
    return prepare_job(lexicon, phrases, _read_request(given, phrases.recipe))


def read_recipe(given: argparse.Namespace) -> tuple[Lexicon, Phrases]:
    """Return the lexicon and the phrases of the options of :func:`recipe_parser`. Raises InputError."""
    preset = _read_preset(given)
    spec = given.lexicon if given.lexicon is not None else preset.lexicon if preset else None
    spec = DEFAULT_LEXICON if spec is None else spec
    bound, lengths = _read_laws(given, preset, language_of(spec))
    key = whole("--key", given.key, 0, (1 << 64) - 1)
    lexicon = _read_lexicon(given, spec, bound, preset)
    recipe = Recipe(bound, lengths, lexicon.vocabulary, lexicon.digest, key)
    recipe.check()
    return lexicon, Phrases(recipe, lambda: lexicon)


def read_lexicon(given: argparse.Namespace) -> Lexicon:
    """Return the lexicon of the options of :func:`add_hyperwords`. Raises InputError."""
    spec = DEFAULT_LEXICON if given.lexicon is None else given.lexicon
    return build_lexicon(spec, _read_vocabulary(given), given.alphabet, open_given)


def check_left_out(parser: Parser, given: argparse.Namespace, names: Iterable[str]) -> None:
    """Raise InputError if an option is given that ``--corpus`` stands for."""
    named = next((name for name in names if getattr(given, name) != parser.get_default(name)), None)
    if named:
        value = getattr(given, named)
        shown = "" if value is True else f"={value}"
        raise InputError(f"--{named}{shown}: --corpus={given.corpus} has its own; leave one out")


def _read_vocabulary(given: argparse.Namespace) -> int | None:
    return None if given.vocabulary is None else whole("--vocabulary", given.vocabulary, 2, alphabet_size("extended"))


def _read_preset(given: argparse.Namespace) -> Preset | None:
    if given.preset is None or given.preset in PRESETS:
        return PRESETS.get(given.preset)
    raise InputError(
        f"--preset={given.preset}: there is no such preset{nearest(given.preset, PRESETS)}; hyperphrase laws lists all"
    )


def _read_laws(given: argparse.Namespace, preset: Preset | None, language: str) -> tuple[SymbolLaw, LengthLaw]:
    """Return the laws of the options, else those of the preset, else the defaults; language: of the lexicon."""
    bound = given.sampler if given.sampler is not None else preset.law if preset else DEFAULT_LAW
    law = parse_law(bound, SYMBOL_LAWS, "law", open_given, language, allow_offensive=given.allow_offensive)
    if preset and given.lengths is None:
        return law, preset.lengths
    lengths = DEFAULT_LENGTHS if given.lengths is None else given.lengths
    return law, parse_law(lengths, LENGTH_LAWS, "lengths", open_given)


def _read_lexicon(given: argparse.Namespace, spec: str, bound: SymbolLaw, preset: Preset | None) -> Lexicon:
    """Return the lexicon of ``spec`` with the vocabulary of the option, else of the law or the preset."""
    vocabulary, asked = bound.vocabulary(), _read_vocabulary(given)
    if asked is not None:
        if vocabulary not in (None, asked):
            raise InputError(f"--vocabulary={asked}: --sampler={bound} has {vocabulary} symbols; leave the option out")
        vocabulary = asked
    elif vocabulary is None and preset:
        vocabulary = preset.vocabulary
    return build_lexicon(spec, vocabulary, given.alphabet, open_given)


def open_given(path: str) -> BinaryIO:
    """Open the file that an option names. Raises OSError, and InputError for a URL that cannot be opened."""
    return storage.open_file(given_path(path, schemes=BUCKETS))


def read_range(given: argparse.Namespace) -> tuple[int, int | None, int | None]:
    """Return (first seed, stop seed, phrases): the stop seed of --seeds, or the number of --phrases."""
    if (given.phrases is None) == (given.seeds is None):
        both = "neither is" if given.phrases is None else "both are"
        raise InputError(f"--phrases and --seeds: {both} given; give one, as in --phrases=1000000 or --seeds=0:1000000")
    if given.phrases is not None:
        first = whole("--first_seed", "0" if given.first_seed is None else given.first_seed, 0, SEED_STOP - 1)
        return first, None, whole("--phrases", given.phrases, 1, SEED_STOP - first)
    if given.first_seed is not None:
        raise InputError(f"--first_seed={given.first_seed}: goes with --phrases; with --seeds write --seeds=START:STOP")
    parts = [_number(part, 0, SEED_STOP) for part in given.seeds.split(":")]
    bounds = [seed for seed in parts if seed is not None]
    if not len(bounds) == len(parts) == 2:
        raise InputError(
            f"--seeds={given.seeds:.60}: is not a range; write START:STOP, whole numbers from 0 to {SEED_STOP}, "
            "as in --seeds=0:1000000"
        )
    first, last = bounds
    if last <= first:
        raise InputError(f"--seeds={given.seeds}: stop is not above start; write the lower seed first, START:STOP")
    return first, last, None


def read_outputs(given: argparse.Namespace) -> tuple[Output, ...]:
    """Return the outputs of the options, an empty tuple for --format=none. Raises InputError."""
    return outputs_of(given.format, given.compression, given.text)


def _read_request(given: argparse.Namespace, recipe: Recipe) -> CorpusRequest:
    """Return the request of the options; with --phrases its stop seed is the lowest possible. Raises InputError."""
    first, stop, phrases = read_range(given)
    return CorpusRequest.create(
        recipe,
        phrases=phrases,
        seeds=None if stop is None else (first, stop),
        first_seed=first,
        outputs=read_outputs(given),
        dictionary=given.dictionary,
        phrases_per_shard=whole("--phrases_per_shard", given.phrases_per_shard, 1, MAX_UNIT),
    )


def whole(option: str, text: str, low: int, high: int) -> int:
    """Return ``text`` as a whole number from ``low`` to ``high``. Raises InputError."""
    value = _number(text, low, high)
    if value is None:
        raise InputError(f"{option}={text:.60}: give a whole number from {low} to {high}")
    return value


def _number(text: str, low: int, high: int) -> int | None:
    """Return ``text`` as a whole number from ``low`` to ``high``, None if it is not one."""
    value = parse_whole(text)
    return value if value is not None and low <= value <= high else None
