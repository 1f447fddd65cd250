"""What a model takes over from one that was pre-trained."""

from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from evidence.decoder import Decoder
from evidence.pretraining import Pretraining, loaded

Transfer = Literal["fresh", "kept", "averaged", "shuffled"]


def take_over(model: Decoder, start: Pretraining, transfer: Transfer, folder: Path) -> None:
    """Put pre-trained weights into a model, whose own weights are those before the first step.

    transfer: ``fresh``: all but the embedding, which stays the model's own and may have another vocabulary; ``kept``:
    all weights; ``averaged``: each row of the embedding is the mean of the pre-trained rows (Jiang 2026); ``shuffled``:
    as fresh, and the numbers in each pre-trained tensor in random order, so that only their statistics are left (Wu
    2022). folder: of the pre-trained weights.
    """
    state = loaded(start, folder)["weights"]
    embedding = state["embedding.weight"]
    if transfer == "averaged":
        state["embedding.weight"] = embedding.mean(0, keepdim=True).repeat(len(embedding), 1)
    elif transfer != "kept":
        state["embedding.weight"] = model.embedding.weight.detach().clone()
    if transfer == "shuffled":
        random = torch.Generator().manual_seed(start.seed)
        for name in sorted(state.keys() - {"embedding.weight"}):
            state[name] = shuffled(state[name], random)
    model.load_state_dict(state)


def shuffled(weight: Tensor, random: torch.Generator) -> Tensor:
    """Return the numbers of a tensor in random order."""
    return weight.flatten()[torch.randperm(weight.numel(), generator=random)].view_as(weight)
