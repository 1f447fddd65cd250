"""The vector dictionary: what phrases mean, as vectors, and which phrases are nearest to a meaning."""

from hyperphrase.meaning.dictionary import MeaningsWriter, read_meanings
from hyperphrase.meaning.nearest import Nearest, nearest
from hyperphrase.meaning.phrase_meanings import Meanings, build_meanings

__all__ = ["Meanings", "MeaningsWriter", "Nearest", "build_meanings", "nearest", "read_meanings"]
