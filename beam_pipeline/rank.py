"""``rank``: convert a phrase to its number, for the laws that give no phrase twice."""

import argparse
import sys
from collections.abc import Sequence

from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_follow_links
from hyperphrase.errors import InputError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.numbers.digits import decimal_text
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.space.ranking import NOTATIONS, rank, read_phrase

EXAMPLES = """
examples:
  hyperphrase rank 3,0,17 --lengths=fixed:length=3 --vocabulary=1000
  hyperphrase unrank 3000017 --lengths=fixed:length=3 --vocabulary=1000
  hyperphrase unrank 12345 --sampler=permutation --key=7 --text=words
  hyperphrase rank "of the sea" --text=words --corpus=out
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("rank", _rank, arguments)


def _rank(arguments: Sequence[str]) -> int:
    parser = numbers_parser("rank", "convert a phrase to its number: its seed, or its index in the whole space")
    parser.add_argument("phrase", metavar="PHRASE", help="the phrase, in the notation of --text")
    given = parser.parse_args(arguments)
    lexicon, phrases = read_numbered(parser, given)
    print(decimal_text(rank(phrases, read_phrase(given.phrase, given.text, lexicon))))
    return DONE


def numbers_parser(command: str, description: str) -> Parser:
    """Return the parser of the options that ``rank`` and ``unrank`` share."""
    parser = options.recipe_parser(command, description, EXAMPLES)
    what = parser.add_argument_group("numbers", "--sampler is exhaustive (default of this command) or permutation")
    what.add_argument(
        "--corpus", metavar="OUT", help="use the recipe and the lexicon of this corpus instead of options"
    )
    add_follow_links(what)
    what.add_argument(
        "--text",
        default="ids",
        metavar="|".join(NOTATIONS),
        help="notation of the phrase: ids separated by commas (default), symbols, or words separated by spaces",
    )
    return parser


def read_numbered(parser: Parser, given: argparse.Namespace) -> tuple[Lexicon, Phrases]:
    """Return the lexicon and the phrases of the options, or of the corpus that they name. Raises InputError."""
    if given.text not in NOTATIONS:
        raise InputError(f"--text={given.text}: allowed are {', '.join(NOTATIONS)}")
    if given.corpus is None:
        given.sampler = given.sampler or "exhaustive"
        return options.read_recipe(given)
    names = ("sampler", "lengths", "preset", "allow_offensive", "key", "lexicon", "vocabulary", "alphabet")
    options.check_left_out(parser, given, names)
    corpus = open_corpus(given.corpus, given.follow_links)
    return corpus.lexicon, corpus.phrases


if __name__ == "__main__":
    sys.exit(main())
