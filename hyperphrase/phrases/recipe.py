"""The recipe: everything that a phrase depends on, apart from the seed."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.formatting import html_table
from hyperphrase.given_paths import open_local
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import law_from_json, parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS, LengthLaw
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.sources import language_of
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.untrusted.json_values import whole

RECIPE_VERSION = 1  # raised when phrase(seed) changes for any recipe
DEFAULT_LAW, DEFAULT_LENGTHS = "lexicon", "uniform"  # the laws if none is given


@dataclass(frozen=True, repr=False)
class Recipe:
    """Everything that determines a phrase, apart from the seed.

    law: draws the symbols. lengths: draws the number of symbols. vocabulary: number of hyperwords. lexicon_digest:
    SHA-256 of the lexicon, in hexadecimal. key: 64 bits; another key gives other phrases.

    >>> from hyperphrase import Lexicon, Recipe
    >>> lexicon = Lexicon.load("synthetic", vocabulary=1000)
    >>> recipe = Recipe.create("zipf:s=1.0", lengths="uniform:min=10,max=190", lexicon=lexicon, key=7)
    >>> recipe.mean_length()
    100.0
    >>> recipe == Recipe.from_json(recipe.to_json())
    True
    """

    law: SymbolLaw
    lengths: LengthLaw
    vocabulary: int
    lexicon_digest: str
    key: int = 0
    recipe_version: int = RECIPE_VERSION

    @classmethod
    def create(
        cls,
        law: str | SymbolLaw = DEFAULT_LAW,
        *,
        lexicon: Lexicon,
        lengths: str | LengthLaw = DEFAULT_LENGTHS,
        key: int = 0,
    ) -> "Recipe":
        """Return the recipe of phrases over the hyperwords of ``lexicon``.

        law, lengths: laws, or their texts, as in ``"zipf:s=1.0"`` and ``"fixed:length=128"``; files that they name are
        local. Where a law's defaults depend on the language, the lexicon's name decides: ``russian``, else English.
        Raises InputError if a law does not exist, or if law, lengths and lexicon are not compatible.
        """
        if not 0 <= key < 1 << 64:
            raise InputError("give a whole number from 0 to 2^64 - 1", field="key", value=key)
        language = language_of(lexicon.name)
        symbols = parse_law(law, SYMBOL_LAWS, "law", open_local, language) if isinstance(law, str) else law
        length_law = parse_law(lengths, LENGTH_LAWS, "lengths", open_local) if isinstance(lengths, str) else lengths
        recipe = cls(symbols, length_law, lexicon.vocabulary, lexicon.digest, key)
        recipe.check()
        return recipe

    def __repr__(self) -> str:
        return (
            f"Recipe(law='{self.law}', lengths='{self.lengths}', vocabulary={self.vocabulary}, "
            f"lexicon_digest='{self.lexicon_digest:.12}...', key={self.key})"
        )

    def facts(self) -> list[tuple[str, str]]:
        """Return what the recipe says, as texts: (name, value)."""
        return [
            ("law", f"{self.law!s:.200}"),
            ("lengths", f"{self.lengths!s:.200}, {self.mean_length():,.1f} symbols on average"),
            ("vocabulary", f"{self.vocabulary:,} hyperwords"),
            ("lexicon digest", f"{self.lexicon_digest:.16}..."),
            ("key", f"{self.key}"),
            ("recipe digest", f"{self.digest:.16}..."),
        ]

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        return html_table("hyperphrase recipe", self.facts())

    def length_weights(self) -> NDArray[np.float64]:
        """Return the weights of the lengths from ``lengths.shortest`` on: float64, shape (lengths,).

        A length of which the law makes no phrase has weight 0. Raises InputError if all weights are 0.
        """
        weights = self.lengths.weights()
        made = self.law.makes(np.arange(self.lengths.shortest, self.lengths.shortest + len(weights)), self.vocabulary)
        conditioned = np.where(made, weights, 0.0)
        if not conditioned.any():
            problem = f"{self.law!s:.200} makes no phrase of these lengths; choose others"
            raise InputError(problem, field="lengths", value=self.lengths)
        return conditioned

    def possible_lengths(self) -> NDArray[np.int64]:
        """Return the lengths that can be drawn, those of positive weight: int64, ascending."""
        return self.lengths.shortest + np.flatnonzero(self.length_weights())

    def seed_stop(self) -> int:
        """Return the end of the seeds that have phrases: 2^63, or less if an injective law has fewer phrases."""
        return self.law.seed_stop(self.possible_lengths(), self.vocabulary)

    def length_probabilities(self) -> dict[int, float]:
        """Return the probability of each of the :meth:`possible_lengths`."""
        weights = self.length_weights()
        shares = weights / weights.sum()
        return {self.lengths.shortest + int(i): float(shares[i]) for i in np.flatnonzero(shares)}

    def mean_length(self) -> float:
        """Return the mean of the drawn lengths, in symbols."""
        return sum(length * share for length, share in self.length_probabilities().items())

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as plain data."""
        return {
            "key": self.key,
            "lengths": self.lengths.to_json(),
            "lexicon_digest": self.lexicon_digest,
            "recipe_version": self.recipe_version,
            "sampler": self.law.to_json(),
            "vocabulary": self.vocabulary,
        }

    def canonical(self) -> str:
        """Return the recipe as canonical JSON: sorted keys, no spaces, ASCII."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def from_json(cls, data: Any) -> "Recipe":
        """Return the recipe in ``data``, the value of an untrusted JSON text. Raises InputError."""
        expected = {"key", "lengths", "lexicon_digest", "recipe_version", "sampler", "vocabulary"}
        if not isinstance(data, dict) or set(data) != expected:
            raise InputError(f"a recipe has exactly the keys {', '.join(sorted(expected))}")
        if data["recipe_version"] != RECIPE_VERSION:
            raise InputError(
                f"recipe_version {data['recipe_version']!r:.40} is not {RECIPE_VERSION}, the only one supported"
            )
        whole(data["vocabulary"], 2, MAX_VOCABULARY, "vocabulary")
        whole(data["key"], 0, (1 << 64) - 1, "key")
        digest = data["lexicon_digest"]
        if not isinstance(digest, str) or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise InputError(f"lexicon_digest {digest!r:.80} is not 64 hexadecimal digits")
        law = law_from_json(data["sampler"], SYMBOL_LAWS)
        lengths = law_from_json(data["lengths"], LENGTH_LAWS)
        recipe = cls(law, lengths, data["vocabulary"], digest, data["key"])
        recipe.check()
        return recipe

    def check(self) -> None:
        """Raise InputError unless law, lengths and vocabulary are compatible."""
        fixed = self.law.vocabulary()
        if fixed not in (None, self.vocabulary):
            problem = f"has {fixed} symbols, and not {self.vocabulary}"
            raise InputError(problem, field="law", value=self.law)
        try:
            self.law.check(self.vocabulary)
            self.law.check_lengths(self.lengths)
        except InputError as error:
            raise error.for_field("law", self.law) from error
        self.length_weights()
