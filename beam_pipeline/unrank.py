"""``unrank``: convert a number to its phrase, for the laws that give no phrase twice."""

import sys
from collections.abc import Sequence

from beam_pipeline.rank import numbers_parser, read_numbered
from beam_pipeline.terminal.command import DONE, run_command
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls
from hyperphrase.numbers.digits import decimal_number
from hyperphrase.space.ranking import unrank, write_phrase

_MOST_DIGITS = 500_000  # more than the longest phrase over the largest vocabulary has


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("unrank", _unrank, arguments)


def _unrank(arguments: Sequence[str]) -> int:
    parser = numbers_parser("unrank", "convert a number, a seed or an index in the whole space, to its phrase")
    parser.add_argument("number", metavar="NUMBER", help="a whole number from 0 on, of any size")
    given = parser.parse_args(arguments)
    text = given.number.removeprefix("+")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise InputError(f"{text:.60}: give a whole number from 0 on")
    lexicon, phrases = read_numbered(parser, given)
    print(escape_controls(write_phrase(unrank(phrases, decimal_number(text)), given.text, lexicon)))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
