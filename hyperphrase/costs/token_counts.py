"""The same text as hyperwords, and as the tokens of language models: how many of the one for one of the other.

A *passage* is a phrase, or about 100 words of a text. Written with hyperwords it takes a token for each character: for
a symbol, and, in texts of people, for each case mark, escape and literal character between symbols (docs/text.md).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hyperphrase.errors import InputError
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.meaning.bpe_tokens import token_counter
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.texts.text_encoder import TextCounts, TextEncoder

#: Tokens of each vocabulary, special ones included (tiktoken 0.12, tiktoken_ext/openai_public.py).
VOCABULARIES = {"gpt2": 50_257, "cl100k": 100_277, "o200k": 200_019}
HOPED = (5.0, 10.0)  # times fewer tokens, that the project hoped for
MOST_BYTES = 1 << 26  # of a text, which is held in memory
PASSAGE_WORDS = 100
MOST_SYMBOLS = 500  # of a phrase that are counted: counters take quadratic time for what has no spaces
_MOST_CHARACTERS = 1000  # of a passage of a text, for the same reason
_word = re.compile(r"\S{1,200}")


@dataclass(frozen=True)
class Passage:
    """A piece of text. text: as words. encoded: with symbols, a token for each character. hyperwords: its symbols."""

    text: str
    encoded: str
    hyperwords: int

    @property
    def words(self) -> int:
        """The parts between white space that have a letter or a digit."""
        return sum(any(map(str.isalnum, part)) for part in self.text.split())


@dataclass(frozen=True)
class Spread:
    """The median of a figure over all passages, and its 5th and 95th percentile."""

    median: float
    p5: float
    p95: float


@dataclass(frozen=True)
class TokenCounts:
    """The tokens of passages by one tokenizer.

    tokens: of all passages, as words. a_word, a_hyperword: tokens for each word, for each hyperword. characters: of the
    text, for each token. ratio: tokens of the text for each token as hyperwords. symbol: tokens of the encoded passage
    for each of its characters, if it is given to this tokenizer as it is.
    """

    tokenizer: str
    vocabulary: int
    tokens: int
    a_word: Spread
    a_hyperword: Spread
    characters: Spread
    ratio: Spread
    symbol: Spread


def phrase_passages(phrases: Phrases, lexicon: Lexicon, count: int) -> list[Passage]:
    """Return the phrases of the first ``count`` seeds, or of all if there are fewer.

    Of a longer phrase these are the first MOST_SYMBOLS hyperwords. Raises InputError if no phrase has a word.
    """
    block = phrases.draw(range(min(count, phrases.recipe.seed_stop())))
    made = []
    for begin, end in zip(block.offsets[:-1], block.offsets[1:], strict=True):
        ids = block.ids[begin : min(end, begin + MOST_SYMBOLS)].tolist()
        words, symbols = (lexicon.words[i] for i in ids), (lexicon.symbols[i] for i in ids)
        made.append(Passage(" ".join(words), "".join(symbols), len(ids)))
    return _checked(made, f"the phrases of {phrases.recipe.law}")


def text_passages(data: bytes, where: str, lexicon: Lexicon, count: int) -> list[Passage]:
    """Return passages of about PASSAGE_WORDS words of a text in UTF-8, at most ``count``, evenly spread over it.

    where: names the text in errors. Raises InputError for a text that is too large, not UTF-8, or without words, and if
    no word is one of the lexicon.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"{where}: has more than {MOST_BYTES:,} bytes; give a part of it")
    encoder = TextEncoder(lexicon)
    for _ in encoder.encoded([data], where):  # names the place of what is not UTF-8
        pass
    texts = _cut(data.decode())
    made = []
    for place in range(min(count, len(texts))):
        text, counts = texts[place * len(texts) // min(count, len(texts))], TextCounts()
        encoded = b"".join(encoder.encoded([text.encode()], where, counts)).decode()
        made.append(Passage(text, encoded, counts.hyperwords))
    return _checked(made, where)


def _cut(text: str) -> list[str]:
    """Return the passages of a text; the last one, if it is not the only one, has half of a passage at least."""
    spans: list[tuple[int, int]] = []
    begin = end = words = 0
    for found in _word.finditer(text):
        if words == PASSAGE_WORDS or (words and found.end() - begin > _MOST_CHARACTERS):
            spans.append((begin, end))
            words = 0
        begin = begin if words else found.start()
        end, words = found.end(), words + 1
    if words >= PASSAGE_WORDS // 2 or (words and not spans):
        spans.append((begin, end))
    return [text[begin:end] for begin, end in spans]


def _checked(passages: Sequence[Passage], where: str) -> list[Passage]:
    kept = [passage for passage in passages if passage.words]
    if not kept:
        raise InputError(f"{where}: there is no word to count; give a text with words")
    if not any(passage.hyperwords for passage in kept):
        raise InputError(f"{where}: no word of it is a hyperword; give `lexicon`, the one of its language")
    return kept


def count_passages(
    passages: Sequence[Passage], tokenizer: str, done: Callable[[], object] = lambda: None
) -> TokenCounts:
    """Return the tokens of passages by a tokenizer. Raises InputError if it is unknown or not installed.

    passages: at least one that has words and hyperwords. done: called for each passage that is counted.
    """
    count = token_counter(tokenizer)
    tokens, encoded = [], []
    for passage in passages:
        tokens.append(count(passage.text))
        encoded.append(count(passage.encoded))
        done()
    return TokenCounts(
        tokenizer,
        VOCABULARIES[tokenizer],
        sum(tokens),
        _spread(tokens, [passage.words for passage in passages]),
        _spread(tokens, [passage.hyperwords for passage in passages]),
        _spread([len(passage.text) for passage in passages], tokens),
        _spread(tokens, [len(passage.encoded) for passage in passages]),
        _spread(encoded, [len(passage.encoded) for passage in passages]),
    )


def _spread(above: Sequence[int], below: Sequence[int]) -> Spread:
    """Return the spread of the quotients; passages that have nothing to divide by are left out."""
    quotients = [a / b for a, b in zip(above, below, strict=True) if b]
    low, median, high = np.percentile(quotients, [5, 50, 95]).tolist()
    return Spread(median, low, high)


def answer(counts: Sequence[TokenCounts]) -> str:
    """Return in a line whether the text has as many times fewer tokens as hyperwords as the project hoped for."""
    ratios = [each.ratio.median for each in counts]
    verdict = "yes" if min(ratios) >= HOPED[0] else "no" if max(ratios) < HOPED[0] else "not with every tokenizer"
    measured = ", ".join(f"{each.ratio.median:.2f} with {each.tokenizer}" for each in counts)
    return f"five to ten times fewer tokens as hyperwords: {verdict}; times fewer, in the median: {measured}"
