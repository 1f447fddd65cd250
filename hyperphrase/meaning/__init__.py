"""The vector dictionary: the meanings of phrases as vectors, and the search for the phrases nearest to a meaning.

``phrase_meanings`` computes the vector of a phrase from those of its words; ``dictionary`` writes and reads the files
of a corpus's vectors; ``nearest`` finds the vectors nearest to a query.
"""

from hyperphrase.meaning.dictionary import MeaningsWriter, read_meanings
from hyperphrase.meaning.nearest import Nearest, nearest
from hyperphrase.meaning.phrase_meanings import Meanings, build_meanings

__all__ = ["Meanings", "MeaningsWriter", "Nearest", "build_meanings", "nearest", "read_meanings"]
