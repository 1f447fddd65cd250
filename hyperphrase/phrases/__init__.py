"""phrase(seed): a recipe, bound to its tables, draws any phrase from its seed alone.

A ``Recipe`` is all that a phrase depends on beside the seed. ``Phrases`` binds it to a lexicon and draws
``PhraseBlock``s, many phrases in three columns.
"""

from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import CHUNK, Phrases, WorkUnit, seed_range
from hyperphrase.phrases.recipe import RECIPE_VERSION, Recipe

__all__ = ["CHUNK", "RECIPE_VERSION", "PhraseBlock", "Phrases", "Recipe", "WorkUnit", "seed_range"]
