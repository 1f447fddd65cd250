"""The lexicon: V hyperwords, each with a symbol, a word, a frequency and optionally a vector.

``alphabet`` is the fixed table of symbols; ``sources`` provide the words (English, Russian, synthetic, a user's file);
``word_rules`` says which words users' files may have; ``lexicon_file`` reads and writes the lexicon of a corpus;
``word_vectors`` holds the word embeddings, ``navec_vectors`` those of Russian words.
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
