"""Fragments for a prompt: phrases near a meaning that differ from each other, within a budget of tokens."""

import functools
from dataclasses import dataclass
from typing import Required, TypedDict

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.request import TEXTS, in_range
from hyperphrase.errors import InputError
from hyperphrase.formatting import escape_controls
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.bpe_tokens import TOKENIZER, TokenCounter, token_counter
from hyperphrase.meaning.choice import choose
from hyperphrase.meaning.nearest import Nearest
from hyperphrase.meaning.search import MOST_NEAREST, DictionarySearch, Search
from hyperphrase.phrases.blocks import PhraseBlock

MOST_TOKENS = 1_000_000
DIVERSITY = 0.4
_PER_PHRASE = 20  # candidates for each phrase that is likely to fit
_LEAST = 100  # candidates


class FragmentOptions(TypedDict, total=False):
    """The options of :func:`pick_fragments`; all but budget have defaults."""

    budget: Required[int]
    tokenizer: str
    text: str
    diversity: float
    most: int


@dataclass(frozen=True, eq=False)
class Fragments:
    """Phrases for a prompt, in the order of their choice: the nearest one first.

    lines: each phrase as words or symbols. seeds: uint64, shape (n,). cosines: float64, shape (n,), with the query.
    tokens: those of :attr:`text`. words: the number of hyperwords. ignored: words of the query without a meaning.
    """

    lines: tuple[str, ...]
    seeds: NDArray[np.uint64]
    cosines: NDArray[np.float64]
    tokens: int
    words: int
    ignored: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines, each with a line feed at its end: what ``tokens`` counts."""
        return _joined(self.lines)


def pick_fragments(
    dictionary: DictionarySearch,
    query: str,
    search: Search,
    *,
    budget: int,
    tokenizer: str = TOKENIZER,
    text: str = "words",
    diversity: float = DIVERSITY,
    most: int = MOST_NEAREST,
) -> Fragments:
    """Return phrases near the meaning of the words in ``query``, of at most ``budget`` tokens with their line feeds.

    search: gives the phrases nearest to a vector, such as ``dictionary.nearest``. tokenizer: ``gpt2``, ``cl100k`` or
    ``o200k``. text: ``words`` or ``symbols``. diversity: from 0, the nearest phrases, to 1, phrases that are unlike
    each other. most: phrases at most. Raises InputError, also if the budget is too small for any phrase.
    """
    in_range("budget", budget, 1, MOST_TOKENS)
    in_range("most", most, 1, MOST_NEAREST)
    if isinstance(diversity, bool) or not isinstance(diversity, int | float) or not 0 <= diversity <= 1:
        raise InputError("give a number from 0 to 1", field="diversity", value=diversity)
    if text not in TEXTS:
        raise InputError(f"allowed are {' and '.join(TEXTS)}", field="text", value=text)
    count = token_counter(tokenizer)
    asked = dictionary.meaning_of(query)
    near, block = _candidates(dictionary, search(asked.vector, MOST_NEAREST), budget, most)
    lines = _lines(block, dictionary.corpus.lexicon, text)
    cost = functools.cache(lambda row: count(_joined([lines[row]])))
    vectors = dictionary.vectors_of(block)
    rows = choose(near.cosines, vectors, cost, budget, diversity=diversity, most=most)
    if not rows:
        smallest = min(map(cost, range(len(lines))))
        problem = f"none of the {len(lines)} nearest phrases fits; give {smallest} or more"
        raise InputError(problem, field="budget", value=budget)
    rows, tokens = _fitting(rows, lines, count, budget)
    words = int(block.lengths[rows].sum())
    return Fragments(tuple(lines[i] for i in rows), near.seeds[rows], near.cosines[rows], tokens, words, asked.ignored)


def _candidates(dictionary: DictionarySearch, found: Nearest, budget: int, most: int) -> tuple[Nearest, PhraseBlock]:
    """Return the phrases to choose from: the nearest of those with no more words than the budget has tokens."""
    phrases = dictionary.corpus.phrases
    if not len(found.seeds):
        raise InputError(
            "holds no phrase that has a meaning; name another corpus", field="folder", value=dictionary.corpus.folder
        )
    lengths = phrases.lengths(found.seeds)
    may_fit = lengths <= budget  # a word takes a token or more
    if not may_fit.any():
        may_fit[:] = True  # none will fit; the error says what the smallest takes
    likely = min(most, int(budget / lengths[may_fit].mean()))
    at = np.flatnonzero(may_fit)[: max(_LEAST, _PER_PHRASE * likely)]
    return Nearest(found.seeds[at], found.cosines[at]), phrases.draw(found.seeds[at])


def _lines(block: PhraseBlock, lexicon: Lexicon, text: str) -> list[str]:
    written = lexicon.to_words if text == "words" else lexicon.to_symbols
    return [escape_controls(written(phrase.ids)) for phrase in block]


def _joined(lines: tuple[str, ...] | list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _fitting(rows: list[int], lines: list[str], count: TokenCounter, budget: int) -> tuple[list[int], int]:
    """Return as many of the first ``rows`` as fit the budget together, and the tokens of their text.

    No token goes over a line feed that follows a phrase, so the tokens of lines add up to those of their text, and all
    rows fit. There is one exception: o200k takes "!" at the end of a phrase, the line feed and "/" at the beginning of
    the next one as one piece.
    """
    while (tokens := count(_joined([lines[row] for row in rows]))) > budget:
        rows = rows[:-1]
    return rows, tokens
