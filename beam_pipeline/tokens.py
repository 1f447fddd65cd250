"""``tokens``: count the same text as hyperwords and as the tokens of language models."""

import argparse
import dataclasses
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from beam_pipeline.encode import named, opened
from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.progress import followed
from beam_pipeline.terminal.table import print_facts, print_table
from hyperphrase.costs.token_counts import (
    MOST_BYTES,
    PASSAGE_WORDS,
    Passage,
    Spread,
    TokenCounts,
    answer,
    count_passages,
    phrase_passages,
    text_passages,
)
from hyperphrase.errors import InputError
from hyperphrase.formatting import format_bytes
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.bpe_tokens import TOKENIZERS, token_counter

_SUMMARY = (
    "count the same text as hyperwords and as the tokens of language models: phrases of a law, or a text of people"
)
_EXAMPLES = """
examples:
  hyperphrase tokens --preset=scene-english
  hyperphrase tokens --preset=scene-russian --phrases=1000 --json
  hyperphrase tokens book.txt --lexicon=russian --tokenizer=o200k
"""
_PHRASES, _WIDTH = 500, 4096
_MOST_PHRASES, _MOST_WIDTH = 100_000, 1_000_000
_OF_LAWS = ("sampler", "lengths", "preset", "allow_offensive", "key")
_FIGURES = (  # field, and what the table calls it
    ("a_word", "tokens a word"),
    ("a_hyperword", "tokens a hyperword"),
    ("characters", "characters a token"),
    ("ratio", "times fewer as hyperwords"),
    ("symbol", "tokens a symbol, if given symbols"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("tokens", _tokens, arguments)


def parser() -> Parser:
    """Return the parser of the command's options."""
    made = options.recipe_parser("tokens", _SUMMARY, _EXAMPLES)
    made.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help=f"text in UTF-8 to count instead of phrases, in passages of about {PASSAGE_WORDS} words, with the lexicon "
        f"of its language; - for stdin; at most {MOST_BYTES:,} bytes",
    )
    counted = made.add_argument_group("what to count")
    counted.add_argument(
        "--phrases",
        metavar="N",
        default=str(_PHRASES),
        help=f"number of phrases, or at most of passages, spread over the text; default {_PHRASES}",
    )
    counted.add_argument(
        "--tokenizer",
        metavar="NAME,...",
        default=",".join(TOKENIZERS),
        help=f"default {','.join(TOKENIZERS)}: those of GPT-2, GPT-4 and GPT-4o; needs "
        "pip install 'hyperphrase[fragments]'",
    )
    counted.add_argument(
        "--width",
        metavar="D",
        default=str(_WIDTH),
        help=f"width of the model whose embedding and output matrix are computed, default {_WIDTH}",
    )
    counted.add_argument("--json", action="store_true", help="print one JSON object")
    return made


def _tokens(arguments: Sequence[str]) -> int:
    made = parser()
    given = made.parse_args(arguments)
    count = options.whole("--phrases", given.phrases, 1, _MOST_PHRASES)
    width = options.whole("--width", given.width, 1, _MOST_WIDTH)
    names = given.tokenizer.split(",")
    for name in names:
        token_counter(name)  # before words are loaded, which takes seconds
    lexicon, passages = _passages(made, given, count)
    counts = _counts(passages, list(dict.fromkeys(names)))
    if given.json:
        print(json.dumps(_facts(given, lexicon, passages, counts, width), indent=1))
        return DONE
    print(answer(counts))
    print()
    print_facts(_rows(given, lexicon, passages))
    print()
    print_table(_figure_rows(counts))
    print()
    print_table(_matrix_rows(counts, lexicon.vocabulary, width))
    print(
        f"\nmatrices: embedding and output of a model of width {width:,}; if they are tied, half of it\n"
        "symbols: a tokenizer of another vocabulary spells them in bytes; they pay only in a vocabulary of their own"
    )
    return DONE


def _counts(passages: Sequence[Passage], names: Sequence[str]) -> list[TokenCounts]:
    done, total = itertools.count(1), len(passages) * len(names)
    with followed("counting", "passages") as tell:
        return [count_passages(passages, name, lambda: tell("counting", next(done), total)) for name in names]


def _passages(made: Parser, given: argparse.Namespace, count: int) -> tuple[Lexicon, list[Passage]]:
    if given.file is None:
        lexicon, phrases = options.read_recipe(given)
        return lexicon, phrase_passages(phrases, lexicon, count)
    wrong = next((name for name in _OF_LAWS if getattr(given, name) != made.get_default(name)), None)
    if wrong:
        raise InputError(f"--{wrong}: draws phrases, and {given.file} is counted instead; leave one out")
    with opened(given.file) as stream:
        data = stream.read(MOST_BYTES + 1)
    return (lexicon := options.read_lexicon(given)), text_passages(data, named(given.file), lexicon, count)


def _source(given: argparse.Namespace) -> str:
    """Return the options that say what is counted, as the user has given them."""
    if given.file is not None:
        return named(given.file)
    options_given = [
        f"--{name}={getattr(given, name)}" for name in ("preset", "sampler", "lengths") if getattr(given, name)
    ]
    return " ".join(options_given) or "the default law"


def _rows(given: argparse.Namespace, lexicon: Lexicon, passages: Sequence[Passage]) -> Iterator[tuple[str, str]]:
    yield "counted", _source(given)
    yield "lexicon", f"{lexicon.name}, {lexicon.vocabulary:,} hyperwords"
    yield "phrases" if given.file is None else "passages", f"{len(passages):,}"
    yield "words", f"{sum(passage.words for passage in passages):,}"
    yield "hyperwords", f"{sum(passage.hyperwords for passage in passages):,}"
    yield "tokens as hyperwords", f"{sum(len(passage.encoded) for passage in passages):,}"


def _figure_rows(counts: Sequence[TokenCounts]) -> Iterator[tuple[str, ...]]:
    yield "tokenizer", "figure", "median", "5%", "95%"
    for each in counts:
        for field, name in _FIGURES:
            spread: Spread = getattr(each, field)
            yield each.tokenizer, name, *(f"{value:.2f}" for value in (spread.median, spread.p5, spread.p95))


def _matrix_rows(counts: Sequence[TokenCounts], vocabulary: int, width: int) -> Iterator[tuple[str, ...]]:
    yield "vocabulary", "tokens", "parameters", "fp16", "int8", "4 bit"
    for name, size in [*((each.tokenizer, each.vocabulary) for each in counts), ("hyperwords", vocabulary)]:
        parameters = 2 * size * width
        yield (
            name,
            f"{size:,}",
            f"{parameters:,}",
            *(format_bytes(parameters * bits / 8) for bits in (16, 8, 4)),
        )


def _facts(
    given: argparse.Namespace,
    lexicon: Lexicon,
    passages: Sequence[Passage],
    counts: Sequence[TokenCounts],
    width: int,
) -> dict[str, Any]:
    return {
        "answer": answer(counts),
        "counted": _source(given),
        "lexicon": lexicon.name,
        "vocabulary": lexicon.vocabulary,
        "passages": len(passages),
        "words": sum(passage.words for passage in passages),
        "hyperwords": sum(passage.hyperwords for passage in passages),
        "tokens_as_hyperwords": sum(len(passage.encoded) for passage in passages),
        "tokenizers": [dataclasses.asdict(each) for each in counts],
        "width": width,
        "matrix_parameters": {
            **{each.tokenizer: 2 * each.vocabulary * width for each in counts},
            "hyperwords": 2 * lexicon.vocabulary * width,
        },
    }


if __name__ == "__main__":
    sys.exit(main())
