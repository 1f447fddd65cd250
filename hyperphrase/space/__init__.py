"""The space of phrases, V^L: how many there are, how soon draws repeat one, and a phrase's number in it.

``phrase_space`` counts and estimates, ``ranking`` turns a phrase into its number and back.
"""

from hyperphrase.space.phrase_space import Space
from hyperphrase.space.ranking import rank, unrank

__all__ = ["Space", "rank", "unrank"]
