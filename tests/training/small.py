"""A small corpus for tests, and the contexts of its plan, known by their tokens."""

import re
from pathlib import Path

import numpy as np

from hyperphrase import Corpus, Lexicon, Recipe
from hyperphrase.lexicon.alphabet import code_points

PAGE = Path(__file__).parents[2] / "docs/training.md"
VOCABULARY = 50
TOKENS = VOCABULARY + 3  # with the separator and the ids that are free for other special symbols
WORDS = tuple(f"word{number}" for number in range(VOCABULARY))
LEXICON = Lexicon("words", WORDS, np.ones(VOCABULARY), code_points("stable", VOCABULARY))  # loaded ones take seconds
RECIPE = Recipe.create("zipf:s=1.0", lengths="uniform:min=1,max=9", lexicon=LEXICON)
CORPUS = Corpus.virtual(RECIPE, LEXICON, seeds=(0, 1400))


def plan_of(**options):
    return CORPUS.contexts(**{"length": 16, "separator": VOCABULARY, **options})


PLAN = plan_of()  # 495 contexts
_PLACES = {row.tobytes(): place for place, row in enumerate(PLAN[0 : len(PLAN)]["input_ids"])}


def places_of(rows):
    """Return the place in the first epoch of the contexts of PLAN that have these input ids, (n, 16)."""
    return [_PLACES[np.asarray(row, np.int32).tobytes()] for row in rows]


def places(start, stop):
    """Return the place in the first epoch of contexts ``start`` to ``stop`` - 1, of any epoch."""
    return places_of(PLAN[start:stop]["input_ids"])


def blocks_of(heading, page=PAGE):
    """Return the code of a section of a page that is not run as doctests: what needs a library."""
    section = re.split(r"^#+ .*\n", page.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2], flags=re.MULTILINE)
    blocks = re.findall(r"^```python\n(.*?)^```$", section[0], re.MULTILINE | re.DOTALL)
    return [block for block in blocks if ">>>" not in block]
