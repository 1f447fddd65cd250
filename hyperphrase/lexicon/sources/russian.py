"""Russian words: those in wordfreq's large list that use only the 33 letters.

wordfreq 3.1.1 (code Apache-2.0, data CC-BY-SA 4.0) has 668,309 of them, so no other source is needed.
"""

import re

from hyperphrase.lexicon.sources.word_ranking import RankedWords, counted_words, from_centibels

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
VOWELS = "аеёиоуыэюя"
SIGNS = "ъь"  # neither vowel nor consonant
_is_word = re.compile("[а-яё]+").fullmatch  # noqa: RUF001 - Cyrillic is meant


def russian_words(limit: int | None) -> RankedWords:
    """Return the ``limit`` most frequent Russian words, or all 668,309 if None."""
    return from_centibels(counted_words("ru"), _is_word, limit)
