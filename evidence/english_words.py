"""English as ids of words: the most frequent words of the training part, and one id for all others."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np
import torch
from torch import Tensor

from evidence.text import english_text

WORDS = 1000  # the most frequent ones of the training part; id 0 is the most frequent
UNKNOWN = WORDS  # the id of all other words
HELD_OUT = 0.1  # the last part of the text, which no model is trained on
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+|[^\sa-z0-9]")  # lower case; each punctuation mark is a word


def words_of(text: str) -> list[str]:
    """Return the words of a text.

    >>> words_of("It isn't I; he said.")
    ['it', "isn't", 'i', ';', 'he', 'said', '.']
    """
    return _WORD.findall(text.lower())


@cache
def english_ids() -> tuple[Tensor, Tensor]:
    """Return (training part, held-out part) of the text as ids, int64: 815,000 and 91,000 words."""
    words = words_of(english_text())
    cut = round(len(words) * (1 - HELD_OUT))
    ids = {word: i for i, (word, _) in enumerate(Counter(words[:cut]).most_common(WORDS))}
    all_ids = torch.tensor([ids.get(word, UNKNOWN) for word in words])
    return all_ids[:cut], all_ids[cut:]


def english_batches(length: int, rows: int, seed: int) -> Iterator[Tensor]:
    """Yield windows at random places of the training part, without end: ids, int64, (rows, length)."""
    ids, random = english_ids()[0], torch.Generator().manual_seed(seed)
    while True:
        starts = torch.randint(len(ids) - length + 1, (rows, 1), generator=random)
        yield ids[starts + torch.arange(length)]


def held_out_windows(length: int) -> Tensor:
    """Return the held-out part in windows in which each word is predicted once: ids, int64, (windows, length).

    The last id of a window is the first of the next one.
    """
    return english_ids()[1].unfold(0, length, length - 1)


def counted_losses() -> tuple[float, float]:
    """Return the losses of counting words, and pairs of words, in the training part: nats a held-out word.

    Pairs are mixed with single words as Witten and Bell (1991) do; single words get one count more than were seen.
    """
    train, held_out = (part.numpy() for part in english_ids())
    single = np.bincount(train, minlength=WORDS + 1) + 1.0
    single /= single.sum()
    pairs = np.zeros((WORDS + 1, WORDS + 1))
    np.add.at(pairs, (train[:-1], train[1:]), 1)
    first, second = held_out[:-1], held_out[1:]
    followers, seen = (pairs > 0).sum(1), pairs.sum(1)
    mixed = (pairs[first, second] + followers[first] * single[second]) / (seen + followers)[first]
    return float(-np.log(single[second]).mean()), float(-np.log(mixed).mean())
