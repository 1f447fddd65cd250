"""Synthetic words: pronounceable words that do not exist in the language.

A model trained on them cannot use what it knows of English or Russian, only the law that drew the phrases; and no list
limits their number. A Markov chain of order 3 over letters draws the words. It is estimated from the real words, each
weighted by the binary exponent of its frequency. All arithmetic is on integers, and draw number n is a pure function of
n (splitmix64: Steele, Lea and Flood 2014), so the words are the same on every machine. In order of draws, a word is
kept if it is new, has 3 to 14 letters, is not a real word and is pronounceable. The kept words are sorted by length,
because frequent words are short, and get frequencies by Zipf's law, 1 / rank.
"""

from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from hyperphrase.kernels import inline_kernel, kernel
from hyperphrase.lexicon.sources import english, russian
from hyperphrase.lexicon.sources.word_ranking import RankedWords, six_digits
from hyperphrase.lexicon.text_table import TextTable, table_texts

FLAVOURS = ("english", "russian")
SHORTEST, LONGEST = 3, 14  # letters
_LONGEST_RUN = 3  # vowels, or consonants, in a row
_BATCH = 1 << 18  # draws
_CONSONANT, _VOWEL, _SIGN = 0, 1, 2
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class _Model:
    """The Markov chain of a flavour.

    letters: the alphabet; letter i has the code i + 1, and code 0 marks both ends of a word.
    classes: uint8, shape (codes,): vowel, consonant or sign.
    sums: int64, shape (codes ** 3, codes): for each three codes, cumulative weights of the next code.
    real: all real words of the language.
    """

    letters: str
    classes: NDArray[np.uint8]
    sums: NDArray[np.int64]
    real: frozenset[str]


def synthetic_words(flavour: str, count: int) -> RankedWords:
    """Return the first ``count`` synthetic words of a flavour, short ones first."""
    model = _english_model() if flavour == "english" else _russian_model()
    found: dict[str, None] = {}
    first = 0
    while len(found) < count:
        drawn = dict.fromkeys(_drawn_words(model, first))
        found.update(dict.fromkeys(word for word in drawn if word not in model.real))
        first += _BATCH
    words = sorted(list(found)[:count], key=len)
    return RankedWords(words, np.array([six_digits(1 / rank) for rank in range(1, count + 1)]))


def _english_model() -> _Model:
    """Estimate the chain from the counted English words; uncounted words are excluded from the draws too."""
    counted = english.counted_english_words(None)
    real = [*counted.words, *english.uncounted_english_words()]
    return _learned(counted, real, english.LETTERS, english.VOWELS, signs="")


def _russian_model() -> _Model:
    """Estimate the chain from the Russian words."""
    counted = russian.russian_words(None)
    return _learned(counted, counted.words, russian.LETTERS, russian.VOWELS, russian.SIGNS)


def _learned(counted: RankedWords, real: list[str], letters: str, vowels: str, signs: str) -> _Model:
    """Return the chain of the words in ``counted`` that consist of letters only and have an allowed length."""
    fits = [SHORTEST <= len(word) <= LONGEST and word.isalpha() for word in counted.words]
    chosen = list(compress(counted.words, fits))
    weights = np.frexp(counted.frequencies[fits] * 1e9)[1]  # from 4 for the rarest to 26
    codes = len(letters) + 1
    marked = _codes("".join(word + "\0\0\0" for word in chosen), letters)
    padded = np.append(np.zeros(3, dtype=np.int64), marked)
    grams = ((padded[:-3] * codes + padded[1:-2]) * codes + padded[2:-1]) * codes + padded[3:]
    repeated = np.repeat(weights, [len(word) + 3 for word in chosen])
    totals = np.bincount(grams, weights=repeated, minlength=codes**4).astype(np.int64)  # exact: far below 2^53
    classes = [_VOWEL if letter in vowels else _SIGN if letter in signs else _CONSONANT for letter in " " + letters]
    sums = np.cumsum(totals.reshape(codes**3, codes), axis=1)
    return _Model(letters, np.array(classes, dtype=np.uint8), sums, frozenset(real))


def _codes(text: str, letters: str) -> NDArray[np.int64]:
    """Return the code of each character: int64, shape (characters,); 0 for the end mark."""
    codes = np.zeros(max(map(ord, letters)) + 1, dtype=np.int64)
    codes[[ord(letter) for letter in letters]] = np.arange(1, len(letters) + 1)
    found: NDArray[np.int64] = codes[np.frombuffer(text.encode("utf-32-le"), dtype="<u4")]
    return found


def _drawn_words(model: _Model, first: int) -> list[str]:
    """Return the pronounceable words among the draws ``first..first+_BATCH-1``, in order of draws."""
    codes = np.empty((_BATCH, LONGEST), dtype=np.uint8)
    lengths = np.empty(_BATCH, dtype=np.int64)
    _draw(np.uint64(first), model.sums, model.classes, codes, lengths)
    flat = codes[np.arange(LONGEST) < lengths[:, None]]  # row by row
    # letters: (letters, bytes of a letter); all letters of a language have the same number of bytes
    letters = np.frombuffer(model.letters.encode(), dtype=np.uint8).reshape(len(model.letters), -1)
    ends = np.cumsum(lengths[lengths > 0]) * letters.shape[1]
    return table_texts(TextTable(letters[flat - 1].ravel(), np.append(0, ends)))


@inline_kernel
def _mixed(value: np.uint64) -> np.uint64:
    """Return the output function of splitmix64: a bijection of the 64-bit state."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def _draw(
    first: np.uint64,
    sums: NDArray[np.int64],
    classes: NDArray[np.uint8],
    out: NDArray[np.uint8],
    lengths: NDArray[np.int64],
) -> None:
    """Write the codes of draw ``first + i`` to row i of ``out`` and its length to ``lengths[i]``: 0 if rejected."""
    codes = len(classes)
    for i in range(len(out)):
        stream = _mixed((first + np.uint64(i)) * _GOLDEN)
        context = 0
        size = 0
        while True:
            stream += _GOLDEN
            total = np.uint64(sums[context, codes - 1])
            point = np.int64(((_mixed(stream) >> np.uint64(32)) * total) >> np.uint64(32))  # below total < 2^32
            code = 0
            while sums[context, code] <= point:
                code += 1
            if code == 0 or size == out.shape[1]:
                break
            out[i, size] = code
            size += 1
            context = (context * codes + code) % len(sums)
        lengths[i] = size if code == 0 and size >= SHORTEST and _is_pronounceable(out[i, :size], classes) else 0


@kernel
def _is_pronounceable(word: NDArray[np.uint8], classes: NDArray[np.uint8]) -> bool:
    """Tell whether a word has a vowel, no long run of vowels or consonants, and no letter three times in a row."""
    vowels = 0
    run = 0
    last = _SIGN
    for i in range(len(word)):
        if i >= 2 and word[i] == word[i - 1] == word[i - 2]:
            return False
        kind = classes[word[i]]
        if kind == _SIGN:
            continue
        run = run + 1 if kind == last else 1
        last = kind
        vowels += kind == _VOWEL
        if run > _LONGEST_RUN:
            return False
    return vowels > 0
