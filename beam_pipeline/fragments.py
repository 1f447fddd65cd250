"""``fragments``: pick phrases of a corpus near given words, for a prompt, within a budget of tokens."""

import sys
from collections.abc import Sequence

from beam_pipeline.folder.meaning_search import add_search, check_search, nearest_by, say_ignored
from beam_pipeline.folder.output_folder import open_corpus
from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.corpus_option import add_corpus
from beam_pipeline.terminal.options import whole
from beam_pipeline.terminal.progress import followed
from hyperphrase.corpus.request import TEXTS
from hyperphrase.errors import InputError
from hyperphrase.meaning.bpe_tokens import TOKENIZER, TOKENIZERS
from hyperphrase.meaning.fragments import DIVERSITY, MOST_TOKENS, Fragments, pick_fragments
from hyperphrase.meaning.search import MOST_NEAREST, DictionarySearch
from hyperphrase.numerals import parse_number

_EXAMPLES = """
examples:
  hyperphrase fragments out "a storm at sea" --budget=200
  hyperphrase fragments out storm sea --budget=200 --tokenizer=cl100k --most=5 > fragments.txt
  hyperphrase fragments out "a storm at sea" --budget=400 --text=symbols
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("fragments", _fragments, arguments)


def parser() -> Parser:
    """Return the parser of the command's options."""
    made = Parser(
        "fragments",
        "pick phrases near the meaning of given words and unlike each other, as many as a budget of tokens holds, and\n"
        "print one a line; the corpus needs a dictionary (run --dictionary)",
        _EXAMPLES,
    )
    add_corpus(made)
    made.add_argument("words", metavar="WORDS", nargs="+", help="words of the lexicon; other words are ignored")
    made.add_argument("--budget", metavar="N", required=True, help="tokens of all lines together, with line feeds")
    made.add_argument(
        "--tokenizer",
        metavar="|".join(TOKENIZERS),
        default=TOKENIZER,
        help=f"whose tokens are counted: GPT-2's, GPT-4's (cl100k) or GPT-4o's (o200k); default {TOKENIZER}; needs "
        "pip install 'hyperphrase[fragments]'",
    )
    made.add_argument("--text", metavar="|".join(TEXTS), default="words", help="print words (default) or symbols")
    made.add_argument(
        "--diversity",
        metavar="D",
        default=str(DIVERSITY),
        help="how much phrases must differ: 0 takes the nearest ones, 1 looks at the differences alone; default "
        f"{DIVERSITY}",
    )
    made.add_argument("--most", metavar="N", default=str(MOST_NEAREST), help=f"phrases at most, default {MOST_NEAREST}")
    add_search(made)
    return made


def _fragments(arguments: Sequence[str]) -> int:
    given = parser().parse_args(arguments)
    budget = whole("--budget", given.budget, 1, MOST_TOKENS)
    most = whole("--most", given.most, 1, MOST_NEAREST)
    diversity = parse_number(given.diversity)
    if diversity is None:
        raise InputError(f"--diversity={given.diversity:.60}: give a number from 0 to 1")
    check_search(given.search)
    corpus = open_corpus(given.out, given.follow_links)
    with followed("comparing meanings") as tell:
        dictionary = DictionarySearch(corpus, given.by, tell)
        picked = pick_fragments(
            dictionary,
            " ".join(given.words),
            nearest_by(given.search, corpus, dictionary),
            budget=budget,
            tokenizer=given.tokenizer,
            text=given.text,
            diversity=diversity,
            most=most,
        )
    say_ignored(picked.ignored)
    sys.stdout.write(picked.text)
    _say_size(picked, budget, given.tokenizer)
    return DONE


def _say_size(picked: Fragments, budget: int, tokenizer: str) -> None:
    phrases = f"{len(picked.lines)} phrase{'s' * (len(picked.lines) != 1)}"
    tokens = f"{picked.tokens} of {budget} tokens ({tokenizer}), {picked.tokens / picked.words:.2f} a word"
    print(f"{phrases}, {picked.words} words, {tokens}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
