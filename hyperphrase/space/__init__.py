"""The space of phrases, V^L: how many there are, how soon draws repeat, and a phrase's number in it."""

from hyperphrase.space.phrase_space import Space
from hyperphrase.space.ranking import rank, unrank

__all__ = ["Space", "rank", "unrank"]
