"""What models are pre-trained on: contexts of virtual corpora, one stream of contexts for each seed."""

from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor

import hyperphrase as hp

_PHRASES = 1 << 18  # of a corpus: more than any run reads


def corpus_batches(law: str, lengths: str, vocabulary: int, length: int, rows: int, seed: int) -> Iterator[Tensor]:
    """Yield contexts of a corpus without end: ids, int64, (rows, length).

    Phrases follow each other, each ends with the id after the vocabulary. seed: the key of the recipe and the order of
    the contexts, so that each seed trains on phrases of its own.
    """
    lexicon = _lexicon(vocabulary)
    recipe = hp.Recipe.create(law, lengths=lengths, lexicon=lexicon, key=seed)
    corpus = hp.Corpus.virtual(recipe, lexicon, seeds=(0, min(_PHRASES, recipe.seed_stop())))
    for batch in corpus.contexts(length=length, separator=vocabulary, seed=seed).stream(rows):
        yield torch.from_numpy(batch["input_ids"]).long()


@cache
def _lexicon(vocabulary: int) -> hp.Lexicon:
    return hp.Lexicon.load("synthetic", vocabulary=vocabulary)
