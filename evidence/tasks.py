"""The tasks that models are tested on: copying a string that was never seen, and recall of a value by its key."""

import torch
from torch import Tensor
from torch.nn import functional

from evidence.decoder import Decoder


def repeated_strings(random: torch.Generator, rows: int, offset: int, length: int, vocabulary: int) -> Tensor:
    """Return uniform strings of ``offset`` ids, repeated: int64, (rows, length)."""
    string = torch.randint(vocabulary, (rows, offset), generator=random)
    return string.repeat(1, -(-length // offset))[:, :length]


def copy_accuracy(model: Decoder, ids: Tensor, first: int) -> float:
    """Return the share of ids from place ``first`` on that the model predicts. ids: (rows, length)."""
    with torch.inference_mode():
        predicted = model(ids)[:, first - 1 : -1].argmax(-1)
    return float((predicted == ids[:, first:]).float().mean())


def recall_batch(random: torch.Generator, rows: int, pairs: int, vocabulary: int) -> tuple[Tensor, Tensor]:
    """Return (ids, answers) of associative recall: key, value, key, value, ..., a mark, and one of the keys.

    All keys and values of a row are different. The mark is the id after the separator of phrases, ``vocabulary + 1``.
    ids: int64, (rows, 2 pairs + 2). answers: (rows,), the value behind the last key.
    """
    symbols = torch.rand(rows, vocabulary, generator=random).argsort(1)[:, : 2 * pairs]
    asked = 2 * torch.randint(pairs, (rows, 1), generator=random)
    mark = torch.full((rows, 1), vocabulary + 1)
    return torch.cat([symbols, mark, symbols.gather(1, asked)], 1), symbols.gather(1, asked + 1).squeeze(1)


def next_symbol_loss(model: Decoder, ids: Tensor) -> Tensor:
    """Return the mean loss in nats. ids: (rows, length + 1)."""
    return functional.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
