"""What models are pre-trained on: contexts of virtual corpora, one stream of contexts for each seed."""

from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor

import hyperphrase as hp

PHRASES = 1 << 18  # of a corpus: more than the pre-trainings of this package read


def corpus_batches(
    law: str, lengths: str, *, vocabulary: int, length: int, rows: int, steps: int, seed: int, phrases: int = PHRASES
) -> Iterator[Tensor]:
    """Return the batches of ``steps`` steps: ids, int64, (rows, length), no context twice.

    Phrases follow each other, each ends with the id after the vocabulary. seed: the key of the recipe and the order of
    the contexts, so that each seed trains on phrases of its own. phrases: of the corpus, fewer if the law has fewer.
    Raises InputError, also where the corpus is too short for so many steps.
    """
    lexicon = _lexicon(vocabulary)
    recipe = hp.Recipe.create(law, lengths=lengths, lexicon=lexicon, key=seed)
    corpus = hp.Corpus.virtual(recipe, lexicon, seeds=(0, min(phrases, recipe.seed_stop())))
    contexts = corpus.contexts(length=length, separator=vocabulary, seed=seed)
    if contexts.steps(rows) < steps:
        raise hp.InputError(
            f"the corpus has contexts for {contexts.steps(rows):,} steps of {rows}; give fewer steps or more `phrases`",
            field="steps",
            value=steps,
        )
    batches = contexts.stream(rows)
    return (torch.from_numpy(next(batches)["input_ids"]).long() for _ in range(steps))


@cache
def _lexicon(vocabulary: int) -> hp.Lexicon:
    return hp.Lexicon.load("synthetic", vocabulary=vocabulary)
