"""Encoders that are trained on a law and then frozen, while new embeddings learn to read English through them.

The test is that of Papadimitriou and Jurafsky 2020 (arXiv 2004.14601). Differences: a transformer decoder in place of
an LSTM, English in place of Spanish, and input and output embeddings that are not tied: tied ones would hold back an
encoder that passes on its input, such as a random one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from evidence.corpora import corpus_batches
from evidence.decoder import Decoder, Shape
from evidence.english_words import UNKNOWN, WORDS, english_batches, held_out_windows
from evidence.kept_weights import kept
from evidence.optimizer import Optimizer, Rates
from evidence.tasks import next_symbol_loss
from evidence.transfer import shuffled

CONTEXT, ROWS = 64, 16
LAW_STEPS, ENGLISH_STEPS = 400, 400
RATES = Rates(muon=0.005, adam=0.003)  # up to their decay, which begins at 70% of the steps
LENGTHS = "fixed:length=62"  # of all laws; even, as flat needs it
ENGLISH = "english"  # in place of a law: the encoder of a model that was trained whole on English
_SHAPE = Shape(WORDS + 1, CONTEXT, width=64, heads=2, layers=2, hidden=128)
_FIRST_EMBEDDINGS, _NEW_EMBEDDINGS, _ENGLISH_ORDER = 1 << 28, 1 << 29, 1 << 30  # added to seeds, of 32 bits
_EARLY, _LATE = 8, 32  # the first and the last places of a window


class UntiedDecoder(Decoder):
    """A decoder with an output embedding, and a bias, of its own; its first weights are those of ``seed``."""

    def __init__(self, shape: Shape, seed: int) -> None:
        super().__init__(shape, seed)
        self.output_embedding = nn.Linear(shape.width, shape.vocabulary)
        self.new_embeddings(_FIRST_EMBEDDINGS + seed)

    def new_embeddings(self, seed: int) -> None:
        """Draw both embeddings again."""
        random = torch.Generator().manual_seed(seed)
        for weight in (self.embedding.weight, self.output_embedding.weight):
            nn.init.normal_(weight, std=0.02, generator=random)
        nn.init.zeros_(self.output_embedding.bias)

    def forward(self, ids: Tensor) -> Tensor:
        logits: Tensor = self.output_embedding(self.read(self.embedding(ids)))
        return logits


@dataclass(frozen=True)
class Encoder:
    """One training of a whole model. law: as ``run`` takes it, or ENGLISH. seed: of the weights and the phrases."""

    law: str
    seed: int
    steps: int = LAW_STEPS
    rates: Rates = RATES


@dataclass(frozen=True)
class Reading:
    """One training of new embeddings on English, through a frozen encoder.

    encoder: None for the first weights of ``seed``, from which the trained encoders of this seed started. shuffled: the
    numbers in each tensor of the encoder in random order, so that only their statistics are left (Wu 2022).
    """

    seed: int
    encoder: Encoder | None = None
    shuffled: bool = False
    steps: int = ENGLISH_STEPS
    rates: Rates = RATES


def read_english(settings: Reading, folder: Path) -> dict[str, Any]:
    """Train the embeddings, and return the losses of held-out English; ``law_loss``: what the encoder had learned.

    All runs of one seed have the same first embeddings and the same English in the same order.
    """
    model, law_loss = frozen_model(settings, folder)
    batches = english_batches(CONTEXT + 1, ROWS, _ENGLISH_ORDER + settings.seed)
    train(model, batches, settings.steps, settings.rates)
    return {**held_out_losses(model), "law_loss": law_loss}


def read_whole(settings: Encoder, folder: Path) -> dict[str, Any]:
    """Return the losses of held-out English of a model that was trained whole on English."""
    model = UntiedDecoder(_SHAPE, settings.seed)
    found = loaded(settings, folder)
    model.load_state_dict(found["weights"])
    return {**held_out_losses(model), "law_loss": found["loss"]}


def frozen_model(settings: Reading, folder: Path) -> tuple[UntiedDecoder, float | None]:
    """Return the model before its first step on English, and the last loss of its encoder's training."""
    model, loss = UntiedDecoder(_SHAPE, settings.seed), None
    if settings.encoder is not None:
        found = loaded(settings.encoder, folder)
        weights, loss = found["weights"], found["loss"]
        random = torch.Generator().manual_seed(settings.seed)
        for name in sorted(filter(_in_encoder, weights)):
            weights[name] = shuffled(weights[name], random) if settings.shuffled else weights[name]
        model.load_state_dict(weights)
    model.new_embeddings(_NEW_EMBEDDINGS + settings.seed)
    for name, weight in model.named_parameters():
        weight.requires_grad_(not _in_encoder(name))
    return model, loss


def _in_encoder(name: str) -> bool:
    return "embedding" not in name


def loaded(settings: Encoder, folder: Path) -> dict[str, Any]:
    """Return ``weights`` and last ``loss`` of a whole model; it is trained if it is not in the folder yet."""
    return kept(settings, folder, lambda: _trained(settings))


def _trained(settings: Encoder) -> dict[str, Any]:
    model = UntiedDecoder(_SHAPE, settings.seed)
    loss = train(model, _batches(settings), settings.steps, settings.rates)
    return {"weights": model.state_dict(), "loss": loss}


def _batches(settings: Encoder) -> Iterator[Tensor]:
    if settings.law == ENGLISH:
        return english_batches(CONTEXT + 1, ROWS, settings.seed)
    return corpus_batches(
        settings.law,
        LENGTHS,
        vocabulary=UNKNOWN,
        length=CONTEXT + 1,
        rows=ROWS,
        steps=settings.steps,
        seed=settings.seed,
    )


def train(model: UntiedDecoder, batches: Iterator[Tensor], steps: int, rates: Rates) -> float:
    """Train what requires gradients, with rates that fall to 0 at the end; return the mean loss of the last tenth."""
    optimizer = Optimizer(model, rates.falling(steps))
    last: list[float] = []
    for step, ids in zip(range(steps), batches, strict=False):
        loss = next_symbol_loss(model, ids)
        optimizer.step(loss)
        if step >= steps * 9 // 10:
            last.append(float(loss.detach()))
    return round(sum(last) / len(last), 4)


def held_out_losses(model: UntiedDecoder) -> dict[str, float]:
    """Return the loss in nats a word: of all held-out words, and ``early`` and ``late`` in windows of the context."""
    losses = []
    with torch.inference_mode():
        for ids in held_out_windows(CONTEXT + 1).split(64):
            each = functional.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
            losses.append(each.view(-1, CONTEXT))
    by_place = torch.cat(losses).mean(0)
    parts = {"loss": by_place, "early": by_place[:_EARLY], "late": by_place[-_LATE:]}
    return {name: round(float(part.mean()), 5) for name, part in parts.items()}
