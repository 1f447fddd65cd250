"""The phrases of a corpus nearest in meaning to one of them, for a report; a large dictionary is not searched whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.meaning.search import DictionarySearch

_FOUND = 5  # phrases
_SEARCHED = 1_000_000  # phrases, at least, if there are so many; whole files are read


@dataclass(frozen=True)
class Neighbours:
    """(cosine, words) of a phrase's nearest phrases. words: its own. searched: number of phrases compared."""

    seed: int
    words: str
    found: Sequence[tuple[float, int, str]]
    searched: int


def neighbours_of(corpus: OpenCorpus, seeds: Sequence[int]) -> Neighbours | None:
    """Return the neighbours of the first of ``seeds`` that means something.

    None if the corpus has no dictionary, or if no phrase means anything. Raises CorruptError or OSError.
    """
    if corpus.manifest.dictionary is None:
        return None
    search = DictionarySearch(corpus)
    block = corpus.phrases.draw(np.array(seeds, np.uint64))
    meant = np.flatnonzero(search.vectors_of(block).any(axis=1))
    if not len(meant):
        return None
    phrase = block[int(meant[0])]
    vector = search.vectors_of(block)[meant[0]]
    searched, nearest = search.nearest_among(_SEARCHED, vector, _FOUND + 1)
    pairs = zip(nearest.seeds.tolist(), nearest.cosines.tolist(), strict=True)
    others = [(cosine, seed) for seed, cosine in pairs if seed != phrase.seed][:_FOUND]
    words = [corpus.lexicon.to_words(corpus.phrases.draw([seed]).ids[:60]) for _, seed in others]
    found = [(cosine, seed, text) for (cosine, seed), text in zip(others, words, strict=True)]
    return Neighbours(phrase.seed, corpus.lexicon.to_words(phrase.ids[:60]), found, searched)
