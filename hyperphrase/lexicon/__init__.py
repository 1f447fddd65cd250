"""The lexicon: V hyperwords, each with a symbol, a word, a frequency and perhaps a vector.

``alphabet`` is the fixed table of symbols, ``sources`` are the places that words come from (English, Russian, synthetic
words, a user's file), ``lexicon_file`` is the lexicon inside a corpus, ``word_vectors`` say where words lie in the
space of meanings.
"""

from hyperphrase.lexicon.alphabet import ALPHABETS, alphabet_size, code_points
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon, read_lexicon
from hyperphrase.lexicon.word_vectors import WordVectors, read_vectors, vectors_of

__all__ = [
    "ALPHABETS",
    "Lexicon",
    "WordVectors",
    "alphabet_size",
    "build_lexicon",
    "code_points",
    "read_lexicon",
    "read_vectors",
    "vectors_of",
]
