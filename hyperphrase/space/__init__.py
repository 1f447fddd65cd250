"""The space of phrases, V^L: its size, the number of draws until one repeats, and the number of a phrase in it.

``phrase_space`` has sizes and expectations, ``size_table`` sizes by length; ``ranking`` converts a phrase to its
number and back.
"""

from hyperphrase.space.phrase_space import Space
from hyperphrase.space.ranking import rank, unrank

__all__ = ["Space", "rank", "unrank"]
