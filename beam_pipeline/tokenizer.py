"""``tokenizer``: write the tokenizer of a corpus's lexicon, which ``transformers.AutoTokenizer`` loads."""

import argparse
import sys
from collections.abc import Sequence

from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal import interrupts
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_corpus
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls
from hyperphrase.texts.tokenizer_file import SPECIAL_TOKENS, write_tokenizer

_NAMES = ("end of document, the separator of contexts", "begin", "padding", "unknown")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("tokenizer", _tokenizer, arguments)


def add_special_tokens(parser: argparse.ArgumentParser) -> None:
    """Add ``--special_tokens``."""
    parser.add_argument(
        "--special_tokens",
        metavar="END,BEGIN,PAD,UNKNOWN",
        default=",".join(SPECIAL_TOKENS),
        help=f"texts of the special tokens, with the ids V to V+3; default {','.join(SPECIAL_TOKENS)}",
    )


def _tokenizer(arguments: Sequence[str]) -> int:
    parser = Parser(
        "tokenizer",
        "write the tokenizer of a corpus, tokenizer.json and its config, for transformers: a token is a symbol, with\n"
        "the id that the corpus has for it",
        "example:\n  hyperphrase tokenizer out --output=tokenizer",
    )
    add_corpus(parser)
    parser.add_argument(
        "--output", metavar="FOLDER", help="local folder: new, empty, or of an earlier tokenizer; required"
    )
    add_special_tokens(parser)
    given = parser.parse_args(arguments)
    if not given.output:
        raise InputError("--output: is missing; name a folder for the tokenizer, as in --output=tokenizer")
    lexicon, special = open_corpus(given.out, given.follow_links).lexicon, given.special_tokens.split(",")
    interrupts.raise_once()  # an unfinished file has to be removed
    write_tokenizer(lexicon, given.output, special)
    print(escape_controls(f"symbols   {lexicon.vocabulary:,}, ids 0 to {lexicon.vocabulary - 1}"))
    for number, (name, text) in enumerate(zip(_NAMES, special, strict=True), lexicon.vocabulary):
        print(escape_controls(f"{number:<9} {text}  ({name})"))
    print(f"model     vocab_size={lexicon.vocabulary + len(special)}")
    print(escape_controls(f"then      AutoTokenizer.from_pretrained({given.output!r})"))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
