"""The vector dictionary: the meanings of phrases as vectors, and the search for the phrases nearest to a meaning.

``phrase_meanings`` computes the vector of a phrase from those of its words, ``discourses`` from what its law knows;
``dictionary`` writes and reads the files of a corpus's vectors; ``nearest`` finds the vectors nearest to a query, and
``search`` the phrases of a corpus.
``fragments`` picks phrases for a prompt: ``choice`` those that differ, ``bpe_tokens`` counts what they take.
"""

from hyperphrase.meaning.bpe_tokens import count_tokens
from hyperphrase.meaning.dictionary import MeaningsWriter, dictionary_rows, read_meanings
from hyperphrase.meaning.fragments import Fragments, pick_fragments
from hyperphrase.meaning.nearest import Nearest, nearest
from hyperphrase.meaning.phrase_meanings import Meanings, build_meanings
from hyperphrase.meaning.search import DictionarySearch

__all__ = [
    "DictionarySearch",
    "Fragments",
    "Meanings",
    "MeaningsWriter",
    "Nearest",
    "build_meanings",
    "count_tokens",
    "dictionary_rows",
    "nearest",
    "pick_fragments",
    "read_meanings",
]
