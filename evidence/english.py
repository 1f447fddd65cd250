"""The parts of the English text, batches of one, and the length of the code that a model gives another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from evidence.decoder import Decoder
from evidence.text import english_text

_BLOCKS = 200  # of the text, each about 20,000 characters
_EVERY = 40  # blocks: one of them is for validation, one for the test
_ROWS = 32  # of a batch that is coded


@dataclass(frozen=True)
class Parts:
    """Parts of a text that share no place. validation: what rates are chosen by. test: what is reported."""

    training: str
    validation: str
    test: str


@cache
def english_parts() -> Parts:
    """Return the parts of the English text: 95%, 2.5% and 2.5%, held-out blocks evenly spread, cut behind sentences."""
    text = english_text()
    cuts = [_sentence_end(text, i * len(text) // _BLOCKS) for i in range(_BLOCKS)] + [len(text)]
    parts: tuple[list[str], ...] = ([], [], [])  # training, validation, test
    for i in range(_BLOCKS):
        place = {_EVERY // 2 - 1: 1, _EVERY - 1: 2}.get(i % _EVERY, 0)
        parts[place].append(text[cuts[i] : cuts[i + 1]])
    return Parts(*("".join(blocks) for blocks in parts))


def english_alphabet() -> str:
    """Return the characters of the English text, sorted."""
    return "".join(sorted(set(english_text())))


def _sentence_end(text: str, at: int) -> int:
    found = re.compile(r"[.?!] ").search(text, at) if at else None
    return found.end() if found else at


def text_batches(ids: Tensor, length: int, rows: int, seed: int) -> Iterator[Tensor]:
    """Yield contexts of a text without end: int64, (rows, length).

    ids: of the text. Each round reads the whole text but for its ends, cut at another offset, in another random order.
    Raises ValueError for a text that is shorter than two contexts.
    """
    if len(ids) < 2 * length:
        raise ValueError(f"a text of {len(ids)} ids has no two contexts of {length}; take a longer text")
    random = torch.Generator().manual_seed(seed)
    waiting = torch.empty(0, length, dtype=torch.int64)
    while True:
        offset = int(torch.randint(length, (1,), generator=random))
        contexts = ids[offset : len(ids) - (len(ids) - offset) % length].view(-1, length)
        waiting = torch.cat([waiting, contexts[torch.randperm(len(contexts), generator=random)]])
        while len(waiting) >= rows:
            yield waiting[:rows]
            waiting = waiting[rows:]


def code_length(model: Decoder, ids: Tensor, context: int) -> float:
    """Return the nats that a text takes in the model's code.

    Every id is coded once, in its place, from the ids before it in windows of ``context`` ids that follow each other:
    the first one in a window from the last one of the window before, the first of all without knowledge.
    """
    whole = (len(ids) - 1) // context * context
    windows = ids[: whole + 1].unfold(0, context + 1, context).split(_ROWS) if whole else ()
    rest = [ids[whole:].unsqueeze(0)] if whole < len(ids) - 1 else []
    nats = torch.tensor(float(model.shape.vocabulary), dtype=torch.float64).log()
    with torch.inference_mode():
        for batch in (*windows, *rest):
            logits = model(batch[:, :-1]).flatten(0, 1)
            nats += functional.cross_entropy(logits, batch[:, 1:].flatten(), reduction="sum").double()
    return float(nats)
