"""rank and unrank: convert a phrase to its number and back, for laws ``exhaustive`` and ``permutation``.

Both are injective: no two seeds give the same phrase. The number of a phrase is its seed. ``exhaustive`` numbers all
phrases in order; there a number may exceed the largest seed, and the arithmetic is exact.
"""

from collections.abc import Sequence

import numpy as np

from hyperphrase.errors import InputError
from hyperphrase.laws.whole_space.exhaustive import BoundExhaustive
from hyperphrase.laws.whole_space.permutation import BoundPermutation
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.limits import SEED_STOP
from hyperphrase.numbers.digits import decimal_text
from hyperphrase.numerals import parse_whole
from hyperphrase.phrases.phrases import Phrases

NOTATIONS = ("ids", "symbols", "words")  #: the notations of a phrase


def rank(phrases: Phrases, ids: Sequence[int]) -> int:
    """Return the number of the phrase with these ids. Raises InputError if no number of the recipe has it."""
    recipe, bound = phrases.recipe, _numbered(phrases)
    wrong = next((word for word in ids if not 0 <= word < recipe.vocabulary), None)
    if wrong is not None:
        raise InputError(f"the phrase has the id {wrong}; ids are whole numbers from 0 to {recipe.vocabulary - 1}")
    if len(ids) not in recipe.possible_lengths():
        raise InputError(f"the phrase has {len(ids)} symbols, and `lengths={recipe.lengths}` makes none of that length")
    number = bound.rank(recipe.key, ids)
    if isinstance(bound, BoundExhaustive):
        return number
    if number >= recipe.seed_stop() or _drawn(phrases, number) != list(ids):
        raise InputError(
            f"no seed below {recipe.seed_stop()} gives this phrase: `law={recipe.law}` draws one phrase a seed; "
            "`law=exhaustive` numbers all phrases"
        )
    return number


def unrank(phrases: Phrases, number: int) -> list[int]:
    """Return the ids of the phrase with this ``number``. Raises InputError if no phrase has it."""
    bound = _numbered(phrases)
    if isinstance(bound, BoundExhaustive) and number >= SEED_STOP:
        return bound.unrank(number)
    stop = phrases.recipe.seed_stop()
    if number >= stop:
        raise InputError(f"number {decimal_text(number):.60} is too large: there are {stop}, from 0 to {stop - 1}")
    return _drawn(phrases, number)


def _numbered(phrases: Phrases) -> BoundPermutation | BoundExhaustive:
    if isinstance(phrases.law, BoundPermutation | BoundExhaustive):
        return phrases.law
    problem = "several seeds may give one phrase, so phrases have no numbers; choose exhaustive or permutation"
    raise InputError(problem, field="law", value=phrases.recipe.law)


def _drawn(phrases: Phrases, seed: int) -> list[int]:
    ids: list[int] = phrases.draw(np.array([seed], np.uint64)).ids.tolist()
    return ids


def read_phrase(text: str, notation: str, lexicon: Lexicon) -> list[int]:
    """Return the ids of a phrase written as ids with commas, as symbols, or as words with spaces. Raises InputError.

    The range of ids is not checked here, but in :func:`rank`.
    """
    if notation == "ids":
        parts = [part.strip() for part in text.split(",")]
        return [_id(part) for part in parts]
    parts, known = (list(text), lexicon.symbols) if notation == "symbols" else (text.split(), lexicon.words)
    wanted = set(parts)
    places = {part: i for i, part in enumerate(known) if part in wanted}
    unknown = next((part for part in parts if part not in places), None)
    if unknown is not None or not parts:
        raise InputError(f"{unknown or text!r:.60} is not among the {notation} of lexicon {lexicon.name}")
    return [places[part] for part in parts]


def _id(text: str) -> int:
    number = parse_whole(text)
    if number is None or not 0 <= number < 10**9:
        raise InputError(f"{text!r:.60} is not an id; write whole numbers with commas, as in 3,0,17")
    return number


def write_phrase(ids: Sequence[int], notation: str, lexicon: Lexicon) -> str:
    """Return a phrase in the notation that :func:`read_phrase` reads."""
    if notation == "ids":
        return ",".join(map(str, ids))
    if notation == "symbols":
        return "".join(lexicon.symbol(word) for word in ids)
    return " ".join(lexicon.words[word] for word in ids)
