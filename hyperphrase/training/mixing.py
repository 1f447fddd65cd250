"""Contexts of several corpora, mixed by weights: which corpus context i comes from, as a pure function of i.

Contexts come in blocks of 4,096. In each block every corpus has the same number of contexts, its weight's share rounded
to 1/4,096, in a shuffled order. So the shares are exact at the end of every block, and nothing has to be counted.
"""

from collections.abc import Sequence
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.errors import InputError
from hyperphrase.training.contexts import ContextOptions, ContextPlan, CorpusPlan, plan_contexts

BLOCK = 4096  # contexts


class MixedPlan(ContextPlan):
    """The contexts of several corpora. Each runs through its own epochs.

    ``len(plan)`` is the number of contexts of all corpora together. Only by weights like their sizes does each context
    come once in so many.
    """

    def __init__(self, plans: Sequence[CorpusPlan], weights: Sequence[float]) -> None:
        """For :func:`mix_contexts`."""
        self._plans, self._counts = tuple(plans), _shares(weights)
        parts = [[plan.fingerprint, count] for plan, count in zip(plans, self._counts.tolist(), strict=True)]
        super().__init__(plans[0].length, {"mixture": parts})
        self._bounds = np.append(0, np.cumsum(self._counts))

    def __len__(self) -> int:
        return sum(map(len, self._plans))

    def _made(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        blocks, places = np.divmod(indices, BLOCK)
        places = self._permuted(places, BLOCK, blocks)
        owners = np.searchsorted(self._bounds, places, side="right") - 1
        numbers = blocks * self._counts[owners] + places - self._bounds[owners]
        made: dict[str, NDArray[np.int32]] = {}
        for owner in np.unique(owners).tolist():
            rows = np.flatnonzero(owners == owner)
            for name, columns in self._plans[owner].contexts(numbers[rows]).items():
                made.setdefault(name, np.empty((len(indices), self.length), np.int32))[rows] = columns
        return made


def mix_contexts(corpora: Sequence[tuple[OpenCorpus, float]], **options: Unpack[ContextOptions]) -> MixedPlan:
    """Return the plan of a training run on several corpora, each with its weight: positive, of any sum.

    options: those of ``Corpus.contexts``, equal for all corpora. The weights are rounded to shares of 1/4,096, each at
    least that. Raises InputError.

    >>> from hyperphrase import Corpus, Lexicon, Recipe, mix_contexts
    >>> lexicon = Lexicon.load("synthetic", vocabulary=1000)
    >>> laws = ("zipf:s=1.0", 0.75), ("nest:q=0.4", 0.25)
    >>> recipes = [(Recipe.create(law, lengths="fixed:length=20", lexicon=lexicon), weight) for law, weight in laws]
    >>> corpora = [(Corpus.virtual(recipe, lexicon, (0, 1000)), weight) for recipe, weight in recipes]
    >>> plan = mix_contexts(corpora, length=64, separator=1000)
    >>> plan[0:4]["input_ids"].shape
    (4, 64)
    """
    if not corpora:
        raise InputError("give one or more pairs of a corpus and a weight", field="corpora")
    weights = [weight for _, weight in corpora]
    for weight in weights:
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0.0 < weight < float("inf"):
            raise InputError("give a positive number for each corpus", field="weights", value=weights)
    if len(corpora) > BLOCK:
        raise InputError(f"give at most {BLOCK}", field="corpora", value=f"{len(corpora)} pairs")
    vocabulary = max(corpus.recipe.vocabulary for corpus, _ in corpora)
    plans = [plan_contexts(corpus, **options, vocabulary=vocabulary) for corpus, _ in corpora]
    for plan, (corpus, _) in zip(plans, corpora, strict=True):
        if not len(plan):
            raise InputError(f"{corpus!r:.200} has too few tokens for one context", field="length", value=plan.length)
    return MixedPlan(plans, weights)


def _shares(weights: Sequence[float]) -> NDArray[np.int64]:
    """Return how many contexts of a block each weight gets, 1 or more, in all BLOCK: int64, (weights,).

    Largest remainders (Hamilton): each gets its share rounded down, and those with the largest rests one more.
    """
    shares = np.array(weights, np.float64)
    shares *= (BLOCK - len(shares)) / shares.sum()  # one each is certain
    counts = np.floor(shares).astype(np.int64)
    rest = BLOCK - len(counts) - int(counts.sum())
    counts[np.argsort(counts - shares, kind="stable")[:rest]] += 1
    return counts + 1
