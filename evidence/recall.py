"""Training on associative recall, from weights that were pre-trained or not: steps until 90% of answers are right."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from evidence.decoder import Decoder, Shape
from evidence.optimizer import Optimizer, Rates
from evidence.pretraining import CONTEXT, SPECIAL, VOCABULARY, Pretraining, loaded
from evidence.tasks import recall_batch
from evidence.transfer import Transfer, take_over
from hyperphrase import InputError

PAIRS, ROWS = 10, 64
BUDGET = 1000  # most steps
EVERY = 25  # steps between two tests
WANTED = 0.9
_TESTED = 256  # questions
_TEST_SEED, _DATA_SEED = 1 << 31, 1 << 30  # of random numbers; PyTorch takes 32 bits


@dataclass(frozen=True)
class Recall:
    """One training on recall.

    start: the pre-training that weights come from, None for the first weights of ``seed``. transfer: what is taken
    over (:func:`evidence.transfer.take_over`). budget: most steps. pairs: of keys and values in a question. rate:
    factor of the learning rates.
    """

    seed: int
    start: Pretraining | None = None
    transfer: Transfer = "fresh"
    layers: int = 2
    budget: int = BUDGET
    pairs: int = PAIRS
    rate: float = 1.0

    def __post_init__(self) -> None:
        """Raise InputError if a question does not fit the model."""
        most = min(CONTEXT - 2, VOCABULARY) // 2
        if not 1 <= self.pairs <= most:
            problem = f"give 1 to {most}: a question of more does not fit the context of {CONTEXT} symbols"
            raise InputError(problem, field="pairs", value=self.pairs)


def train_recall(settings: Recall, folder: Path) -> dict[str, Any]:
    """Return ``steps`` to 90%, None if the budget did not suffice, and the accuracy after each 25 steps.

    ``copied`` is the copy accuracy of the weights that it starts from, None for those that were not pre-trained.
    Two runs of one seed have the same first weights, but for those that are carried over, and the same data.
    """
    copied = {"copied": None if settings.start is None else loaded(settings.start, folder)["copy_mean"]}
    model = first_model(settings, folder)
    optimizer = Optimizer(model, Rates().times(settings.rate))
    test = recall_batch(torch.Generator().manual_seed(_TEST_SEED), _TESTED, settings.pairs, VOCABULARY)
    random = torch.Generator().manual_seed(_DATA_SEED + settings.seed)
    curve: list[float] = []
    for step in range(1, settings.budget + 1):
        ids, answers = recall_batch(random, ROWS, settings.pairs, VOCABULARY)
        optimizer.step(functional.cross_entropy(model(ids)[:, -1], answers))
        if step % EVERY == 0:
            curve.append(_accuracy(model, *test))
            if curve[-1] >= WANTED:
                return {"steps": step, "curve": curve, **copied}
    return {"steps": None, "curve": curve, **copied}


def first_model(settings: Recall, folder: Path) -> Decoder:
    """Return the model before the first step."""
    model = Decoder(Shape(VOCABULARY + SPECIAL, CONTEXT, layers=settings.layers), settings.seed)
    if settings.start is not None:
        take_over(model, settings.start, settings.transfer, folder)
    return model


def _accuracy(model: Decoder, ids: Tensor, answers: Tensor) -> float:
    with torch.inference_mode():
        return round(float((model(ids)[:, -1].argmax(-1) == answers).float().mean()), 4)
