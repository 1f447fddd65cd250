"""Pre-training of one model on one law: its weights, and how well it copies strings that it has never seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from evidence.corpora import corpus_batches
from evidence.decoder import Decoder, Shape
from evidence.kept_weights import kept
from evidence.optimizer import Optimizer, Rates
from evidence.tasks import copy_accuracy, next_symbol_loss, repeated_strings

VOCABULARY, CONTEXT, ROWS = 64, 64, 32
STEPS = 800  # of a pre-training
SPECIAL = 2  # ids above the vocabulary: the separator of phrases, and the mark before a question
OFFSETS = (4, 7, 11, 15, 20, 27, 31)  # of the copy test; no law is trained on any of them alone
_TESTED = 64  # strings for each offset


@dataclass(frozen=True)
class Pretraining:
    """One pre-training. law, lengths: as ``run`` takes them. seed: of the weights, the phrases and the order."""

    law: str
    lengths: str
    seed: int
    layers: int = 2
    steps: int = STEPS
    vocabulary: int = VOCABULARY

    def shape(self) -> Shape:
        """Return the shape of the model."""
        return Shape(self.vocabulary + SPECIAL, CONTEXT, layers=self.layers)


def pretrain(settings: Pretraining, folder: Path) -> dict[str, Any]:
    """Train, keep the weights in ``folder``, and return the losses and the copy accuracy at each offset."""
    return {name: value for name, value in loaded(settings, folder).items() if name != "weights"}


def loaded(settings: Pretraining, folder: Path) -> dict[str, Any]:
    """Return ``weights``, and what :func:`pretrain` returns; train the model if the folder does not have it yet."""
    return kept(settings, folder, lambda: _trained(settings))


def _trained(settings: Pretraining) -> dict[str, Any]:
    model = Decoder(settings.shape(), settings.seed)
    optimizer = Optimizer(model, Rates().falling(settings.steps))
    losses = []
    for step, ids in enumerate(_batches(settings), 1):
        loss = next_symbol_loss(model, ids)
        optimizer.step(loss)
        if step % 50 == 0:
            losses.append(round(float(loss.detach()), 4))
    return {"weights": model.state_dict(), "losses": losses, **copying(model, settings.vocabulary)}


def _batches(settings: Pretraining) -> Iterator[Tensor]:
    return corpus_batches(
        settings.law,
        settings.lengths,
        vocabulary=settings.vocabulary,
        length=CONTEXT + 1,
        rows=ROWS,
        steps=settings.steps,
        seed=settings.seed,
    )


def copying(model: Decoder, vocabulary: int) -> dict[str, Any]:
    """Return the accuracy of continuing an unseen string at its second occurrence, at each offset and in the mean."""
    random = torch.Generator().manual_seed(2**31)
    strings = [repeated_strings(random, _TESTED, offset, CONTEXT, vocabulary) for offset in OFFSETS]
    each = [copy_accuracy(model, ids, CONTEXT // 2) for ids in strings]
    return {"copy": [round(value, 4) for value in each], "copy_mean": round(sum(each) / len(each), 4)}
