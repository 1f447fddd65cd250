"""The recipe: with the seed, all that a phrase depends on."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import law_from_json
from hyperphrase.laws.lengths import LENGTH_LAWS, LengthLaw
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.untrusted.json_values import whole

RECIPE_VERSION = 1  # raised when phrase(seed) changes for any recipe


@dataclass(frozen=True)
class Recipe:
    """What, with the seed, determines a phrase.

    lexicon_digest: SHA-256 of the lexicon, in hexadecimal. key: 64 bits.
    """

    law: SymbolLaw
    lengths: LengthLaw
    vocabulary: int
    lexicon_digest: str
    key: int = 0
    recipe_version: int = RECIPE_VERSION

    def length_weights(self) -> NDArray[np.float64]:
        """Return the weights of the lengths from ``lengths.shortest`` on: the length law's, where the sampler can.

        A length that the sampler's law cannot make has weight 0. Raises InputError if no length is left.
        """
        weights = self.lengths.weights()
        made = self.law.makes(np.arange(self.lengths.shortest, self.lengths.shortest + len(weights)), self.vocabulary)
        conditioned = np.where(made, weights, 0.0)
        if not conditioned.any():
            raise InputError(f"--lengths={self.lengths}: {self.law} makes no phrase of these lengths; choose others")
        return conditioned

    def possible_lengths(self) -> NDArray[np.int64]:
        """Return the lengths that phrases can be drawn with: int64, ascending."""
        return self.lengths.shortest + np.flatnonzero(self.length_weights())

    def seed_stop(self) -> int:
        """Return the end of the seeds that have phrases: 2^63, or less where an injective law has fewer phrases."""
        return self.law.seed_stop(self.possible_lengths(), self.vocabulary)

    def length_probabilities(self) -> dict[int, float]:
        """Return the probability of each length that phrases can be drawn with."""
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
        """Make a recipe from untrusted plain data. Raises InputError."""
        expected = {"key", "lengths", "lexicon_digest", "recipe_version", "sampler", "vocabulary"}
        if not isinstance(data, dict) or set(data) != expected:
            raise InputError(f"a recipe has exactly the keys {', '.join(sorted(expected))}")
        if data["recipe_version"] != RECIPE_VERSION:
            raise InputError(
                f"recipe_version {data['recipe_version']!r:.40} is not {RECIPE_VERSION}, the one known here"
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
        """Raise InputError unless the laws go together, and with the vocabulary."""
        fixed = self.law.vocabulary()
        if fixed not in (None, self.vocabulary):
            raise InputError(f"--sampler={self.law}: has {fixed} symbols, and not {self.vocabulary}")
        try:
            self.law.check(self.vocabulary)
            self.law.check_lengths(self.lengths)
        except InputError as error:
            raise InputError(f"--sampler={self.law}: {error}") from error
        self.length_weights()
