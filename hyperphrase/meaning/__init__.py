"""The vector dictionary: what phrases mean, as vectors, and which phrases are nearest to a meaning.

``phrase_meanings`` computes the vector of a phrase from those of its words, ``dictionary`` keeps the vectors of a
corpus in files, ``nearest`` compares them with a query.
"""

from hyperphrase.meaning.dictionary import MeaningsWriter, read_meanings
from hyperphrase.meaning.nearest import Nearest, nearest
from hyperphrase.meaning.phrase_meanings import Meanings, build_meanings

__all__ = ["Meanings", "MeaningsWriter", "Nearest", "build_meanings", "nearest", "read_meanings"]
