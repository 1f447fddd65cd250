"""The search of ``find`` and ``fragments``: all meanings of a dictionary, or its index; and the options that select."""

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from beam_pipeline.folder import meaning_index
from beam_pipeline.terminal.streams import say
from hyperphrase.api.corpus import Corpus
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls
from hyperphrase.meaning.nearest import Nearest, nearest
from hyperphrase.meaning.search import BY, DictionarySearch, Search

EXACT_UP_TO = 10_000_000  # phrases, whose meanings are all read and compared in a few seconds
SEARCHES = ("exact", "index")


def add_search(parser: argparse.ArgumentParser) -> None:
    """Add ``--by`` and ``--search``."""
    parser.add_argument(
        "--by",
        metavar="|".join(BY),
        default=BY[0],
        help="what a phrase is found by: its words (default), or its discourse, what it is about by the law; for the "
        "latter the corpus needs run --dictionary=discourse",
    )
    parser.add_argument(
        "--search",
        metavar="|".join(SEARCHES),
        help=f"exact compares all meanings, and is the default up to {EXACT_UP_TO:,} phrases; index compares some of "
        "them, and is built on first use",
    )


def check_search(search: str | None) -> None:
    """Raise InputError if the value of ``--search`` is not allowed."""
    if search not in (None, *SEARCHES):
        raise InputError(f"--search={search}: allowed are {' and '.join(SEARCHES)}")


def nearest_by(search: str | None, corpus: Corpus, dictionary: DictionarySearch) -> Search:
    """Return the function that finds the phrases nearest to a vector; ``search`` is the option's value.

    For --search=index the function raises InputError without faiss, or if no index can be stored.
    """

    def by_index(query: NDArray[np.int8], count: int) -> Nearest:
        seeds = meaning_index.candidates(corpus, dictionary, query, count)
        return nearest(query, seeds, dictionary.vectors_of(corpus.phrases.draw(seeds)), count)

    by_default = SEARCHES[len(corpus) > EXACT_UP_TO]
    return by_index if (search or by_default) == "index" else dictionary.nearest


def say_ignored(words: Sequence[str]) -> None:
    """Name on stderr the words of a query that have no meaning, if there are any."""
    if words:
        line = f"ignored, because they have no meaning in this lexicon: {', '.join(words)}"
        say(escape_controls(line))
