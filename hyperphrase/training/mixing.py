"""Contexts of several corpora, mixed by weights: which corpus context i comes from, as a pure function of i.

Contexts come in blocks of 4,096. In each block every corpus has the same number of contexts, its weight's share rounded
to 1/4,096, in a shuffled order. So the shares are exact at the end of every block, and nothing has to be counted.
Weights may change between blocks, as a curriculum does: a *stage* is a range of blocks with the same weights.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from hyperphrase.corpus.open_corpus import OpenCorpus
from hyperphrase.corpus.request import in_range
from hyperphrase.errors import InputError
from hyperphrase.training.contexts import MOST_CONTEXTS, ContextOptions, ContextPlan, CorpusPlan, plan_contexts

BLOCK = 4096  # contexts

#: The weight of a corpus: a number, or the numbers that hold from a context on, as in ``[(0, 1.0), (100_000, 0.5)]``.
Weight = float | Sequence[tuple[int, float]]


class MixedPlan(ContextPlan):
    """The contexts of several corpora. Each runs through its own epochs.

    ``len(plan)`` is the number of contexts of all corpora together. Only by weights like their sizes does each context
    come once in so many.
    """

    def __init__(self, plans: Sequence[CorpusPlan], stages: dict[int, NDArray[np.int64]]) -> None:
        """For :func:`mix_contexts`. stages: the contexts of each corpus in a block, from each first block on."""
        self._plans = tuple(plans)
        self._first_blocks, self._counts = np.array([*stages]), np.stack([*stages.values()])
        parts = [[plan.fingerprint, *counts] for plan, counts in zip(plans, self._counts.T.tolist(), strict=True)]
        described = {"mixture": parts} | ({"stages": [*stages]} if len(stages) > 1 else {})
        super().__init__(plans[0].length, described)
        made = np.diff(self._first_blocks)[:, None] * self._counts[:-1]
        self._before = np.pad(np.cumsum(made, axis=0), ((1, 0), (0, 0)))  # contexts of each corpus before each stage
        self._bounds = np.pad(np.cumsum(self._counts, axis=1), ((0, 0), (1, 0)))

    def __len__(self) -> int:
        return sum(map(len, self._plans))

    def _made(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        blocks, places = np.divmod(indices, BLOCK)
        places = self._permuted(places, BLOCK, blocks)
        stages = np.searchsorted(self._first_blocks, blocks, side="right") - 1
        owners = (places[:, None] >= self._bounds[stages, 1:]).sum(axis=1)
        numbers = self._before[stages, owners] + places - self._bounds[stages, owners]
        numbers += (blocks - self._first_blocks[stages]) * self._counts[stages, owners]
        made: dict[str, NDArray[np.int32]] = {}
        for owner in np.unique(owners).tolist():
            rows = np.flatnonzero(owners == owner)
            for name, columns in self._plans[owner].contexts(numbers[rows]).items():
                made.setdefault(name, np.empty((len(indices), self.length), np.int32))[rows] = columns
        return made


def mix_contexts(corpora: Sequence[tuple[OpenCorpus, Weight]], **options: Unpack[ContextOptions]) -> MixedPlan:
    """Return the plan of a training run on several corpora, each with its weight: positive, of any sum.

    A weight that changes, for a curriculum, is a list of (context, weight), the first from context 0: each holds from
    its context on, rounded up to a multiple of 4,096, and may be 0 as long as another corpus's is not. Context c begins
    step c / (batch_size x world_size). options: those of ``Corpus.contexts``, equal for all corpora. The weights are
    rounded to shares of 1/4,096, each at least that. Raises InputError.

    >>> from hyperphrase import Corpus, Lexicon, Recipe, mix_contexts
    >>> lexicon = Lexicon.load("synthetic", vocabulary=1000)
    >>> laws = ("zipf:s=1.0", 0.75), ("nest:q=0.4", [(0, 0.25), (100_000, 0.5)])
    >>> recipes = [(Recipe.create(law, lengths="fixed:length=20", lexicon=lexicon), weight) for law, weight in laws]
    >>> corpora = [(Corpus.virtual(recipe, lexicon, (0, 1000)), weight) for recipe, weight in recipes]
    >>> plan = mix_contexts(corpora, length=64, separator=1000)
    >>> plan[0:4]["input_ids"].shape
    (4, 64)
    """
    if not isinstance(corpora, list | tuple) or not corpora or not all(map(_is_pair, corpora)):
        problem = "give one or more pairs of a corpus and a weight, as in [(corpus, 0.7), (other, 0.3)]"
        raise InputError(problem, field="corpora")
    if len(corpora) > BLOCK:
        raise InputError(f"give at most {BLOCK}", field="corpora", value=f"{len(corpora)} pairs")
    stages = _stages([_schedule(weight) for _, weight in corpora])
    vocabulary = max(corpus.recipe.vocabulary for corpus, _ in corpora)
    plans = [plan_contexts(corpus, **options, vocabulary=vocabulary) for corpus, _ in corpora]
    for plan, (corpus, _) in zip(plans, corpora, strict=True):
        if not len(plan):
            raise InputError(f"{corpus!r:.200} has too few tokens for one context", field="length", value=plan.length)
    return MixedPlan(plans, stages)


def _is_pair(given: Any) -> bool:
    return isinstance(given, list | tuple) and len(given) == 2 and isinstance(given[0], OpenCorpus)


def _schedule(weight: Any) -> dict[int, float]:
    """Return a weight as {first block: weight from there on}. Raises InputError."""
    if not isinstance(weight, list | tuple):
        if not _is_number(weight) or weight == 0:
            problem = "give a positive number for each corpus, or a list of (context, weight)"
            raise InputError(problem, field="weights", value=weight)
        return {0: float(weight)}
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 and _is_number(pair[1]) for pair in weight):
        problem = "give pairs of a context and a weight of 0 or more, as in [(0, 1.0), (100_000, 0.5)]"
        raise InputError(problem, field="weights", value=weight)
    contexts = [in_range("weights", context, 0, MOST_CONTEXTS) for context, _ in weight]
    if not contexts or contexts[0] or any(one >= other for one, other in pairwise(contexts)):
        problem = "give the weight from context 0 on first, and the others by ascending contexts"
        raise InputError(problem, field="weights", value=weight)
    return {-(-context // BLOCK): float(value) for context, (_, value) in zip(contexts, weight, strict=True)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _stages(schedules: Sequence[dict[int, float]]) -> dict[int, NDArray[np.int64]]:
    """Return {first block of a stage: the contexts of each corpus in its blocks}. Raises InputError."""
    stages = {}
    for block in sorted(set().union(*schedules)):
        weights = [schedule[max(first for first in schedule if first <= block)] for schedule in schedules]
        if not any(weights):
            raise InputError(
                f"all weights are 0 from context {block * BLOCK} on; give one corpus more", field="weights", value=0
            )
        stages[block] = _shares(weights)
    return stages


def _shares(weights: Sequence[float]) -> NDArray[np.int64]:
    """Return how many contexts of a block each weight gets, 1 or more if it is not 0, in all BLOCK: int64, (weights,).

    Largest remainders (Hamilton): each gets its share rounded down, and those with the largest rests one more.
    """
    shares = np.array(weights, np.float64)
    certain = (shares > 0).astype(np.int64)
    free = BLOCK - int(certain.sum())
    shares *= free / shares.sum()
    counts = np.floor(shares).astype(np.int64)
    rest = free - int(counts.sum())
    counts[np.argsort(counts - shares, kind="stable")[:rest]] += 1
    return counts + certain
