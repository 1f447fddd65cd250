"""phrase(seed): each phrase is a pure function of a recipe and a seed.

A ``Recipe`` is everything that a phrase depends on, apart from the seed. ``Phrases`` binds a recipe to a lexicon and
draws a ``PhraseBlock``: many phrases in three columns.
"""

from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import CHUNK, Phrases, WorkUnit, seed_range
from hyperphrase.phrases.recipe import RECIPE_VERSION, Recipe

__all__ = ["CHUNK", "RECIPE_VERSION", "PhraseBlock", "Phrases", "Recipe", "WorkUnit", "seed_range"]
